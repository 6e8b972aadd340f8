"""What a server is to boot from: the image that is ordered, or what its root volume was made of."""

import re
from collections.abc import Iterator
from typing import Any

from compute.clients.volume import volume
from compute.domain import images
from compute.domain.block_devices import Device
from compute.domain.device_checks import InvalidSource
from compute.domain.errors import BadRequest, ComputeError, ImageNotFound, NotFound
from compute.domain.orders import Order
from compute.models import Flavor
from middleware.context import RequestContext

Record = dict[str, Any]


class NotBootable(BadRequest):
    message = "Block Device {id} is not bootable."


# Nothing is known of what a server without an image and a root volume boots from.
NOTHING: Record = {"properties": {}}
_GIB = 1024**3
# What a volume remembers of its image beside the image's own properties.
_NOT_PROPERTIES = frozenset(
    {
        "image_id",
        "image_name",
        "size",
        "checksum",
        "container_format",
        "disk_format",
        "min_ram",
        "min_disk",
    }
)
_ROOT_NAME = re.compile(r"(?:/dev/)?(?:x?[a-z]?d)?a\d*")


def find(context: RequestContext, order: Order) -> Record:
    """The record of the image that the order boots from; without `status` if there is none.

    Nova: nova.block_device.get_bdm_image_metadata.
    """
    if order.image_id:
        try:
            return images.show(context, order.image_id)
        except ImageNotFound as exc:
            raise BadRequest("Can not find requested image") from exc
    if order.trusted_image_certificates:
        raise BadRequest("Image certificate validation is not supported when booting from volume")
    for kind, identifier in _roots(order):
        return _of_root(context, kind, identifier)
    return NOTHING


def _roots(order: Order) -> Iterator[tuple[str, str]]:
    """The sources of devices that could be the root: what they are, and their ids."""
    for row in order.block_devices:
        if order.uses_older_block_devices:
            is_root = _ROOT_NAME.fullmatch(row.get("device_name") or "") is not None
            sources = [(kind, row.get(f"{kind}_id")) for kind in ("snapshot", "volume")]
        else:
            is_root = str(row.get("boot_index")) == "0"
            sources = [(str(row.get("source_type")), row.get("uuid"))]
        for kind, identifier in sources:
            if is_root and identifier and kind in ("image", "snapshot", "volume"):
                yield kind, identifier
                break


def _of_root(context: RequestContext, kind: str, identifier: str) -> Record:
    if kind == "image":
        try:
            return images.show(context, identifier)
        except ComputeError as exc:
            raise InvalidSource(kind=kind, id=identifier) from exc
    if kind == "snapshot":
        # The API says nothing of a snapshot's image; its volume has the same one.
        try:
            identifier = volume().show_snapshot(context, identifier)["volume_id"]
        except NotFound as exc:
            raise BadRequest(exc.text) from exc
    try:
        shown = volume().show(context, identifier)
    except ComputeError as exc:
        raise InvalidSource(kind="volume", id=identifier) from exc
    if str(shown.get("bootable")).lower() != "true":
        raise NotBootable(id=identifier)
    told = shown.get("volume_image_metadata") or {}
    return {
        "status": "active",
        "size": (shown.get("size") or 0) * _GIB,
        "min_ram": int(told.get("min_ram") or 0),
        "min_disk": int(told.get("min_disk") or 0),
        "properties": {name: text for name, text in told.items() if name not in _NOT_PROPERTIES},
    }


def check_disk_config(order: Order, image: Record) -> None:
    """Refuse to resize a disk whose image forbids it."""
    said = str(image["properties"].get("auto_disk_config", "")).strip().lower()
    if order.disk_config == "AUTO" and said == "disabled":
        raise images.AutoDiskConfigDisabled(image_id=image.get("id"))


def check_kernel(context: RequestContext, image: Record) -> None:
    try:
        images.check_kernel(context, image)
    except ImageNotFound as exc:
        raise BadRequest("Can not find requested image") from exc


def check_fits(order: Order, image: Record, flavor: Flavor, root: Device | None) -> None:
    """Refuse a flavor and a root disk that the image does not fit."""
    if "status" not in image:
        return
    if order.image_id and image["properties"].get("cinder_encryption_key_id"):
        raise images.ImageUnacceptable(
            image_id=order.image_id,
            reason="Direct booting of an image uploaded from an encrypted volume is unsupported.",
        )
    if image["status"] != "active":
        raise images.ImageNotActive(image_id=order.image_id or None)
    is_volume = root is not None and root.destination_type == "volume"
    images.check_fits(
        image,
        flavor,
        may_have_no_disk=order.may_have_no_disk,
        volume_gb=root.volume_size if root is not None and is_volume else None,
        is_volume_backed=is_volume,
    )
