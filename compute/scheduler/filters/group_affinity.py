"""ServerGroupAffinityFilter: where the group's servers are."""

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class GroupAffinity(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        group = request.group
        if group is None or group.policy != "affinity" or not group.hosts:
            return True
        return host.host in group.hosts
