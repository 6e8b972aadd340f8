"""ServerGroupSoftAntiAffinityWeigher: where fewest of the group's servers are."""

from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request
from compute.scheduler.weighers.base import Weigher


class SoftAntiAffinity(Weigher):
    option = "soft_anti_affinity_weight_multiplier"

    def weigh(self, host: HostState, request: Request) -> float:
        if request.group is None or request.group.policy != "soft-anti-affinity":
            return 0.0
        return -len(host.servers & request.group.members)
