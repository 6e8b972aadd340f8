"""AllHostsFilter: every host will do."""

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class AllHosts(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        return True
