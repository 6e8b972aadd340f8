"""A volume's life: made, changed, deleted.

The backend is simulated, so what takes time elsewhere is done in the same transaction; only the
answer to a request still shows the state that work begins with.
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cloud.volume import backends, messages, neighbours, queries, quotas, restoring, sources
from cloud.volume.errors import (
    BadRequest,
    Conflict,
    VolumeError,
    invalid_group,
    invalid_input,
    invalid_volume,
    not_found,
)
from cloud.volume.models import Backup, DefaultType, Group, Volume, VolumeType
from cloud.volume.sources import Source
from middleware.context import RequestContext

DEFAULT_TYPE = "lvmdriver-1"
DELETABLE = ("available", "error", "error_restoring", "error_extending", "error_managing")


def default_type(context: RequestContext) -> VolumeType:
    """The type of a volume that names none: the project's own, or that of the settings."""
    own = DefaultType.objects.filter(project_id=context.project_id).select_related("volume_type")
    first = own.first()
    if first is not None:
        return first.volume_type
    name = getattr(settings, "VOLUME_DEFAULT_TYPE", DEFAULT_TYPE)
    found = VolumeType.objects.filter(name=name).first()
    if found is None:
        raise VolumeError(
            f"The request cannot be fulfilled as the default volume type {name} cannot be found."
        )
    return found


def lock(context: RequestContext, volume_id: str) -> Volume:
    """The volume, to be changed in the transaction that is open."""
    found = Volume.objects.select_for_update(of=("self",)).select_related("volume_type")
    volume = found.filter(queries.visible_to(context), pk=volume_id).first()
    if volume is None:
        raise not_found("Volume", volume_id)
    return volume


def save(volume: Volume, **values: Any) -> None:
    for name, value in values.items():
        setattr(volume, name, value)
    volume.updated_at = timezone.now()
    volume.save()


@transaction.atomic
def create(context: RequestContext, values: Mapping[str, Any]) -> dict[str, Any]:
    """Make a volume, and return its row as it is when work begins: `creating`.

    `values`: name, description, size, metadata, availability_zone, and at most one source:
    snapshot_id, source_volid, image (as Image shows it), backup_id; volume_type, group_id.
    """
    wanted, source, group = references(context, values)
    image = values.get("image")
    size = values.get("size")
    if size is None and source.noun:
        size = source.size
    sources.check_provisioning(wanted or default_type(context), size)
    if group is not None:
        _check_type_of_group(group, wanted)
    if wanted is not None:
        source.check_type(wanted)
    _check_exclusive(values)
    source.check_status()
    size = source.check_size(size)
    if group is not None and group.status != "available":
        raise invalid_group("Originating group status must be one of 'available' values")
    if image is not None:
        check_image(image, size)
    kind = wanted or source.kind() or _type_of_image(context, image) or default_type(context)
    zone = _zone(values.get("availability_zone"), source)
    if _is_multiattach(kind) and kind.encryption:
        raise invalid_volume("Multiattach cannot be used with encrypted volumes.")
    project = context.project_id
    quotas.check_volume_size(project, size)
    quotas.check(project, kind="volumes", size=size, type_name=kind.name)
    host = source.host or backends.choose(kind.extra_specs, size)
    metadata = dict(values.get("metadata") or {})
    volume = Volume.objects.create(
        project_id=project,
        user_id=context.user_id,
        name=values.get("name"),
        description=values.get("description"),
        status="available" if host else "error",
        size=size,
        volume_type=kind,
        snapshot_id=values.get("snapshot_id"),
        source_volid=values.get("source_volid"),
        group=group,
        availability_zone=zone,
        host=host,
        bootable=image is not None or source.bootable,
        multiattach=_is_multiattach(kind),
        encryption_key_id=str(uuid4()) if kind.encryption else None,
        metadata=metadata,
        image_metadata=image_metadata(image) if image is not None else source.image_metadata,
        updated_at=timezone.now(),
    )
    if host is None:
        messages.tell(
            context,
            action="001",
            detail="003",
            resource_type="VOLUME",
            resource_uuid=volume.pk,
        )
    row = queries.volume(context, volume.pk)
    if values.get("backup_id") and host is not None:
        restoring.give_back(volume, Backup.objects.get(pk=values["backup_id"]))
        save(volume)
    # Cinder: a volume of an image becomes bootable only once the image is there.
    return {
        **row, "status": "creating", "bootable": source.bootable, "host": None, "updated_at": None,
        "shared_targets": True,
    }  # fmt: skip


def _is_multiattach(kind: VolumeType) -> bool:
    return str(kind.extra_specs.get("multiattach", "")) == "<is> True"


def references(
    context: RequestContext, values: Mapping[str, Any]
) -> tuple[VolumeType | None, Source, Group | None]:
    """What a request for a volume names: its type, what it copies, its group."""
    named = values.get("volume_type")
    wanted = queries.volume_type(context, named) if named else None
    return wanted, Source(context, values), _group(context, values)


def _type_of_image(context: RequestContext, image: Any) -> VolumeType | None:
    named = (image or {}).get("cinder_img_volume_type")
    return queries.volume_type(context, named) if named else None


def _group(context: RequestContext, values: Mapping[str, Any]) -> Group | None:
    """The group that a volume is to be of; the old name of its key finds groups, too."""
    found = None
    for key in ("consistencygroup_id", "group_id"):
        ident = values.get(key)
        if ident is not None:
            found = Group.objects.filter(queries.visible_to(context), pk=str(ident)).first()
            if found is None:
                raise not_found("Group", ident)
    return found


