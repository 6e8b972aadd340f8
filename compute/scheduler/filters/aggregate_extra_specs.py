"""AggregateInstanceExtraSpecsFilter: the host's aggregates say what the flavor's specs ask for."""

from compute.scheduler.filters.base import Filter
from compute.scheduler.filters.matching import matches
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request

_SCOPE = "aggregate_instance_extra_specs"


class AggregateExtraSpecs(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        for name, asked in request.extra_specs.items():
            scope, colon, rest = name.partition(":")
            if colon and scope != _SCOPE:
                continue
            values = host.metadata.get(rest if colon else name)
            if not values or not any(matches(value, asked) for value in values):
                return False
        return True
