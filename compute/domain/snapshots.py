"""Images of servers: of the root disk by its host, of volumes as snapshots; and backups."""

import json
from contextlib import suppress
from typing import Any

from django.db import transaction

from compute.clients.image import image
from compute.clients.volume import volume
from compute.domain import lifecycle, quotas, records, services, storage
from compute.domain.errors import BadRequest, ComputeError, Forbidden, NotFound
from compute.models import BlockDevice, Server
from middleware.context import RequestContext

# What an image must not hand on to those that are made of its servers.
_NOT_INHERITED = frozenset(
    {
        "cinder_encryption_key_id",
        "cinder_encryption_key_deletion_policy",
        "img_signature",
        "img_signature_hash_method",
        "img_signature_key_type",
        "img_signature_certificate_uuid",
        # Bulky, and never remembered of a server's image
        "mappings",
        "block_device_mapping",
        "img_mappings",
        "img_block_device_mapping",
    }
)
_CORE = ("min_ram", "min_disk", "disk_format", "container_format")
# Facts of the server that are written on its images.
_ABOUT_SERVER = ("owner_user_name", "owner_project_name", "boot_roles")

is_volume_backed = storage.boots_from_volume


class BackupOfVolumes(BadRequest):
    message = "Backup is not supported for volume-backed instances."


class TooManySnapshots(Forbidden):
    message = "Quota exceeded for resources: snapshots"


def check_metadata(context: RequestContext, metadata: dict[str, str]) -> None:
    """Refuse more properties than the quotas of metadata items allow."""
    count = len(metadata)
    if metadata and quotas.over(context.project_id, context.user_id, metadata_items=count):
        raise Forbidden("Image metadata limit exceeded")


def snapshot(context: RequestContext, server: Server, name: str, metadata: dict[str, str]) -> str:
    """Make an image's record and have the host fill it with the root disk; return its id."""
    lifecycle.permit(context, server, "createImage")
    record = _record(context, server, name, {**_made_by(context, server, "snapshot"), **metadata})
    # The format is the host's to say.
    for key in ("disk_format", "container_format"):
        record.pop(key, None)
    return _begin(context, server, "createImage", record)


def back_up(
    context: RequestContext,
    server: Server,
    name: str,
    *,
    backup_type: str,
    rotation: int,
    metadata: dict[str, str],
) -> str:
    """The same as a backup; of its type the newest `rotation` ones are kept."""
    lifecycle.permit(context, server, "createBackup")
    if is_volume_backed(server):
        raise BackupOfVolumes
    properties = {
        **_made_by(context, server, "backup"),
        **metadata,
        "backup_type": backup_type,
    }
    record = _record(context, server, name, properties)
    return _begin(
        context, server, "createBackup", record, backup_type=backup_type, rotation=rotation
    )


def of_shelving(context: RequestContext, server: Server) -> str:
    """The record of the image that a shelved server comes back from."""
    properties = _made_by(context, server, "snapshot")
    record = _record(context, server, f"{server.name}-shelved", properties)
    for key in ("disk_format", "container_format"):
        record.pop(key, None)
    return str(image().create(context, **record)["id"])


def forget(context: RequestContext, image_id: str | None) -> None:
    """Delete an image that nobody will ever fill; it may have gone with its transaction."""
    if image_id is not None:
        with suppress(NotFound):
            image().delete(context, image_id)


def _made_by(context: RequestContext, server: Server, kind: str) -> dict[str, str]:
    return {
        "instance_uuid": server.uuid,
        "user_id": str(context.user_id),
        "image_type": kind,
    }


def _record(
    context: RequestContext, server: Server, name: str, properties: dict[str, str]
) -> dict[str, Any]:
    """The body of a new image: what is inherited of the server's own image, and what is said."""
    kept = server.image_properties
    inherited = {
        key: value
        for key, value in kept.items()
        if key not in _NOT_INHERITED and key not in _CORE and not key.startswith("os_glance")
    }
    about = {
        key: server.system_metadata[key]
        for key in _ABOUT_SERVER
        if server.system_metadata.get(key) is not None
    }
    if server.image_ref:
        about["base_image_ref"] = server.image_ref
    if context.project_id != server.project_id:
        visibility = "shared"
        properties = {**properties, "instance_owner": server.project_id}
    else:
        visibility = "private"
    own = {key: kept[key] for key in _CORE if kept.get(key) is not None}
    texts = {**inherited, **about, **properties}
    return {
        **{key: value if isinstance(value, str) else str(value) for key, value in texts.items()},
        **own,
        "name": name,
        "visibility": visibility,
    }


def _begin(
    context: RequestContext, server: Server, name: str, record: dict[str, Any], **payload: Any
) -> str:
    image_id = None
    try:
        with transaction.atomic():
            image_id = str(image().create(context, **record)["id"])
            lifecycle.begin(context, server, name, image_id=image_id, **payload)
    except ComputeError:
        # Somebody else was faster.
        forget(context, image_id)
        raise
    return image_id


def snapshot_volumes(
    context: RequestContext, server: Server, name: str, metadata: dict[str, str]
) -> str:
    """Snapshot every volume at once, and make an image that names the snapshots; return its id."""
    lifecycle.permit(context, server, "createImage")
    record = _record(context, server, name, metadata)
    for key in ("block_device_mapping", "bdm_v2", "root_device_name"):
        record.pop(key, None)
    if server.root_device_name:
        record["root_device_name"] = server.root_device_name
    devices = [row for row in storage.devices_of(server) if not row.no_device]
    _check_room(context, sum(row.is_volume for row in devices))
    records.start_action(context, server, "createImage")
    step = records.Event(context, server, "api_snapshot_instance", services.CONTROLLER)
    mapping = []
    try:
        for row in devices:
            if not row.is_volume:
                mapping.append(_described(row))
                continue
            made = volume().create_snapshot(
                context, str(row.volume_id), f"snapshot for {name}", "", force=True
            )
            mapping.append(_of_snapshot(row, made["id"]))
    except ComputeError as exc:
        step.fail(exc)
        raise
    step.succeed()
    if mapping:
        record["block_device_mapping"] = json.dumps(mapping)
        record["bdm_v2"] = "True"
    record |= {"disk_format": "raw", "container_format": "bare"}
    with transaction.atomic():
        image_id = str(image().create(context, **record)["id"])
        # Nova: the image has no bytes of its own, and is made active by uploading none.
        image().upload(context, image_id, b"")
    return image_id


def _check_room(context: RequestContext, more: int) -> None:
    """Refuse before the first snapshot is made what Volume's quota would stop on the way."""
    if not more:
        return
    limits = volume().limits(context)
    if quotas.exceeds(limits["totalSnapshotsUsed"], more, limits["maxTotalSnapshots"]):
        raise TooManySnapshots


_DESCRIBED = (
    "boot_index",
    "delete_on_termination",
    "destination_type",
    "device_name",
    "device_type",
    "disk_bus",
    "guest_format",
    "image_id",
    "no_device",
    "snapshot_id",
    "source_type",
    "tag",
    "volume_id",
    "volume_size",
    "volume_type",
)


def _described(row: BlockDevice) -> dict[str, Any]:
    """A device as images describe it, from which a boot makes it again."""
    return {key: getattr(row, key) for key in _DESCRIBED}


def _of_snapshot(row: BlockDevice, snapshot_id: str) -> dict[str, Any]:
    return {
        **_described(row),
        "source_type": "snapshot",
        "destination_type": "volume",
        "snapshot_id": snapshot_id,
        "image_id": None,
        "volume_id": None,
        "tag": None,
    }
