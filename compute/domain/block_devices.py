"""Block devices that a boot asks for: both syntaxes, defaults, and what Nova refuses."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from compute.clients.volume import volume
from compute.domain import images
from compute.domain.errors import BadRequest, ComputeError
from compute.models import Flavor
from middleware.context import RequestContext

MAX_LOCAL = 3  # Nova's max_local_block_devices
DISK_BUSES = frozenset({"fdc", "ide", "sata", "scsi", "usb", "virtio", "xen", "lxc", "uml", "nvme"})
_TRUE = {True, "1", "t", "true", "on", "y", "yes"}
_EPHEMERAL = re.compile(r"^ephemeral(\d|[1-9]\d+)$")


class InvalidFormat(BadRequest):
    message = "Block Device Mapping is Invalid: {details}"


class InvalidBootSequence(BadRequest):
    message = (
        "Block Device Mapping is Invalid: Boot sequence for the instance and image/block device "
        "mapping combination is not valid."
    )


class TooManyLocal(BadRequest):
    message = (
        "Block Device Mapping is Invalid: You specified more local devices than the limit allows"
    )


class EphemeralTooLarge(BadRequest):
    message = (
        "Ephemeral disks requested are larger than the instance type allows. If no size is given "
        "in one block device mapping, flavor ephemeral size will be used."
    )


class SwapTooLarge(BadRequest):
    message = "Swap drive requested is larger than instance type allows."


class InvalidSource(BadRequest):
    message = "Block Device Mapping is Invalid: failed to get {kind} {id}."


class InvalidDiskBus(BadRequest):
    message = "Block Device Mapping is Invalid: The disk bus {disk_bus} is not valid."


class NotBootable(BadRequest):
    message = "Block Device {id} is not bootable."


@dataclass(slots=True)
class Device:
    """One device asked for, in version 2's words."""

    source_type: str = ""
    destination_type: str | None = None
    device_name: str | None = None
    boot_index: int | None = None
    image_id: str | None = None
    snapshot_id: str | None = None
    volume_id: str | None = None
    volume_size: int | None = None
    volume_type: str | None = None
    guest_format: str | None = None
    device_type: str | None = None
    disk_bus: str | None = None
    delete_on_termination: bool = False
    no_device: bool = False
    tag: str | None = None
    connection_info: Any = None

    @property
    def is_swap(self) -> bool:
        return self.source_type == "blank" and self.guest_format == "swap"

    @property
    def is_ephemeral(self) -> bool:
        return (
            self.source_type == "blank"
            and self.destination_type == "local"
            and self.guest_format != "swap"
        )

    def columns(self) -> dict[str, Any]:
        """The columns of a BlockDevice row."""
        row = {name: getattr(self, name) for name in _COLUMNS}
        row["destination_type"] = self.destination_type or "local"
        return row


_COLUMNS = tuple(field.name for field in fields(Device))


def _truth(value: Any) -> bool:
    return (value.strip().lower() if isinstance(value, str) else value) in _TRUE


def _dev(name: str | None) -> str | None:
    return name if not name or name.startswith("/dev/") else f"/dev/{name}"


def _size(value: Any) -> int | None:
    return int(value) if value not in (None, "", 0, "0") else None


def from_version_2(row: dict[str, Any], *, image_given: bool) -> Device:
    """Read one item of block_device_mapping_v2; InvalidFormat for what does not hold together."""
    no_device = bool(row.get("no_device"))
    # Nova: an item that takes a device of the image away has no source, and is an item otherwise.
    ids = {} if no_device else _sources(row, image_given=image_given)
    index = row.get("boot_index")
    return Device(
        source_type=row.get("source_type") or "",
        destination_type=row.get("destination_type"),
        device_name=_dev(row.get("device_name")),
        boot_index=int(index) if index not in (None, "") else None,
        volume_size=_size(row.get("volume_size")),
        volume_type=row.get("volume_type") or None,
        guest_format=row.get("guest_format"),
        device_type=row.get("device_type"),
        disk_bus=row.get("disk_bus"),
        delete_on_termination=_truth(row.get("delete_on_termination", False)),
        no_device=no_device,
        tag=row.get("tag"),
        connection_info=row.get("connection_info"),
        **ids,
    )


