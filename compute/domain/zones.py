"""Availability zones: made by aggregates whose metadata names one; the rest is "nova"."""

from collections import defaultdict
from collections.abc import Mapping

from django.conf import settings

from compute.models import Aggregate, AggregateHost, Service
from versioned.prepared import Prepared

INTERNAL = "internal"


def default_zone() -> str:
    return str(getattr(settings, "DEFAULT_AVAILABILITY_ZONE", "nova"))


_HOSTS = Prepared(lambda: AggregateHost.objects.values("host", "aggregate__metadata"))


def by_host() -> dict[str, str]:
    """The zone of each host that an aggregate puts into one."""
    return {
        row["host"]: row["aggregate__metadata"]["availability_zone"]
        for row in _HOSTS()
        if row["aggregate__metadata"].get("availability_zone")
    }


_AGGREGATES = Prepared(lambda: Aggregate.objects.order_by("pk").values("uuid", "metadata"))


def aggregates(zone: str) -> list[str]:
    """The uuids of the aggregates that make the zone; the default one's hosts may be in none."""
    return [
        row["uuid"] for row in _AGGREGATES() if row["metadata"].get("availability_zone") == zone
    ]


def of_host(host: str) -> str:
    return by_host().get(host, default_zone())


def of_service(binary: str, host: str, zone_of: Mapping[str, str]) -> str:
    """The zone of a service; only compute services are in zones that users see."""
    return zone_of.get(host, default_zone()) if binary == "nova-compute" else INTERNAL


def with_hosts(*, only_available: bool = False) -> dict[str, list[str]]:
    """The compute hosts of each zone; with `only_available`, of services that are not disabled."""
    zone_of = by_host()
    zones: dict[str, list[str]] = defaultdict(list)
    for service in Service.objects.filter(binary="nova-compute").order_by("host"):
        if only_available and service.disabled:
            continue
        zones[zone_of.get(service.host, default_zone())].append(service.host)
    return dict(zones)


def available() -> set[str]:
    """The zones in which a server may be asked for."""
    # Nova: that of its own services, too, which then stands for no zone in particular.
    return {INTERNAL, *with_hosts(only_available=True)}
