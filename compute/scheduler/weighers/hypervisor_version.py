"""HypervisorVersionWeigher: hosts with a newer hypervisor first."""

from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request
from compute.scheduler.weighers.base import Weigher


class HypervisorVersion(Weigher):
    option = "hypervisor_version_weight_multiplier"

    def weigh(self, host: HostState, request: Request) -> float:
        return host.hypervisor_version or 0
