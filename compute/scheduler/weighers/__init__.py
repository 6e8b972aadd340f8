"""Nova's weighers by their names; all are asked unless settings say otherwise."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat

from django.conf import settings
from django.utils.module_loading import import_string

from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request
from compute.scheduler.weighers.base import Weigher

_HERE = "compute.scheduler.weighers"

WEIGHERS = {
    "BuildFailureWeigher": f"{_HERE}.build_failure.BuildFailure",
    "CPUWeigher": f"{_HERE}.cpu.Cpu",
    "CrossCellWeigher": f"{_HERE}.cross_cell.CrossCell",
    "DiskWeigher": f"{_HERE}.disk.Disk",
    "HypervisorVersionWeigher": f"{_HERE}.hypervisor_version.HypervisorVersion",
    "IoOpsWeigher": f"{_HERE}.io_ops.IoOps",
    "NumInstancesWeigher": f"{_HERE}.num_instances.NumInstances",
    "PCIWeigher": f"{_HERE}.pci.Pci",
    "RAMWeigher": f"{_HERE}.ram.Ram",
    "ServerGroupSoftAffinityWeigher": f"{_HERE}.soft_affinity.SoftAffinity",
    "ServerGroupSoftAntiAffinityWeigher": f"{_HERE}.soft_anti_affinity.SoftAntiAffinity",
}


def enabled() -> tuple[tuple[str, Weigher], ...]:
    return _made(tuple(getattr(settings, "SCHEDULER_WEIGHERS", WEIGHERS)))


@lru_cache
def _made(names: tuple[str, ...]) -> tuple[tuple[str, Weigher], ...]:
    return tuple((name, import_string(WEIGHERS.get(name, name))()) for name in names)


def weigh(hosts: Sequence[HostState], request: Request) -> list[tuple[HostState, dict[str, float]]]:
    """The hosts from best to worst, each with what every weigher adds."""
    shares: list[dict[str, float]] = [{} for _ in hosts]
    if len(hosts) > 1:
        # Only aggregates make multipliers differ; most clouds of many hosts have few of them.
        alike = not any(host.aggregates for host in hosts)
        for name, weigher in enabled():
            raw = [weigher.weigh(host, request) for host in hosts]
            multipliers: Iterable[float]
            if alike:
                multipliers = repeat(weigher.multiplier(hosts[0]), len(hosts))
            else:
                multipliers = map(weigher.multiplier, hosts)
            values = _normal(raw, weigher.lowest)
            for share, value, multiplier in zip(shares, values, multipliers, strict=True):
                share[name] = value * multiplier
    ranked = sorted(zip(hosts, shares, strict=True), key=lambda one: -sum(one[1].values()))
    return list(ranked)


def _normal(values: list[float], lowest: float | None) -> list[float]:
    """The values on a scale from 0 to 1; all 0 when they do not differ."""
    if lowest is not None:
        values = [max(value, lowest) for value in values]
    low = min(values) if lowest is None else lowest
    width = max(values) - low
    return [(value - low) / width if width else 0.0 for value in values]
