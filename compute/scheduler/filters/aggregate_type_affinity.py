"""AggregateTypeAffinityFilter: hosts that are set apart for some flavors, by name."""

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class AggregateTypeAffinity(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        named = host.metadata.get("instance_type")
        return not named or request.flavor_name in named
