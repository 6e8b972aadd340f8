"""Services and hosts: who is there, who is up, and what Placement is told of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import F, Q

from compute.clients.placement import placement
from compute.domain import context as contexts
from compute.models import Host, Service
from compute.work import clock
from versioned.prepared import Prepared

COMPUTE, SCHEDULER, CONDUCTOR = "nova-compute", "nova-scheduler", "nova-conductor"
# What Nova 34's services say of themselves.
SERVICE_VERSION = 75
CONTROLLER = "controller"
DISABLED_TRAIT = "COMPUTE_STATUS_DISABLED"


_COMPUTE_OF = Prepared(lambda host: Service.objects.filter(binary=COMPUTE, host=host), str)


def _up(since: datetime) -> Any:
    lately = Q(last_seen_up__gte=since) | Q(last_seen_up__isnull=True, created_at__gte=since)
    up = Service.objects.filter(lately, binary=COMPUTE, forced_down=False)
    return up.values_list("host", flat=True)


_UP = Prepared(_up, datetime)


def down_after() -> timedelta:
    return timedelta(seconds=getattr(settings, "SERVICE_DOWN_TIME", 60))


class Seen(NamedTuple):
    """What is known of a service's life: columns of its row."""

    host: str
    disabled: bool
    forced_down: bool
    last_seen_up: datetime | None
    created_at: datetime


def is_up(service: Service | Seen) -> bool:
    """Whether it has reported lately and nobody has forced it down."""
    if service.forced_down:
        return False
    seen = service.last_seen_up or service.created_at
    return clock.now() - seen <= down_after()


def compute_of(host: str | None) -> Service | None:
    """The compute service of a host."""
    if not host:
        return None
    return _COMPUTE_OF.first(host)


def host_is_up(host: str | None) -> bool:
    service = compute_of(host)
    return service is not None and is_up(service)


def up_hosts() -> set[str]:
    """The hosts whose compute service is up, disabled or not."""
    return set(_UP(clock.now() - down_after()))


def beat(binary_hosts: Iterable[tuple[str, str]] | None = None) -> int:
    """Report that services are alive; all of them, or those (binary, host) given."""
    rows = Service.objects.all()
    if binary_hosts is not None:
        wanted = list(binary_hosts)
        hosts = {host for _, host in wanted}
        rows = rows.filter(host__in=hosts, binary__in={binary for binary, _ in wanted})
    # A service that is forced down stays down whatever it reports.
    return rows.update(last_seen_up=clock.now(), report_count=F("report_count") + 1)


def register_host(host: Host) -> None:
    """Tell Placement what the host has to give."""
    placement().ensure_provider(
        contexts.cloud(),
        host.uuid,
        host.node,
        inventory=inventory_of(host),
        traits=traits_of(host),
    )


def inventory_of(host: Host) -> dict[str, dict[str, float]]:
    """The host's resources as Placement keeps them."""

    def row(total: int, ratio: float, reserved: int) -> dict[str, float]:
        return {
            "total": total,
            "reserved": reserved,
            "min_unit": 1,
            "max_unit": total,
            "step_size": 1,
            "allocation_ratio": ratio,
        }

    inventory = {
        "VCPU": row(host.vcpus, host.cpu_allocation_ratio, host.reserved_vcpus),
        "PCPU": row(host.pcpus, 1.0, 0),
        "MEMORY_MB": row(host.memory_mb, host.ram_allocation_ratio, host.reserved_memory_mb),
        "DISK_GB": row(host.local_gb, host.disk_allocation_ratio, host.reserved_disk_gb),
    }
    return {name: values for name, values in inventory.items() if values["total"] > 0}


def traits_of(host: Host) -> list[str]:
    """What the driver can do, and whether the host is disabled."""
    service = compute_of(host.host)
    disabled = service is not None and service.disabled
    return sorted({*host.traits, *([DISABLED_TRAIT] if disabled else [])})


def ready() -> bool:
    """Whether a scheduler, a conductor and a compute service are up."""
    alive = {s.binary for s in Service.objects.all() if is_up(s)}
    return {COMPUTE, SCHEDULER, CONDUCTOR} <= alive
