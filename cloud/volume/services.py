"""Services: who does Volume's work, and whether it may be given more."""

from typing import Any

from django.db import transaction

from cloud.volume.errors import BadRequest, NotFound, invalid_input
from cloud.volume.models import Service


def not_found(host: str, binary: str) -> NotFound:
    return NotFound(f"Service {binary} could not be found on host {host}.")


def find(host: str, binary: str) -> Service:
    found = Service.objects.filter(host=host, binary=binary).first()
    if found is None:
        raise not_found(host, binary)
    return found


@transaction.atomic
def set_disabled(host: str, binary: str, disabled: bool, reason: str | None = None) -> None:
    service = find(host, binary)
    service.disabled = disabled
    # Volume (Cinder): the last reason stays until there is another, or none is needed.
    service.disabled_reason = (reason or service.disabled_reason) if disabled else None
    service.save()


@transaction.atomic
def set_frozen(host: str | None, frozen: bool) -> None:
    """Let a backend take no changes any more, or again."""
    found = Service.objects.filter(host=host, binary="cinder-volume")
    if not found.exists():
        raise BadRequest(f"No service found with host={host}")
    # Volume (Cinder): a frozen backend is given no work, and says why.
    reason = "frozen" if frozen else ""
    changed = found.filter(frozen=not frozen)
    if not changed.update(frozen=frozen, disabled=frozen, disabled_reason=reason):
        raise invalid_input(
            f"No service could be changed: frozen in ['{host}'] must be {not frozen} to failover."
        )


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
