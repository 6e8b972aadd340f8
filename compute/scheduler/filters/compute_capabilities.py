"""ComputeCapabilitiesFilter: the host has what the flavor's `capabilities:` specs ask for."""

from collections.abc import Mapping
from typing import Any

from compute.scheduler.filters.base import Filter
from compute.scheduler.filters.matching import matches
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class ComputeCapabilities(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        for name, asked in request.extra_specs.items():
            if name == "hw:maxphysaddr_bits":
                path, wanted = ["cpu_info", "maxphysaddr", "bits"], f">= {asked}"
            else:
                path, wanted = name.split(":"), asked
                if len(path) == 1:
                    # A name without a scope counts only where the host has something of that name.
                    if not hasattr(host, name):
                        continue
                elif path.pop(0) != "capabilities":
                    continue
            have = _look_up(host, path)
            if have is None or not matches(str(have), wanted):
                return False
        return True


def _look_up(host: HostState, path: list[str]) -> Any:
    found: Any = getattr(host, path[0], None) if path else None
    for step in path[1:]:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
