"""ServerGroupAntiAffinityFilter: where no more than so many of the group's servers are."""

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class GroupAntiAffinity(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        group = request.group
        if group is None or group.policy != "anti-affinity":
            return True
        if request.server_uuid in host.servers:
            return True
        return len(host.servers & group.members) < group.most_on_a_host
