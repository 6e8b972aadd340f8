"""NUMATopologyFilter: the guest's cells fit on the host's, near to the devices that it needs."""

from compute.domain.hardware.cells import REQUIRE
from compute.domain.hardware.fitting import Limits
from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class NumaTopology(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        topology = request.wanted.topology
        if topology is None:
            return True
        cells = host.machine.cells
        needs_threads = any(cell.thread_policy == REQUIRE for cell in topology.cells)
        if needs_threads and not any(cell.has_threads for cell in cells):
            return False
        limits = Limits(host.cpu_allocation_ratio, host.ram_allocation_ratio)
        return host.machine.fit(topology, limits, request.wanted.needs) is not None