def _sources(row: dict[str, Any], *, image_given: bool) -> dict[str, Any]:
    """The ids of what a device is made from; InvalidFormat for what does not hold together."""
    source, uuid, target = (row.get(k) for k in ("source_type", "uuid", "destination_type"))
    ids: dict[str, Any] = {key: row.get(key) for key in ("image_id", "snapshot_id", "volume_id")}
    if source == "blank" and uuid:
        raise InvalidFormat(details="Invalid device UUID.")
    if source != "blank":
        if not uuid:
            raise InvalidFormat(details="Missing device UUID.")
        if source:
            ids[f"{source}_id"] = uuid
    if source == "image" and target == "local":
        index = row.get("boot_index", -1)
        if not (image_given and int(-1 if index is None else index) == 0):
            raise InvalidFormat(details="Mapping image to local is not supported.")
    if target == "local" and row.get("volume_type"):
        raise InvalidFormat(
            details="Specifying a volume_type with destination_type=local is not supported."
        )
    if source == "volume" and row.get("volume_type"):
        raise InvalidFormat(details="Specifying volume type to existing volume is not supported.")
    if not source:
        raise InvalidFormat(details="Some required fields are missing")
    return ids


def _from_version_1(row: dict[str, Any]) -> Device:
    device = Device(
        device_name=_dev(row.get("device_name")),
        volume_size=_size(row.get("volume_size")),
        delete_on_termination=_truth(row.get("delete_on_termination", False)),
        volume_id=row.get("volume_id"),
        snapshot_id=row.get("snapshot_id"),
        no_device=bool(row.get("no_device")),
    )
    virtual = row.get("virtual_name") or ""
    if virtual == "swap" or _EPHEMERAL.match(virtual):
        device.source_type, device.destination_type = "blank", "local"
        device.delete_on_termination = True
        device.guest_format = "swap" if virtual == "swap" else None
    elif device.snapshot_id:
        device.source_type, device.destination_type = "snapshot", "volume"
    elif device.volume_id:
        device.source_type, device.destination_type = "volume", "volume"
    elif not device.no_device:
        raise InvalidFormat(details="Unrecognized legacy format.")
    return device


def _bare(name: str | None) -> str:
    return (name or "").removeprefix("/dev/")


def from_version_1(
    rows: list[dict[str, Any]], *, image_id: str, root_name: str | None
) -> list[Device]:
    """Read the older block_device_mapping, in which the root is found by its name."""
    devices = [_from_version_1(row) for row in rows]
    if not root_name and not image_id:
        first = next((d for d in devices if d.source_type != "blank"), None)
        if first is not None:
            first.boot_index = 0
        return devices
    has_root = False
    for device in devices:
        at_root = root_name is not None and _bare(device.device_name) == _bare(root_name)
        if device.source_type in ("volume", "snapshot", "image") and at_root:
            device.boot_index, has_root = 0, True
        else:
            device.boot_index = None if device.no_device else -1
    if image_id and not has_root:
        devices.insert(0, of_image(image_id))
    return devices


def of_image(image_id: str) -> Device:
    """The local root disk that an image becomes."""
    return Device(
        source_type="image",
        destination_type="local",
        image_id=image_id,
        boot_index=0,
        delete_on_termination=True,
        device_type="disk",
    )


def of_image_properties(properties: dict[str, Any]) -> list[Device]:
    """The devices that an image of a volume-backed server describes."""
    described = properties.get("block_device_mapping") or []
    if properties.get("bdm_v2"):
        return [_from_image(row) for row in described]
    return [_from_version_1(row) for row in described]


def _from_image(row: dict[str, Any]) -> Device:
    known = {name: row[name] for name in Device.__dataclass_fields__ if row.get(name) is not None}
    return Device(**known)


def refuse_root_twice(rows: list[dict[str, Any]], root_name: str) -> None:
    """Refuse a volume that claims the device of the image's root disk."""
    for row in rows:
        if row.get("destination_type") == "volume" and _bare(row.get("device_name")) == root_name:
            raise BadRequest(
                f"The volume cannot be assigned the same device name as the root device {root_name}"
            )


def merge(described: list[Device], asked: list[Device]) -> list[Device]:
    """The devices of the image, less those whose names the request gives to others."""
    names = {device.device_name for device in asked if device.device_name}
    kept = [device for device in described if device.device_name not in names]
    return [*kept, *asked]


def complete(devices: list[Device], *, flavor: Flavor, count: int) -> list[Device]:
    """Add the flavor's ephemeral and swap disks, and fill defaults in."""
    if count > 1 and any(device.source_type == "volume" for device in devices):
        raise BadRequest("Cannot attach one or more volumes to multiple instances")
    devices = list(devices)
    if flavor.ephemeral_gb and not any(device.is_ephemeral for device in devices):
        devices.append(_blank(flavor.ephemeral_gb, None))
    if flavor.swap_mb and not any(device.is_swap for device in devices):
        devices.append(_blank(flavor.swap_mb, "swap"))
    for device in devices:
        if device.destination_type is None and not device.no_device:
            device.destination_type = "local" if device.source_type == "blank" else "volume"
    return devices


