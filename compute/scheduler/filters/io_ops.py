"""IoOpsFilter: not on a host where too many servers are being built, copied or moved."""

from django.conf import settings

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class IoOps(Filter):
    def most(self, host: HostState) -> float:
        return float(getattr(settings, "SCHEDULER_MAX_IO_OPS_PER_HOST", 8))

    def passes(self, host: HostState, request: Request) -> bool:
        return host.num_io_ops < self.most(host)
