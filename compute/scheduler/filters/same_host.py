"""SameHostFilter: where one of the servers in the `same_host` hint is."""

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class SameHost(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        others = request.hints.get("same_host")
        if not others:
            return True
        return not host.servers.isdisjoint([others] if isinstance(others, str) else others)
