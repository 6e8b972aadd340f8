"""NumInstancesWeigher: by the number of servers; without effect unless settings give it one."""

from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request
from compute.scheduler.weighers.base import Weigher


class NumInstances(Weigher):
    option = "num_instances_weight_multiplier"
    default = 0.0

    def weigh(self, host: HostState, request: Request) -> float:
        return host.num_instances
