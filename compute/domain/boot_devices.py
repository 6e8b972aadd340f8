"""The devices that a new server gets: of its order, of its image, and of its flavor."""

from typing import Any

from compute.domain import block_devices
from compute.domain.block_devices import Device
from compute.domain.errors import BadRequest, Unexpected
from compute.domain.orders import Order
from compute.models import Flavor

# What the root is called as long as neither order nor image say.
ROOT = "vda"


def of_order(order: Order, image: dict[str, Any], flavor: Flavor, count: int) -> list[Device]:
    """Every device, in Nova's order; BadRequest for what does not hold together by itself."""
    properties = image["properties"]
    named = root_name(properties)
    # Nova: it compares a path with names, so that a root named by its image is never in the way.
    if order.image_id and named is None:
        _refuse_root_twice(order.block_devices)
    described = _described(properties, flavor, named or ROOT)
    has_root = block_devices.root_of(described) is not None
    asked = _asked(order, has_root=has_root, root=named or ROOT)
    devices = _merge(described, asked)
    if count > 1 and any(device.source_type == "volume" for device in devices):
        raise BadRequest("Cannot attach one or more volumes to multiple instances")
    return _complete(devices, flavor)


def root_name(properties: dict[str, Any]) -> str | None:
    """The path of the root device, if the image names one."""
    name = None
    for row in properties.get("mappings") or ():
        if _of_mapping(row, "virtual") == "root":
            name = _of_mapping(row, "device")
    return block_devices.path_of(properties.get("root_device_name", name)) or None


def _of_mapping(row: dict[str, Any], key: str) -> Any:
    if key not in row:
        raise Unexpected(kind="KeyError")
    return row[key]


def _refuse_root_twice(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        at_root = block_devices.bare(row.get("device_name")) == ROOT
        if at_root and row.get("destination_type") == "volume":
            raise BadRequest(
                f"The volume cannot be assigned the same device name as the root device {ROOT}"
            )


def _asked(order: Order, *, has_root: bool, root: str) -> list[Device]:
    if order.uses_older_block_devices:
        return block_devices.from_version_1(
            order.block_devices, image_id=order.image_id, root_name=None if has_root else root
        )
    asked = [
        block_devices.from_version_2(row, image_given=bool(order.image_id))
        for row in order.block_devices
    ]
    if not has_root:
        return asked
    # Clients order the image as the root; it says itself what its root is.
    return [d for d in asked if not (d.boot_index == 0 and d.source_type == "image")]


def _described(properties: dict[str, Any], flavor: Flavor, root: str) -> list[Device]:
    """The devices that the image describes, and the blank ones that it has names for."""
    rows = properties.get("block_device_mapping") or []
    if properties.get("bdm_v2"):
        described = [block_devices.from_image(row) for row in rows]
    else:
        described = block_devices.from_version_1(rows, image_id="", root_name=root)
    return _merge(_named_blanks(properties.get("mappings") or [], flavor), described)


def _named_blanks(mappings: list[dict[str, Any]], flavor: Flavor) -> list[Device]:
    """The flavor's disks, as often as the image names them, less those that it has not."""
    found = []
    for row in mappings:
        virtual, name = _of_mapping(row, "virtual"), _of_mapping(row, "device")
        if not block_devices.is_swap_or_ephemeral(virtual):
            continue
        guest_format = "swap" if virtual == "swap" else row.get("guest_format") or None
        size = flavor.swap_mb if guest_format == "swap" else flavor.ephemeral_gb
        if size:
            path = block_devices.path_of(name)
            found.append(block_devices.blank(size, guest_format, device_name=path))
    return found


def _merge(described: list[Device], asked: list[Device]) -> list[Device]:
    """The devices asked for, then those described whose names nobody else is given."""
    names = {device.device_name for device in asked if device.device_name}
    return [*asked, *(device for device in described if device.device_name not in names)]


def _complete(devices: list[Device], flavor: Flavor) -> list[Device]:
    """Add the flavor's ephemeral and swap disks, and their sizes."""
    if flavor.ephemeral_gb and not any(device.is_ephemeral for device in devices):
        devices.append(block_devices.blank(flavor.ephemeral_gb))
    if flavor.swap_mb and not any(device.is_swap for device in devices):
        devices.append(block_devices.blank(flavor.swap_mb, "swap"))
    for device in devices:
        if device.is_blank_disk and device.volume_size is None:
            device.volume_size = flavor.swap_mb if device.is_swap else flavor.ephemeral_gb
    return devices