def _blank(size: int, guest_format: str | None) -> Device:
    return Device(
        source_type="blank",
        destination_type="local",
        boot_index=-1,
        delete_on_termination=True,
        device_type="disk",
        guest_format=guest_format,
        volume_size=size,
    )


def root_of(devices: list[Device]) -> Device | None:
    return next((device for device in devices if device.boot_index == 0), None)


def check(
    context: RequestContext,
    devices: list[Device],
    flavor: Flavor,
    *,
    has_image: bool,
    many_attachments: bool,
) -> None:
    """Refuse devices whose sources are not there, whose sizes do not fit, or that are too many.

    Nova: with an image in the request nobody asks whether the root volume can be booted from.
    """
    # Nova: volumes are looked up before anything is checked of them.
    volumes = {d.volume_id: volume().show(context, d.volume_id) for d in devices if d.volume_id}
    order = sorted(d.boot_index for d in devices if d.boot_index is not None and d.boot_index >= 0)
    if not order or order != list(range(len(order))):
        raise InvalidBootSequence
    for device in devices:
        _check_source(
            context, device, volumes, has_image=has_image, many_attachments=many_attachments
        )
        if device.disk_bus and device.disk_bus not in DISK_BUSES:
            raise InvalidDiskBus(disk_bus=device.disk_bus)
    ephemeral = sum(d.volume_size or flavor.ephemeral_gb for d in devices if d.is_ephemeral)
    if ephemeral > flavor.ephemeral_gb:
        raise EphemeralTooLarge
    swaps = [d for d in devices if d.is_swap]
    if len(swaps) > 1:
        raise InvalidFormat(details="More than one swap drive requested.")
    if swaps and (swaps[0].volume_size or 0) > flavor.swap_mb:
        raise SwapTooLarge
    if sum(d.destination_type == "local" for d in devices) > MAX_LOCAL:
        raise TooManyLocal


def to_have(devices: list[Device]) -> list[Device]:
    """Of devices with the same name the last one, unless it is there to take that name away."""
    named = {device.device_name: device for device in devices if device.device_name}
    return [
        device
        for device in devices
        if not device.no_device and (not device.device_name or named[device.device_name] is device)
    ]


def _check_source(
    context: RequestContext,
    device: Device,
    volumes: Mapping[str, dict[str, Any]],
    *,
    has_image: bool,
    many_attachments: bool,
) -> None:
    if device.volume_type:
        known = _source("volume type", device.volume_type, lambda: volume().types(context))
        if device.volume_type not in {t["id"] for t in known} | {t["name"] for t in known}:
            raise BadRequest(f"Volume type {device.volume_type} could not be found.")
    if device.image_id is not None:
        if device.destination_type == "volume":
            _source("image", device.image_id, lambda: images.show(context, str(device.image_id)))
            if device.source_type == "image" and not device.volume_size:
                raise BadRequest(
                    "Images with destination_type 'volume' need to have a non-zero size specified"
                )
    elif device.volume_id is not None:
        found = volumes[device.volume_id]
        check_attachable(found, many_attachments=many_attachments)
        is_root = device.boot_index == 0 and not has_image
        if is_root and found.get("bootable") not in (True, "true"):
            raise NotBootable(id=device.volume_id)
        device.volume_size = found["size"]
    elif device.snapshot_id is not None:
        snapshot = _source(
            "snapshot",
            device.snapshot_id,
            lambda: volume().show_snapshot(context, str(device.snapshot_id)),
        )
        device.volume_size = device.volume_size or snapshot["size"]
    elif (
        device.source_type == "blank"
        and device.destination_type == "volume"
        and not device.volume_size
    ):
        raise BadRequest(
            "Blank volumes (source: 'blank', dest: 'volume') need to have non-zero size"
        )


def _source(kind: str, identifier: str, look_up: Callable[[], Any]) -> Any:
    try:
        return look_up()
    except ComputeError as exc:
        raise InvalidSource(kind=kind, id=identifier) from exc


def check_attachable(found: dict[str, Any], *, many_attachments: bool) -> None:
    """Refuse a volume in use, unless it may have many attachments and the caller knows of that."""
    state = found["status"]
    if found.get("multiattach"):
        if not many_attachments:
            raise BadRequest(
                "Multiattach volumes are only supported starting with compute API version 2.60."
            )
        if state in ("available", "in-use"):
            return
    if state != "available":
        raise BadRequest(
            f"Invalid volume: volume '{found['id']}' status must be 'available'. "
            f"Currently in '{state}'"
        )
