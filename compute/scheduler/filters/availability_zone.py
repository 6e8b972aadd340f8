"""AvailabilityZoneFilter: the host is in the zone that was asked for."""

from compute.domain import zones
from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class AvailabilityZone(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        if request.availability_zone in (None, "", zones.INTERNAL):
            return True
        here = host.metadata.get("availability_zone") or {zones.default_zone()}
        return request.availability_zone in here
