"""AggregateNumInstancesFilter: as NumInstancesFilter, with the aggregates' own limit."""

from compute.scheduler.filters.num_instances import NumInstances
from compute.scheduler.hosts import HostState


class AggregateNumInstances(NumInstances):
    def most(self, host: HostState) -> float:
        return host.least("max_instances_per_host", super().most(host))
