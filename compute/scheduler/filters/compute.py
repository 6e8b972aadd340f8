"""ComputeFilter: the host's compute service is up and enabled."""

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class Compute(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        return host.is_up and not host.is_disabled
