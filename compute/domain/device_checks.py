"""Whether the devices of a new server can be had; volumes are reserved for it on the way."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from compute.clients.errors import InvalidVolume, VolumeAttachmentNotFound
from compute.clients.volume import quoted, volume
from compute.domain import images
from compute.domain.attachments import MultiattachTooOld
from compute.domain.block_devices import Device, InvalidFormat
from compute.domain.errors import BadRequest, ComputeError
from compute.models import Flavor
from middleware.context import RequestContext

log = logging.getLogger(__name__)

MAX_LOCAL = 3  # Nova's max_local_block_devices
DISK_BUSES = frozenset({"fdc", "ide", "sata", "scsi", "usb", "virtio", "xen", "lxc", "uml", "nvme"})


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


def check(
    context: RequestContext,
    devices: list[Device],
    flavor: Flavor,
    *,
    server_id: str,
    many_attachments: bool,
) -> None:
    """Refuse devices whose sources are not there, whose sizes do not fit, or that are too many.

    The volumes among them are reserved for the server, and their devices know by what.
    """
    # Nova: volumes are looked up before anything is checked of them.
    volumes = {d.volume_id: volume().show(context, d.volume_id) for d in devices if d.volume_id}
    order = sorted(d.boot_index for d in devices if d.boot_index is not None and d.boot_index >= 0)
    if not order or order != list(range(len(order))):
        raise InvalidBootSequence
    for device in devices:
        _check_type(context, device)
        if device.volume_id and device.image_id is None:
            found = volumes[device.volume_id]
            if found.get("multiattach") and not many_attachments:
                raise MultiattachTooOld
            _reserve(context, device, found, server_id)
        else:
            _check_source(context, device)
        if device.disk_bus and device.disk_bus not in DISK_BUSES:
            raise InvalidDiskBus(disk_bus=device.disk_bus)
    _check_sizes(devices, flavor)


def _check_type(context: RequestContext, device: Device) -> None:
    if device.volume_type:
        known = _source("volume type", device.volume_type, lambda: volume().types(context))
        if device.volume_type not in {t["id"] for t in known} | {t["name"] for t in known}:
            raise BadRequest(f"Volume type {device.volume_type} could not be found.")


def _check_source(context: RequestContext, device: Device) -> None:
    if device.image_id is not None:
        if device.destination_type == "volume":
            _source("image", device.image_id, lambda: images.show(context, str(device.image_id)))
            if device.source_type == "image" and not device.volume_size:
                raise BadRequest(
                    "Images with destination_type 'volume' need to have a non-zero size specified"
                )
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


def _check_sizes(devices: list[Device], flavor: Flavor) -> None:
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


def _source(kind: str, identifier: str, look_up: Callable[[], Any]) -> Any:
    try:
        return look_up()
    except ComputeError as exc:
        raise InvalidSource(kind=kind, id=identifier) from exc


# Reservations


def _reserve(
    context: RequestContext, device: Device, found: Mapping[str, Any], server_id: str
) -> None:
    volume_id = str(found["id"])
    try:
        made = volume().attachment_create(context, volume_id, server_id)
    except InvalidVolume as exc:
        raise InvalidVolume(reason=quoted(context, str(exc.facts["reason"]))) from exc
    except ComputeError as exc:
        raise InvalidSource(kind="volume", id=volume_id) from exc
    device.attachment_id, device.volume_size = str(made["id"]), found["size"]


@contextmanager
def kept_if_accepted(context: RequestContext, devices: list[Device]) -> Iterator[None]:
    """Let go of the devices' volumes if the server is refused in here after all.

    Nova: it leaves them reserved, for a server that there never was.
    """
    try:
        yield
    except BaseException:
        # Embedded, this was one transaction and they are free already.
        for device in devices:
            _let_go(context, device)
        raise


def to_have(context: RequestContext, devices: list[Device]) -> list[Device]:
    """Of devices with the same name the last one, unless it is there to take that name away."""
    named = {device.device_name: device for device in devices if device.device_name}
    kept = []
    for device in devices:
        if device.no_device or (device.device_name and named[device.device_name] is not device):
            _let_go(context, device)
        else:
            kept.append(device)
    return kept


def _let_go(context: RequestContext, device: Device) -> None:
    if device.attachment_id is None:
        return
    try:
        volume().attachment_delete(context, device.attachment_id)
    except VolumeAttachmentNotFound:
        pass
    except Exception:
        log.exception("The volume %s stays reserved.", device.volume_id)
    device.attachment_id = None
