"""NumInstancesFilter: not on a host that has too many servers."""

from django.conf import settings

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class NumInstances(Filter):
    def most(self, host: HostState) -> float:
        return float(getattr(settings, "SCHEDULER_MAX_INSTANCES_PER_HOST", 50))

    def passes(self, host: HostState, request: Request) -> bool:
        return host.num_instances < self.most(host)
