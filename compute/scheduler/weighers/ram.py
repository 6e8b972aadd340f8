"""RAMWeigher: hosts with more free memory first."""

from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request
from compute.scheduler.weighers.base import Weigher


class Ram(Weigher):
    option = "ram_weight_multiplier"
    lowest = 0.0

    def weigh(self, host: HostState, request: Request) -> float:
        return host.free_ram_mb
