"""Fitting a guest's cells onto a host's: the first arrangement in which all of them have room."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from compute.domain.hardware import devices as pci_devices
from compute.domain.hardware.cells import DEDICATED, MIXED, GuestCell, HostCell, Topology, put
from compute.domain.hardware.devices import Device
from compute.domain.hardware.numa import PAGES
from compute.domain.hardware.packing import pack
from compute.domain.hardware.pci import Need


@dataclass(frozen=True, slots=True)
class Limits:
    """How far shared processors and memory may be given away more than once."""

    cpu_ratio: float = 1.0
    ram_ratio: float = 1.0


def fit(
    host: Sequence[HostCell],
    guest: Topology,
    limits: Limits,
    needs: Sequence[Need] = (),
    devices: Sequence[Device] = (),
) -> Topology | None:
    """The guest's topology as it would lie on the host, with its processors pinned; or None.

    The devices that it needs are near enough in that arrangement.
    """
    if len(host) < len(guest.cells):
        return None
    ordered = (
        host if len(host) == len(guest.cells) else _emptiest_first(host, guest, needs, devices)
    )
    for arrangement in permutations(ordered, len(guest.cells)):
        cells = _fit_all(arrangement, guest, limits)
        if cells is None:
            continue
        if needs and pci_devices.choose(devices, needs, cells, host) is None:
            continue
        return Topology(tuple(cells), guest.emulator_threads)
    return None


def _emptiest_first(
    host: Sequence[HostCell], guest: Topology, needs: Sequence[Need], devices: Sequence[Device]
) -> list[HostCell]:
    """Cells with devices come last, unless the guest needs some; emptier ones come earlier."""
    pinned = guest.policy in (DEDICATED, MIXED)
    by_node = pci_devices.counts(devices)

    def order(cell: HostCell) -> tuple[int, int, int]:
        near = by_node.get(cell.id, 0)
        cpus = -len(cell.free_pcpus) if pinned else cell.cpus_used
        return (-near if needs else near, cpus, -cell.free_memory_mb)

    return sorted(host, key=order)


def _fit_all(
    arrangement: Sequence[HostCell], guest: Topology, limits: Limits
) -> list[GuestCell] | None:
    fitted = []
    for number, (host, cell) in enumerate(zip(arrangement, guest.cells, strict=True)):
        # The emulator's own processor is taken where the guest's first cell lies.
        overhead = 1 if guest.isolates_emulator and number == 0 else 0
        given = _fit_cell(host, cell, limits, overhead)
        if given is None:
            return None
        fitted.append(given)
    return fitted


def _fit_cell(host: HostCell, cell: GuestCell, limits: Limits, overhead: int) -> GuestCell | None:
    pagesize = cell.pagesize
    if pagesize:
        pagesize = _page_size(host, cell)
        if pagesize is None:
            return None
    elif not _has_memory(host, cell):
        return None
    # A guest is never given more than there is at all, whatever the ratios.
    if cell.has_pinned and len(cell.pcpuset) + overhead > len(host.free_pcpus):
        return None
    if cell.has_shared and (
        len(cell.cpuset) > len(host.cpuset)
        or host.cpus_used + len(cell.cpuset) > len(host.cpuset) * limits.cpu_ratio
        or host.memory_used_mb + cell.memory_mb > host.memory_mb * limits.ram_ratio
    ):
        return None
    packed = pack(host, cell, overhead) if cell.has_pinned else cell
    return put(packed, host, pagesize=pagesize) if packed is not None else None


def _page_size(host: HostCell, cell: GuestCell) -> int | None:
    """The largest pages of the kind asked for that hold the cell's memory exactly."""
    sizes = host.page_sizes
    kinds = {
        PAGES["small"]: sizes[:1],
        PAGES["large"]: sizes[:0:-1],
        PAGES["any"]: sizes[::-1],
    }
    for size in kinds.get(cell.pagesize or 0, [cell.pagesize]):
        pages = host.pages_of(size or 0)
        if pages is not None and _holds(cell, size or 1, pages.free_kb):
            return size
    return None


def _holds(cell: GuestCell, size: int, room_kb: int) -> bool:
    memory = cell.memory_mb * 1024
    return memory <= room_kb and memory % size == 0


def _has_memory(host: HostCell, cell: GuestCell) -> bool:
    """Only pinned guests may not be given memory that others have been promised too."""
    if not host.pages:
        return (host.free_memory_mb if cell.has_pinned else host.memory_mb) >= cell.memory_mb
    smallest = min(host.page_sizes)
    pages = host.pages_of(smallest)
    assert pages is not None
    return _holds(cell, smallest, pages.free_kb if cell.has_pinned else pages.total_kb)
