"""A host's PCI devices: which settings hand out, which are free, and which serve a need."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings

from compute.domain.hardware.cells import GuestCell, HostCell
from compute.domain.hardware.pci import LEGACY, PF, REQUIRED, SOCKET, VDPA, Need

# {"address", "vendor_id", "product_id", "numa_node", "dev_type", "parent", and tags}
Device = Mapping[str, Any]
_MATCHED = ("vendor_id", "product_id", "address", "parent")
_KEY = ("vendor_id", "product_id", "numa_node", "dev_type")


def handed_out(devices: Iterable[Device]) -> list[dict[str, Any]]:
    """Those of a host's devices that PCI_DEVICE_SPEC names, with the tags that it gives them."""
    rows = list(getattr(settings, "PCI_DEVICE_SPEC", ()))
    found = []
    for device in devices:
        for row in rows:
            if all(_like(device.get(key), row[key]) for key in _MATCHED if key in row):
                tags = {key: value for key, value in row.items() if key not in _MATCHED}
                found.append({**device, **tags})
                break
    return found


def _like(have: Any, asked: Any) -> bool:
    """Whether it is that, whatever the case; a star stands for anything."""
    text, wish = str(have).lower(), str(asked).lower()
    if wish.endswith("*"):
        return text.startswith(wish[:-1])
    return text == wish


def free(devices: Iterable[Device], taken: Iterable[str]) -> list[Device]:
    """What is left when those addresses are taken; a function goes with its parent and children."""
    held = set(taken)
    parents = {device["parent"] for device in devices if device["address"] in held}
    return [
        device
        for device in devices
        if device["address"] not in held
        and device["address"] not in parents
        and device.get("parent") not in held
    ]


def choose(
    devices: Sequence[Device],
    needs: Iterable[Need],
    cells: Sequence[GuestCell] = (),
    host_cells: Sequence[HostCell] = (),
) -> list[tuple[Need, Device]] | None:
    """A device for everything that is needed, None when there are not enough."""
    left = list(devices)
    chosen: list[tuple[Need, Device]] = []
    for need in needs:
        fit = _serving(left, need, cells, host_cells)
        if len(fit) < need.count:
            return None
        taken: list[Device] = []
        for device in fit:
            if device in left and len(taken) < need.count:
                taken.append(device)
                left = list(free(left, [device["address"]]))
        if len(taken) < need.count:
            return None
        chosen += [(need, device) for device in taken]
    return chosen


def _serving(
    devices: Sequence[Device],
    need: Need,
    cells: Sequence[GuestCell],
    host_cells: Sequence[HostCell],
) -> list[Device]:
    """The devices that would do, those that are nearest first."""
    alike = [device for device in devices if any(_has(device, spec) for spec in need.specs)]
    for special in (PF, VDPA):
        # A whole card is not given to those who have not asked for one.
        if all(spec.get("dev_type") != special for spec in need.specs):
            alike = [device for device in alike if device["dev_type"] != special]
    alike = _migratable(alike, need)
    alike.sort(key=_pool)
    return _near(alike, need, cells, host_cells) if cells else alike


def _has(device: Device, spec: Mapping[str, Any]) -> bool:
    ignored = ("live_migratable", "remote_managed", "resource_class", "traits")
    return all(
        str(device.get(key)).lower() == str(value).lower()
        for key, value in spec.items()
        if key not in ignored
    )


def _migratable(devices: list[Device], need: Need) -> list[Device]:
    for word in ("true", "false"):
        if all(str(spec.get("live_migratable")).lower() == word for spec in need.specs):
            return [d for d in devices if str(d.get("live_migratable")).lower() == word]
    return devices


def _pool(device: Device) -> tuple[Any, ...]:
    """Devices with fewer tags are given away first."""
    return (len(device), *(str(device.get(key)) for key in _KEY), device["address"])


def _near(
    devices: list[Device], need: Need, cells: Sequence[GuestCell], host_cells: Sequence[HostCell]
) -> list[Device]:
    nodes: set[int | None] = {cell.id for cell in cells}
    here = [device for device in devices if device.get("numa_node") in nodes]
    if need.affinity == REQUIRED or len(here) >= need.count:
        return here
    if need.affinity == SOCKET:
        return _in_sockets(devices, nodes, host_cells)
    # Some machines do not say where a device is; only the stricter policies mind.
    nodes.add(None)
    here = [device for device in devices if device.get("numa_node") in nodes]
    if need.affinity == LEGACY or len(here) >= need.count:
        return here
    return sorted(devices, key=lambda device: device.get("numa_node") not in nodes)


def _in_sockets(
    devices: list[Device], nodes: set[int | None], host_cells: Sequence[HostCell]
) -> list[Device]:
    if any(cell.socket is None for cell in host_cells):
        return []
    sockets = {cell.socket for cell in host_cells if cell.id in nodes}
    allowed = {cell.id for cell in host_cells if cell.socket in sockets}
    return [device for device in devices if device.get("numa_node") in allowed]


def counts(devices: Iterable[Device]) -> dict[int | None, int]:
    """How many there are in each cell."""
    found: dict[int | None, int] = {}
    for device in devices:
        node = device.get("numa_node")
        found[node] = found.get(node, 0) + 1
    return found
