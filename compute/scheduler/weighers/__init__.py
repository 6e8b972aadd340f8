"""Nova's weighers by their names; all are asked unless settings say otherwise."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import add

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


class Scale:
    """What every weigher says of every host; when one host changes, only that one is asked again.

    A host by itself is not weighed at all.
    """

    def __init__(self, hosts: Sequence[HostState], request: Request) -> None:
        self._hosts, self._request = hosts, request
        self._weighed: list[tuple[str, Weigher, list[float], list[float]]] = []
        if len(hosts) < 2:
            return
        # Only aggregates make multipliers differ; most clouds of many hosts have few of them.
        alike = not any(host.aggregates for host in hosts)
        for name, weigher in enabled():
            if alike:
                multipliers = [weigher.multiplier(hosts[0])] * len(hosts)
            else:
                multipliers = [weigher.multiplier(host) for host in hosts]
            raw = [weigher.weigh(host, request) for host in hosts]
            self._weighed.append((name, weigher, raw, multipliers))

    def changed(self, place: int) -> None:
        """Ask again what the host at this place weighs."""
        for _, weigher, raw, _ in self._weighed:
            raw[place] = weigher.weigh(self._hosts[place], self._request)

    def shares(self) -> Iterator[tuple[str, list[float]]]:
        """What each weigher adds to each host; those that add nothing to any are left out."""
        for name, weigher, raw, multipliers in self._weighed:
            low, width = _range(raw, weigher.lowest)
            if width:
                yield (
                    name,
                    [
                        (max(value, low) - low) / width * multiplier
                        for value, multiplier in zip(raw, multipliers, strict=True)
                    ],
                )

    def order(self) -> list[int]:
        """The places of the hosts from best to worst."""
        totals = [0.0] * len(self._hosts)
        for _, values in self.shares():
            totals = list(map(add, totals, values))
        return sorted(range(len(totals)), key=totals.__getitem__, reverse=True)


def weigh(hosts: Sequence[HostState], request: Request) -> list[tuple[HostState, dict[str, float]]]:
    """The hosts from best to worst, each with what every weigher adds."""
    scale = Scale(hosts, request)
    none = dict.fromkeys(name for name, _ in enabled()) if len(hosts) > 1 else {}
    shares: list[dict[str, float]] = [dict.fromkeys(none, 0.0) for _ in hosts]
    for name, values in scale.shares():
        for share, value in zip(shares, values, strict=True):
            share[name] = value
    return [(hosts[place], shares[place]) for place in scale.order()]


def _range(values: Sequence[float], lowest: float | None) -> tuple[float, float]:
    """Where the scale from 0 to 1 begins, and how wide it is; 0 when the values do not differ."""
    low = min(values) if lowest is None else lowest
    return low, max(max(values), low) - low
