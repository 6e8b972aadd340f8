"""CPUWeigher: hosts with more free processors first."""

from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request
from compute.scheduler.weighers.base import Weigher


class Cpu(Weigher):
    option = "cpu_weight_multiplier"
    lowest = 0.0

    def weigh(self, host: HostState, request: Request) -> float:
        return host.vcpus_total * host.cpu_allocation_ratio - host.vcpus_used
