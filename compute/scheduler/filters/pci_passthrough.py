"""PciPassthroughFilter: the host has the devices that flavor and ports ask for."""

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class PciPassthrough(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        needs = request.wanted.needs
        # How near they are is a question of the NUMA filter.
        return not needs or host.machine.choose(needs, None) is not None
