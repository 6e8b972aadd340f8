"""Availability zones, and for administrators the hosts in them.  /os-availability-zone"""

from typing import Any

from compute.api.base import ComputeViewSet
from compute.api.services import last_seen
from compute.domain import services, zones
from compute.models import Service
from versioned.operation import operation
from versioned.schema import query


def _zone(name: str, available: bool, hosts: Any = None) -> dict[str, Any]:
    return {"zoneName": name, "zoneState": {"available": available}, "hosts": hosts}


class AvailabilityZoneViewSet(ComputeViewSet):
    @operation(policy="os_compute_api:os-availability-zone:list", query=query(closed_since="2.102"))
    def list(self, request: Any) -> Any:
        open_zones, closed_zones = _zones(list_of_services())
        shown = [
            *(_zone(name, True) for name in open_zones if name != zones.INTERNAL),
            *(_zone(name, False) for name in closed_zones if name != zones.INTERNAL),
        ]
        return {"availabilityZoneInfo": shown}

    @operation(
        policy="os_compute_api:os-availability-zone:detail", query=query(closed_since="2.102")
    )
    def detail(self, request: Any) -> Any:
        found = list_of_services()
        open_zones, closed_zones = _zones(found)
        hosts: dict[str, dict[str, dict[str, Any]]] = {}
        for service, zone in found:
            if not service.disabled:
                on_host = hosts.setdefault(zone, {}).setdefault(service.host, {})
                on_host[service.binary] = {
                    "available": services.is_up(service),
                    "active": True,
                    "updated_at": last_seen(vars(service)),
                }
        shown = [
            *(_zone(name, True, hosts.get(name, {})) for name in open_zones),
            *(_zone(name, False) for name in closed_zones),
        ]
        return {"availabilityZoneInfo": shown}


def list_of_services() -> Any:
    """Every service with its zone."""
    zone_of = zones.by_host()
    return [
        (service, zones.of_service(service.binary, service.host, zone_of))
        for service in Service.objects.order_by("id")
    ]


def _zones(found: Any) -> tuple[Any, Any]:
    """The zones with a service that is not disabled, and the others."""
    enabled = {zone for service, zone in found if not service.disabled}
    return sorted(enabled), sorted({zone for _, zone in found} - enabled)
