"""AggregateIoOpsFilter: as IoOpsFilter, with `max_io_ops_per_host` of the host's aggregates."""

from compute.scheduler.filters.io_ops import IoOps
from compute.scheduler.hosts import HostState


class AggregateIoOps(IoOps):
    def most(self, host: HostState) -> float:
        return host.least("max_io_ops_per_host", super().most(host))
