"""Services: who does Volume's work, and whether it may be given more."""

from typing import Any

from django.db import transaction

from cloud.volume.errors import BadRequest, NotFound
from cloud.volume.models import Service


def find(host: str, binary: str) -> Service:
    found = Service.objects.filter(host=host, binary=binary).first()
    if found is None:
        raise NotFound(f"Service {binary} could not be found on host {host}.")
    return found


@transaction.atomic
def set_disabled(host: str, binary: str, disabled: bool, reason: str | None = None) -> None:
    service = find(host, binary)
    service.disabled, service.disabled_reason = disabled, reason
    service.save()


@transaction.atomic
def set_frozen(host: str | None, frozen: bool) -> None:
    """Let a backend take no changes any more, or again."""
    found = Service.objects.filter(host=host, binary="cinder-volume")
    if not found.update(frozen=frozen):
        raise BadRequest(f"No service found with host={host}")


def listed(host: str | None, binary: str | None) -> list[Any]:
    found = Service.objects.order_by("id")
    if binary:
        found = found.filter(binary=binary)
    services = list(found)
    if host:
        # Cinder: a host without a backend means all the backends on it.
        services = [
            each for each in services if each.host == host or each.host.partition("@")[0] == host
        ]
    return services
