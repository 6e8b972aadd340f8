"""Block devices as requests and images write them down: both syntaxes, read into one form."""

import re
from dataclasses import dataclass, fields
from typing import Any

from compute.domain.errors import BadRequest

_TRUE = {True, "1", "t", "true", "on", "y", "yes"}
_EPHEMERAL = re.compile(r"^ephemeral(\d|[1-9]\d+)$")


class InvalidFormat(BadRequest):
    message = "Block Device Mapping is Invalid: {details}"


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
    # What reserves the volume for the server that is about to be made.
    attachment_id: str | None = None

    @property
    def is_blank_disk(self) -> bool:
        return self.source_type == "blank" and self.destination_type == "local"

    @property
    def is_swap(self) -> bool:
        return self.is_blank_disk and self.guest_format == "swap"

    @property
    def is_ephemeral(self) -> bool:
        return self.is_blank_disk and self.guest_format != "swap"

    def columns(self) -> dict[str, Any]:
        """The columns of a BlockDevice row."""
        row = {name: getattr(self, name) for name in _COLUMNS}
        row["destination_type"] = self.destination_type or ""
        return row


_COLUMNS = tuple(field.name for field in fields(Device))
# What an item of version 2 may have beside; some of it only databases write.
_UNREAD = frozenset(
    {
        "encrypted",
        "encryption_secret_uuid",
        "encryption_format",
        "encryption_options",
        "id",
        "uuid",
        "instance_uuid",
        "created_at",
        "updated_at",
        "deleted_at",
        "deleted",
        "attachment_id",
    }
)


def _truth(value: Any) -> bool:
    return (value.strip().lower() if isinstance(value, str) else value) in _TRUE


def path_of(name: str | None) -> str | None:
    """The device's path: "vda" is /dev/vda."""
    return name if not name or name.startswith("/dev/") else f"/dev/{name}"


def from_version_2(row: dict[str, Any], *, image_given: bool) -> Device:
    """Read one item of block_device_mapping_v2; InvalidFormat for what does not hold together."""
    no_device = bool(row.get("no_device"))
    # Nova: an item that takes a device of the image away has no source, and is an item otherwise.
    ids = {} if no_device else _sources(row, image_given=image_given)
    return Device(
        source_type=row.get("source_type") or "",
        destination_type=row.get("destination_type"),
        device_name=path_of(row.get("device_name")),
        boot_index=_number(row, "boot_index", "Boot index is invalid."),
        volume_size=_size(row),
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
        device_name=path_of(row.get("device_name")),
        volume_size=_size(row),
        delete_on_termination=_truth(row.get("delete_on_termination", False)),
        volume_id=row.get("volume_id"),
        snapshot_id=row.get("snapshot_id"),
        no_device=bool(row.get("no_device")),
    )
    virtual = row.get("virtual_name") or ""
    if is_swap_or_ephemeral(virtual):
        device.source_type, device.destination_type = "blank", "local"
        device.delete_on_termination = True
        device.guest_format = "swap" if virtual == "swap" else None
    elif device.snapshot_id:
        device.source_type, device.destination_type = "snapshot", "volume"
    elif device.volume_id:
        device.source_type, device.destination_type = "volume", "volume"
    elif not device.no_device:
        raise InvalidFormat(details="Unrecognized legacy format.")
    if not device.no_device:
        _check_name(row.get("device_name"))
    return device


def is_swap_or_ephemeral(virtual: str) -> bool:
    """Whether it is an EC2 name of a flavor's disk: swap, ephemeral0, ephemeral1 …"""
    return virtual == "swap" or _EPHEMERAL.match(virtual) is not None


def bare(name: str | None) -> str:
    """The device's name: /dev/vda is "vda"."""
    return (name or "").removeprefix("/dev/")


def from_version_1(
    rows: list[dict[str, Any]], *, image_id: str, root_name: str | None
) -> list[Device]:
    """Read the older block_device_mapping, in which the root is found by its name.

    Without a name there is a root already, and it is none of these.
    """
    devices = [_from_version_1(row) for row in rows]
    for device in devices:
        at_root = root_name is not None and bare(device.device_name) == bare(root_name)
        device.boot_index = 0 if at_root and device.source_type in ("volume", "snapshot") else -1
    if root_name is not None and image_id and root_of(devices) is None:
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


def blank(size: int, guest_format: str | None = None, *, device_name: str | None = None) -> Device:
    """An empty local disk, for swapping or as the guest likes."""
    return Device(
        source_type="blank",
        destination_type="local",
        device_name=device_name,
        boot_index=-1,
        delete_on_termination=True,
        device_type="disk",
        guest_format=guest_format,
        volume_size=size,
    )


def from_image(row: dict[str, Any]) -> Device:
    """Read a device of version 2 that an image describes; InvalidFormat for what is none."""
    if unknown := row.keys() - set(_COLUMNS) - _UNREAD:
        raise InvalidFormat(details=f"Following fields are invalid: {' '.join(sorted(unknown))}")
    known = {name: row[name] for name in _COLUMNS if row.get(name) is not None}
    known.pop("attachment_id", None)
    device = Device(**known)
    device.device_name = path_of(device.device_name)
    device.delete_on_termination = _truth(device.delete_on_termination)
    if not device.no_device:
        if "source_type" not in row:
            raise InvalidFormat(details="Some required fields are missing")
        _check_name(row.get("device_name"))
        device.volume_size = _size(row)
        device.boot_index = _number(row, "boot_index", "Boot index is invalid.")
    return device


def _check_name(name: str | None) -> None:
    if name is None:
        return
    if not 0 < len(name) < 256:
        raise InvalidFormat(details="Device name empty or too long.")
    if " " in name:
        raise InvalidFormat(details="Device name contains spaces.")


def _size(row: dict[str, Any]) -> int | None:
    size = _number(row, "volume_size", "Invalid volume_size.")
    if size is not None and size < 0:
        raise InvalidFormat(details="Invalid volume_size.")
    return size or None


def _number(row: dict[str, Any], key: str, refusal: str) -> int | None:
    value = row.get(key)
    if value in (None, ""):
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        raise InvalidFormat(details=refusal) from None


def root_of(devices: list[Device]) -> Device | None:
    return next((device for device in devices if device.boot_index == 0), None)
