"""DifferentHostFilter: not where any of the servers in the `different_host` hint is."""

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class DifferentHost(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        others = request.hints.get("different_host")
        if not others:
            return True
        return host.servers.isdisjoint([others] if isinstance(others, str) else others)
