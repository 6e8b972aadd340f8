"""AggregateMultiTenancyIsolation: hosts that are set apart for some projects."""

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class AggregateMultiTenancy(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        # Nova: `filter_tenant_id`, and with any suffix, since a value may not be long enough.
        allowed: set[str] = set()
        for name, values in host.metadata.items():
            if name.startswith("filter_tenant_id"):
                allowed |= values
        return not allowed or request.project_id in allowed
