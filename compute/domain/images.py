"""Images as servers use them: looking one up, and whether it fits a flavor."""

import json
from typing import Any

from compute.clients.image import image
from compute.domain.errors import BadRequest, Forbidden
from compute.domain.hardware import guests
from compute.domain.hardware.wishes import Wish
from compute.models import Flavor, Server
from middleware.context import RequestContext

GIB = 1024**3

# What an image record has beside its properties.
_CORE = frozenset(
    {
        "id",
        "name",
        "status",
        "visibility",
        "size",
        "virtual_size",
        "min_disk",
        "min_ram",
        "checksum",
        "owner",
        "created_at",
        "updated_at",
        "protected",
        "tags",
        "self",
        "file",
        "schema",
        "container_format",
        "disk_format",
        "locations",
        "direct_url",
        "os_hidden",
        "os_hash_algo",
        "os_hash_value",
        "stores",
    }
)


class ImageNotActive(BadRequest):
    message = "Image {image_id} is not active."


class ImageUnacceptable(BadRequest):
    message = "Image {image_id} is unacceptable: {reason}"


class FlavorMemoryTooSmall(BadRequest):
    message = "Flavor's memory is too small for requested image."


class FlavorDiskSmallerThanImage(BadRequest):
    message = (
        "Flavor's disk is too small for requested image. Flavor disk is {flavor_size} bytes, "
        "image is {image_size} bytes."
    )


class FlavorDiskSmallerThanMinDisk(BadRequest):
    message = (
        "Flavor's disk is smaller than the minimum size specified in image metadata. "
        "Flavor disk is {flavor_size} bytes, minimum size is {image_min_disk} bytes."
    )


class VolumeSmallerThanMinDisk(BadRequest):
    message = (
        "Volume is smaller than the minimum size specified in image metadata. "
        "Volume size is {volume_size} bytes, minimum size is {image_min_disk} bytes."
    )


class ZeroDiskNeedsVolume(Forbidden):
    message = "Only volume-backed servers are allowed for flavors with zero disk."


class InvalidImageConfigDrive(BadRequest):
    message = "Image's config drive option '{config_drive}' is invalid"


class AutoDiskConfigDisabled(BadRequest):
    message = "Requested image {image_id} has automatic disk resize disabled."


# Image keeps texts only; these ones are of rows.
_JSON = frozenset({"block_device_mapping", "mappings"})


def properties_of(record: dict[str, Any]) -> dict[str, Any]:
    """The image's own properties, without what every image has."""
    return {
        name: json.loads(value) if name in _JSON and isinstance(value, str) else value
        for name, value in record.items()
        if name not in _CORE and value is not None
    }


def show(context: RequestContext, image_id: str) -> dict[str, Any]:
    """The image's record with its `properties` apart; ImageNotFound when the caller sees none."""
    record = image().show(context, image_id)
    return {**record, "properties": properties_of(record)}


def check_fits(
    record: dict[str, Any],
    flavor: Flavor | Server,
    *,
    may_have_no_disk: bool,
    volume_gb: int | None = None,
    is_volume_backed: bool = False,
    is_resize: bool = False,
) -> None:
    """Refuse a flavor or a root volume that the image does not fit, or what they contradict in.

    `volume_gb`: the size of the root volume, None when it is not known yet.
    """
    option = record["properties"].get("img_config_drive", "optional")
    if option not in ("optional", "mandatory"):
        raise InvalidImageConfigDrive(config_drive=option)
    if flavor.memory_mb < int(record.get("min_ram") or 0):
        raise FlavorMemoryTooSmall
    guests.check_packed_ring(wish(record, flavor))
    _check_disk(
        record,
        flavor,
        may_have_no_disk=may_have_no_disk,
        volume_gb=volume_gb,
        is_volume_backed=is_volume_backed,
    )
    guests.check(wish(record, flavor), with_pci=is_resize)
    if not is_resize:
        guests.check_sound(wish(record, flavor))


def check_kernel(context: RequestContext, record: dict[str, Any]) -> None:
    """Refuse an image whose kernel or memory disk is not there; ImageNotFound."""
    properties = record["properties"]
    if properties.get("kernel_id") != "nokernel":
        for name in ("kernel_id", "ramdisk_id"):
            if properties.get(name):
                show(context, properties[name])


def wish(record: dict[str, Any], flavor: Flavor | Server) -> Wish:
    """What image and flavor ask of a guest's hardware; a server has the columns of its flavor."""
    if isinstance(flavor, Server):
        specs, name = flavor.flavor_extra_specs, flavor.flavor_name
    else:
        specs, name = flavor.extra_specs, flavor.name
    return Wish(
        flavor.vcpus,
        flavor.memory_mb,
        specs or {},
        record["properties"],
        name,
        record.get("name") or "",
        record.get("id"),
    )


def _check_disk(
    record: dict[str, Any],
    flavor: Flavor | Server,
    *,
    may_have_no_disk: bool,
    volume_gb: int | None,
    is_volume_backed: bool,
) -> None:
    min_disk = int(record.get("min_disk") or 0) * GIB
    if is_volume_backed:
        if volume_gb is not None and min_disk > volume_gb * GIB:
            raise VolumeSmallerThanMinDisk(volume_size=volume_gb * GIB, image_min_disk=min_disk)
        return
    disk = flavor.root_gb * GIB
    if disk == 0:
        # Nova: without a disk limit, a project could fill a host's disk from an image.
        if not may_have_no_disk:
            raise ZeroDiskNeedsVolume
        return
    size = int(record.get("size") or 0)
    if size > disk:
        raise FlavorDiskSmallerThanImage(flavor_size=disk, image_size=size)
    if min_disk > disk:
        raise FlavorDiskSmallerThanMinDisk(flavor_size=disk, image_min_disk=min_disk)
