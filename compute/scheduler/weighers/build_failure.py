"""BuildFailureWeigher: hosts where builds have failed lately come last, whatever else they have."""

from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request
from compute.scheduler.weighers.base import Weigher


class BuildFailure(Weigher):
    option = "build_failure_weight_multiplier"
    default = 1_000_000.0

    def multiplier(self, host: HostState) -> float:
        # Nova: the option is positive and taken negative.
        return -super().multiplier(host)

    def weigh(self, host: HostState, request: Request) -> float:
        return host.failed_builds
