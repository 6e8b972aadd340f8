"""DiskWeigher: hosts with more free disk first."""

from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request
from compute.scheduler.weighers.base import Weigher


class Disk(Weigher):
    option = "disk_weight_multiplier"
    lowest = 0.0

    def weigh(self, host: HostState, request: Request) -> float:
        return host.free_disk_mb
