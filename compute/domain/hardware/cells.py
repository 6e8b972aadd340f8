"""NUMA cells: a host's with what is used of them, and a guest's with what it is given.

Both are kept as JSON, in which sets are sorted lists.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

DEDICATED, SHARED, MIXED = "dedicated", "shared", "mixed"
PREFER, ISOLATE, REQUIRE = "prefer", "isolate", "require"


@dataclass(slots=True)
class Pages:
    """A cell's memory pages of one size."""

    size_kb: int
    total: int
    used: int = 0
    reserved: int = 0

    @property
    def free_kb(self) -> int:
        return (self.total - self.used - self.reserved) * self.size_kb

    @property
    def total_kb(self) -> int:
        return self.total * self.size_kb


@dataclass(slots=True)
class HostCell:
    """A cell of a host; `cpuset` may be shared by guests, `pcpuset` belongs to one at a time."""

    id: int
    cpuset: frozenset[int]
    pcpuset: frozenset[int]
    memory_mb: int
    siblings: Sequence[frozenset[int]] = ()
    pages: list[Pages] = field(default_factory=list)
    socket: int | None = None
    cpus_used: int = 0
    memory_used_mb: int = 0
    pinned: frozenset[int] = frozenset()

    @property
    def free_pcpus(self) -> frozenset[int]:
        return self.pcpuset - self.pinned

    @property
    def free_siblings(self) -> list[frozenset[int]]:
        return [core & self.free_pcpus for core in self.siblings]

    @property
    def free_memory_mb(self) -> int:
        return self.memory_mb - self.memory_used_mb

    @property
    def has_threads(self) -> bool:
        return any(len(core) > 1 for core in self.siblings)

    def pages_of(self, size_kb: int) -> Pages | None:
        return next((pages for pages in self.pages if pages.size_kb == size_kb), None)

    @property
    def page_sizes(self) -> list[int]:
        return sorted(pages.size_kb for pages in self.pages)

    def take(self, cell: "GuestCell") -> None:
        """Count what a guest's cell uses of this one."""
        pages = self.pages_of(cell.pagesize or min(self.page_sizes, default=0))
        if pages is not None:
            pages.used += cell.memory_mb * 1024 // pages.size_kb
        self.memory_used_mb += cell.memory_mb
        self.cpus_used += len(cell.cpuset)
        self.pinned |= cell.host_cpus(self)

    def kept(self) -> dict[str, Any]:
        """As a host's row keeps it: what there is, without what is used of it."""
        return {
            "id": self.id,
            "cpuset": sorted(self.cpuset),
            "pcpuset": sorted(self.pcpuset),
            "memory_mb": self.memory_mb,
            "siblings": [sorted(core) for core in self.siblings],
            "pages": [[each.size_kb, each.total, each.reserved] for each in self.pages],
            "socket": self.socket,
        }


def host_cell(kept: Mapping[str, Any]) -> HostCell:
    """The cell of which nothing is used yet."""
    return HostCell(
        id=kept["id"],
        cpuset=frozenset(kept["cpuset"]),
        pcpuset=frozenset(kept["pcpuset"]),
        memory_mb=kept["memory_mb"],
        siblings=[frozenset(core) for core in kept["siblings"]],
        pages=[Pages(size, total, reserved=held) for size, total, held in kept["pages"]],
        socket=kept["socket"],
    )


@dataclass(frozen=True, slots=True)
class GuestCell:
    """A cell of a guest; `id` is its own until it has been fitted, then that of the host's."""

    id: int
    cpuset: frozenset[int]
    pcpuset: frozenset[int]
    memory_mb: int
    # KiB; negative: see numa.PAGES
    pagesize: int | None = None
    policy: str | None = None
    thread_policy: str | None = None
    # The guest's processor -> the host's
    pinning: Mapping[int, int] = field(default_factory=dict)
    # What the emulator has for itself.
    reserved: frozenset[int] = frozenset()

    @property
    def has_pinned(self) -> bool:
        return self.policy in (DEDICATED, MIXED)

    @property
    def has_shared(self) -> bool:
        return self.policy != DEDICATED

    def host_cpus(self, host: HostCell) -> frozenset[int]:
        """The host's processors that nobody else may have; isolation costs the siblings too."""
        taken = frozenset(self.pinning.values()) | self.reserved
        if self.thread_policy != ISOLATE:
            return taken
        return frozenset().union(*(core for core in host.siblings if core & taken))

    def kept(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "cpuset": sorted(self.cpuset),
            "pcpuset": sorted(self.pcpuset),
            "memory_mb": self.memory_mb,
            "pagesize": self.pagesize,
            "policy": self.policy,
            "thread_policy": self.thread_policy,
            "pinning": sorted(self.pinning.items()),
            "reserved": sorted(self.reserved),
        }


@dataclass(frozen=True, slots=True)
class Topology:
    """A guest's cells."""

    cells: tuple[GuestCell, ...]
    emulator_threads: str | None = None

    @property
    def isolates_emulator(self) -> bool:
        return self.emulator_threads == ISOLATE

    @property
    def policy(self) -> str | None:
        return self.cells[0].policy

    def kept(self) -> dict[str, Any]:
        return {
            "cells": [cell.kept() for cell in self.cells],
            "emulator_threads": self.emulator_threads,
        }


def topology(kept: Mapping[str, Any]) -> Topology:
    """The topology that a row keeps."""
    cells = [
        GuestCell(
            **{
                **row,
                "cpuset": frozenset(row["cpuset"]),
                "pcpuset": frozenset(row["pcpuset"]),
                "pinning": dict(row["pinning"]),
                "reserved": frozenset(row["reserved"]),
            }
        )
        for row in kept["cells"]
    ]
    return Topology(tuple(cells), kept["emulator_threads"])


def in_use(kept: Iterable[Mapping[str, Any]], guests: Iterable[Topology]) -> list[HostCell]:
    """A host's cells, less what these guests have of them."""
    cells = [host_cell(row) for row in kept]
    by_id = {cell.id: cell for cell in cells}
    for guest in guests:
        for cell in guest.cells:
            if cell.id in by_id:
                by_id[cell.id].take(cell)
    return cells


def put(cell: GuestCell, host: HostCell, **given: Any) -> GuestCell:
    """The guest's cell as it lies on the host's."""
    return replace(cell, id=host.id, **given)
