"""IoOpsWeigher: hosts whose disks are less busy first."""

from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request
from compute.scheduler.weighers.base import Weigher


class IoOps(Weigher):
    option = "io_ops_weight_multiplier"
    default = -1.0
    lowest = 0.0

    def weigh(self, host: HostState, request: Request) -> float:
        return host.num_io_ops
