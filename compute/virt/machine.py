"""The machine that the fake driver pretends to run on: its processors, memory pages and cards.

COMPUTE_CPU_SHARED_SET and COMPUTE_CPU_DEDICATED_SET are Nova's [compute] options of those names.
"""

from typing import Any

from django.conf import settings

from compute.domain.hardware import cpus
from compute.domain.hardware.cells import HostCell, Pages

CPUS = 64
CELLS = 2
CELL_MEMORY_MB = 131_072
_CORES = CPUS // 2
_CORES_OF_CELL = _CORES // CELLS
# KiB of a page -> how many of them a cell has; the rest of its memory lies in pages of 4 KiB.
_HUGE = {2048: 8192, 1_048_576: 16}


def set_apart() -> int:
    """How many processors belong to one guest at a time."""
    return len(_named(getattr(settings, "COMPUTE_CPU_DEDICATED_SET", None)))


def _all() -> frozenset[int]:
    return frozenset(range(CPUS))


def processors() -> tuple[frozenset[int], frozenset[int]]:
    """The processors that guests share, and those that are pinned to.

    Nova: where neither option is set, every processor is both.
    """
    shared = getattr(settings, "COMPUTE_CPU_SHARED_SET", None)
    dedicated = getattr(settings, "COMPUTE_CPU_DEDICATED_SET", None)
    if not shared and not dedicated:
        return _all(), _all()
    return _named(shared), _named(dedicated)


def _named(text: str | None) -> frozenset[int]:
    return cpus.parse(text) & _all() if text else frozenset()


def cells(shared: frozenset[int], dedicated: frozenset[int]) -> list[HostCell]:
    """Two cells in a socket each, with two threads a core."""
    return [_cell(number, shared, dedicated) for number in range(CELLS)]


def _cell(number: int, shared: frozenset[int], dedicated: frozenset[int]) -> HostCell:
    first = number * _CORES_OF_CELL
    cores = [frozenset({core, core + _CORES}) for core in range(first, first + _CORES_OF_CELL)]
    here = frozenset().union(*cores)
    usable = shared | dedicated
    huge_kb = sum(size * count for size, count in _HUGE.items())
    small = (CELL_MEMORY_MB * 1024 - huge_kb) // 4
    return HostCell(
        id=number,
        cpuset=here & shared,
        pcpuset=here & dedicated,
        memory_mb=CELL_MEMORY_MB,
        siblings=[core & usable for core in cores if core & usable],
        pages=[Pages(4, small), *(Pages(size, count) for size, count in _HUGE.items())],
        socket=number,
    )


def devices() -> list[dict[str, Any]]:
    """Two accelerators, and a network card with four virtual functions, in each cell."""
    return [device for number in range(CELLS) for device in _devices(number)]


def _devices(cell: int) -> list[dict[str, Any]]:
    bus = f"0000:{0x3B + 0x40 * cell:02x}"
    card = f"0000:{0x5E + 0x40 * cell:02x}:00.0"
    accelerators = [
        _device(cell, f"{bus}:{slot:02x}.0", "10de", "1eb8", "type-PCI") for slot in range(2)
    ]
    functions = [
        _device(cell, f"{card[:-4]}02.{number}", "8086", "154c", "type-VF", parent=card)
        for number in range(4)
    ]
    return [*accelerators, _device(cell, card, "8086", "1572", "type-PF"), *functions]


def _device(
    cell: int, address: str, vendor: str, product: str, kind: str, parent: str | None = None
) -> dict[str, Any]:
    return {
        "address": address,
        "vendor_id": vendor,
        "product_id": product,
        "numa_node": cell,
        "dev_type": kind,
        "parent": parent,
    }
