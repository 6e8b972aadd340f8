"""ServerGroupSoftAffinityWeigher: where most of the group's servers are, if that can be had."""

from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request
from compute.scheduler.weighers.base import Weigher


class SoftAffinity(Weigher):
    option = "soft_affinity_weight_multiplier"

    def weigh(self, host: HostState, request: Request) -> float:
        if request.group is None or request.group.policy != "soft-affinity":
            return 0.0
        return len(host.servers & request.group.members)
