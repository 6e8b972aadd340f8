"""Shelving: a server becomes an image and gives its host up, until somebody wants it again."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from compute.domain import lifecycle, snapshots, storage, zones
from compute.domain.errors import BadRequest, ComputeError, Conflict
from compute.domain.states import VmState
from compute.models import Host, Server
from middleware.context import RequestContext

NOT_SAID: Final = object()


class NotOffloaded(Conflict):
    message = (
        'Specifying an availability zone or a host when unshelving server "{server_id}" with '
        'status "{state}" is not supported. The server status must be SHELVED_OFFLOADED.'
    )


class HostNotInZone(Conflict):
    message = 'Host "{host}" is not in the availability zone "{zone}".'


class HostMissing(BadRequest):
    message = "Compute host {host} could not be found."


def offload_time() -> int:
    """Seconds that a shelved server keeps its host: 0 not at all, -1 for ever."""
    return int(getattr(settings, "SHELVED_OFFLOAD_TIME", 0))


def shelve(context: RequestContext, server: Server) -> None:
    """Switch the server off and keep its root disk as an image; volumes are kept as they are."""
    lifecycle.permit(context, server, "shelve")
    image_id = None
    try:
        with transaction.atomic():
            if not storage.boots_from_volume(server):
                image_id = snapshots.of_shelving(context, server)
            lifecycle.begin(context, server, "shelve", image_id=image_id)
    except ComputeError:
        snapshots.forget(context, image_id)
        raise


def offload(context: RequestContext, server: Server) -> None:
    """Have a shelved server give its host up now."""
    lifecycle.begin(context, server, "shelveOffload")


def unshelve(
    context: RequestContext,
    server: Server,
    *,
    may_name_host: Callable[[], None],
    zone: Any = NOT_SAID,
    host: str | None = None,
) -> None:
    """Bring a server back, to a zone or a host if that is said; the zone None frees it of its pin.

    `may_name_host` raises unless the caller may say where the server goes.
    """
    lifecycle.permit(context, server, "unshelve")
    says_zone = zone is not NOT_SAID
    if (says_zone or host) and server.vm_state != VmState.SHELVED_OFFLOADED:
        raise NotOffloaded(server_id=server.uuid, state=server.vm_state)
    if says_zone and zone and zone not in zones.available():
        raise BadRequest("The requested availability zone is not available")
    pinned = zone if says_zone else server.pinned_availability_zone
    if host:
        may_name_host()
        if not Host.objects.filter(host=host).exists():
            raise HostMissing(host=host)
        if pinned and zones.of_host(host) != pinned:
            raise HostNotInZone(host=host, zone=pinned)
    lifecycle.begin(
        context,
        server,
        "unshelve",
        changes={"pinned_availability_zone": pinned},
        host=host,
    )