def _check_type_of_group(group: Group, wanted: VolumeType | None) -> None:
    if wanted is None:
        raise invalid_input("volume_type must be provided when creating a volume in a group.")
    if wanted.pk not in group.volume_types:
        raise invalid_input(
            f"Invalid volume_type provided: {wanted.name} (requested type must be supported by "
            "this group)."
        )


def _check_exclusive(values: Mapping[str, Any]) -> None:
    keys = ("snapshot_id", "source_volid", "image", "backup_id")
    if sum(values.get(key) is not None for key in keys) > 1:
        raise invalid_input("May specify only one of backup, imageRef, snapshot, source volume")


def _zone(wanted: str | None, source: Source) -> str:
    known = dict(backends.zones())
    if wanted is None:
        return source.zone or next(iter(known))
    if not known.get(wanted):
        raise BadRequest(f"Availability zone '{wanted}' is invalid.")
    return wanted


def check_image(image: Mapping[str, Any], size: int) -> None:
    """Refuse images that are not active or do not fit."""
    if image.get("status", "active") != "active":
        raise invalid_input(f"Image {image['id']} is not active.")
    gigabytes = -(-int(image.get("size") or 0) // 1024**3)
    if gigabytes > size:
        raise invalid_input(
            f"Size of specified image {gigabytes}GB is larger than volume size {size}GB."
        )
    least = int(image.get("min_disk") or 0)
    if least > size:
        raise invalid_input(
            f"Volume size {size}GB cannot be smaller than the image minDisk size {least}GB."
        )


_NOT_METADATA = frozenset(
    ("id", "name", "status", "visibility", "owner", "protected", "os_hidden", "created_at",
     "updated_at", "tags", "self", "file", "schema", "stores", "locations", "direct_url",
     "virtual_size", "os_hash_algo", "os_hash_value")
)  # fmt: skip


def image_metadata(image: Mapping[str, Any]) -> dict[str, str]:
    """What a volume remembers of the image that it was made from."""
    found = {
        name: str(value)
        for name, value in image.items()
        if name not in _NOT_METADATA and value is not None and isinstance(value, (str, int))
    }
    return {
        **found,
        "image_id": str(image["id"]),
        **({"image_name": str(image["name"])} if image.get("name") else {}),
    }


def image_of(context: RequestContext, reference: str) -> dict[str, Any]:
    """The image that a request means, by id or name."""
    client = neighbours.images()
    ident = reference.split("/")[-1]
    if client is None:
        return {"id": ident}
    image = client.show(context, ident)
    if image is None:
        named = client.named(context, reference)
        if len(named) > 1:
            raise Conflict(
                f"Multiple matches found for '{reference}', use an ID to be more specific."
            )
        image = named[0] if named else None
    if image is None:
        raise BadRequest("Invalid image identifier or unable to access requested image.")
    return image


def image_by_id(context: RequestContext, image_id: str) -> dict[str, Any]:
    """The image with this id."""
    client = neighbours.images()
    image = client.show(context, image_id) if client is not None else {"id": image_id}
    if image is None:
        raise not_found("Image", image_id)
    return image


@transaction.atomic
def update(context: RequestContext, volume_id: str, values: Mapping[str, Any]) -> None:
    volume = lock(context, volume_id)
    if volume.status == "maintenance":
        raise invalid_volume("The volume cannot be updated during maintenance.")
    save(volume, **values)


@transaction.atomic
def delete(
    context: RequestContext, volume_id: str, *, cascade: bool = False, force: bool = False
) -> None:
    """Delete a volume, with its snapshots when `cascade`, in any status when `force`."""
    volume = lock(context, volume_id)
    if volume.attach_status == "attached":
        raise (
            BadRequest(f"Volume {volume_id} is still attached, detach volume first.")
            if (force)
            else _undeletable(force)
        )
    allowed = force or volume.status in DELETABLE
    free = not is_migrating(volume)
    blocked = volume.group_id is not None or (volume.snapshots.exists() and not cascade)
    if not allowed or not free or blocked:
        raise _undeletable(force)
    if cascade and volume.snapshots.exclude(status__in=("available", "error", "deleting")).exists():
        raise invalid_volume("Failed to update snapshot.")
    volume.delete()


def is_migrating(volume: Volume) -> bool:
    return volume.migration_status not in (None, "deleting", "error", "success")


def _undeletable(force: bool) -> BadRequest:
    status = "" if force else f"status must be {' or '.join(DELETABLE)} and "
    return invalid_volume(
        f"Volume {status}must not be migrating, attached, belong to a group, have snapshots, "
        "awaiting a transfer, or be disassociated from snapshots after volume transfer."
    )


def check_metadata_may_change(volume: Volume, how: str = "Updating") -> None:
    if volume.status in ("maintenance", "uploading"):
        raise invalid_volume(
            f"{how} volume metadata is not allowed for volumes in {volume.status} status."
        )


@transaction.atomic
def set_metadata(
    context: RequestContext, volume_id: str, metadata: Mapping[str, str], *, replace: bool
) -> dict[str, Any]:
    volume = lock(context, volume_id)
    check_metadata_may_change(volume)
    merged = dict(metadata) if replace else {**volume.metadata, **metadata}
    save(volume, metadata=merged)
    return merged


@transaction.atomic
def remove_metadata(context: RequestContext, volume_id: str, key: str) -> None:
    volume = lock(context, volume_id)
    if key not in volume.metadata:
        raise not_found_metadata(volume_id, key)
    check_metadata_may_change(volume, "Deleting")
    save(volume, metadata={name: volume.metadata[name] for name in volume.metadata if name != key})


def not_found_metadata(volume_id: str, key: str) -> VolumeError:
    error = not_found("Volume", volume_id)
    error.message = f"Volume {volume_id} has no metadata with key {key}."
    return error
