"""Pinning a guest's processors to a host's, core by core, as its thread policy asks."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from compute.domain.hardware.cells import ISOLATE, REQUIRE, GuestCell, HostCell

Cores = list[list[int]]


def pack(host: HostCell, cell: GuestCell, overhead: int) -> GuestCell | None:
    """The cell with its pinning, and with `overhead` processors reserved for the emulator.

    None when the free cores do not serve the policy.
    """
    threads = max((len(core) for core in host.siblings), default=1) or 1
    free = [sorted(core) for core in host.free_siblings if core]
    if cell.thread_policy == ISOLATE:
        return _isolated(host, cell, free, threads, overhead)
    if cell.thread_policy == REQUIRE and threads <= 1:
        return None
    least = 2 if cell.thread_policy == REQUIRE else 1
    # Emptier cores first, so that guests are spread evenly over them.
    for count in range(threads, least - 1, -1):
        cores = [core for core in free if len(core) >= count]
        given = _pinned(cell, (core[:count] for core in cores), free, overhead)
        if given is not None:
            return given
    if cell.thread_policy == REQUIRE:
        return None
    singles = [[cpu] for cpu in chain(*free)]
    return _pinned(cell, singles, singles, overhead)


def _isolated(
    host: HostCell, cell: GuestCell, free: Cores, threads: int, overhead: int
) -> GuestCell | None:
    """One processor of each core; nobody gets the core's others."""
    whole = [core for core in free if len(core) == threads]
    # Nova: where processors are set apart for pinning, those with siblings cannot be isolated.
    if not whole or (threads != 1 and host.pcpuset != host.cpuset):
        return None
    given = _pinned(cell, (core[:1] for core in whole), [], 0)
    if given is None or not overhead:
        return given
    used = set(given.pinning.values())
    left = list(chain(*(core for core in free if not used & set(core))))[:overhead]
    return replace(given, reserved=frozenset(left)) if left else None


def _pinned(
    cell: GuestCell, cores: Iterable[list[int]], free: Cores, overhead: int
) -> GuestCell | None:
    usable = list(chain(*cores))
    if len(usable) < len(cell.pcpuset):
        return None
    pinning = dict(zip(sorted(cell.pcpuset), usable, strict=False))
    if not overhead:
        return replace(cell, pinning=pinning)
    used = set(pinning.values())
    left = [cpu for cpu in chain(*free) if cpu not in used][:overhead]
    return replace(cell, pinning=pinning, reserved=frozenset(left)) if left else None
