"""Changing what a server is called and how it is reached: PUT /servers/{id}."""

from typing import Any

from django.db import transaction

from compute.domain import zones
from compute.domain.errors import Conflict
from compute.models import Server
from compute.work import clock


def update(server: Server, **changes: Any) -> None:
    """Change name, description, hostname, disk_config, addresses, or the pinned zone.

    A server is pinned only to the zone that it is in, and unpinned before it is pinned anew.
    """
    if "pinned_availability_zone" in changes:
        _check_pin(server, changes["pinned_availability_zone"])
    with transaction.atomic():
        changes["updated_at"] = clock.now()
        Server.objects.filter(pk=server.pk).update(**changes)
    for name, value in changes.items():
        setattr(server, name, value)


def _check_pin(server: Server, asked: str | None) -> None:
    pinned = server.pinned_availability_zone
    if asked is None:
        return
    if pinned is not None:
        if asked != pinned:
            raise Conflict(
                "Cannot change pinned availability zone directly. Unpin first by setting "
                "pinned_availability_zone to null."
            )
        return
    here = zones.of_host(server.host) if server.host else server.availability_zone
    if asked != here:
        raise Conflict(
            f"Server can only be pinned to its current availability zone '{here}', but "
            f"'{asked}' was requested."
        )
