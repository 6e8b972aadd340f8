"""How volumes look: brief, when created, and in full.  /volumes"""

from typing import Any

from cloud.volume.models import Service
from cloud.volume.timing import shown
from versioned.shape import Attr, Const, Shape

_STATUSES = {
    "managing": "creating",
    "error_managing": "error",
    "error_managing_deleting": "deleting",
}
VISIBLE_ADMIN_METADATA = ("readonly", "attached_mode")
HOST = "volume_extension:volume_host_attribute"
TENANT = "volume_extension:volume_tenant_attribute"
MIGRATION = "volume_extension:volume_mig_status_attribute"
IMAGE_METADATA = "volume_extension:volume_image_metadata:show"


def _attachments(row: Any, ask: Any) -> list[dict[str, Any]]:
    sees_host = ask.context.is_admin or "service" in ask.context.roles
    return [
        {
            "id": each["volume_id"],
            "attachment_id": each["id"],
            "volume_id": each["volume_id"],
            "server_id": each["instance_uuid"],
            "host_name": each["attached_host"] if sees_host else None,
            "device": each["mountpoint"],
            "attached_at": shown(each["attach_time"]),
        }
        for each in row["attachments"]
        if each["attach_status"] == "attached"
    ]


def _metadata(row: Any, ask: Any) -> dict[str, Any]:
    admin = row["admin_metadata"]
    return {
        **row["metadata"],
        **{key: admin[key] for key in VISIBLE_ADMIN_METADATA if key in admin},
    }


def _service_uuid(row: Any, ask: Any) -> str | None:
    cache = ask.context.cache.get("volume_services")
    if cache is None:
        cache = ask.context.cache["volume_services"] = dict(
            Service.objects.filter(binary="cinder-volume").values_list("host", "uuid")
        )
    found: str | None = cache.get((row["host"] or "").partition("#")[0])
    return found


def _is_admin(row: Any, ask: Any) -> bool:
    return bool(ask.context.is_admin)


class VolumeInList(Shape):
    id = Attr()
    name = Attr()
    links = Attr(lambda row, ask: ask.links("volumes", row["id"]))


class VolumeCreated(Shape):
    id = Attr()
    status = Attr(lambda row, ask: _STATUSES.get(row["status"], row["status"]))
    size = Attr()
    availability_zone = Attr()
    created_at = Attr(lambda row, ask: shown(row["created_at"]))
    updated_at = Attr(lambda row, ask: shown(row["updated_at"]))
    name = Attr()
    description = Attr()
    volume_type = Attr(lambda row, ask: row["volume_type__name"])
    snapshot_id = Attr()
    source_volid = Attr()
    metadata = Attr()
    links = Attr(lambda row, ask: ask.links("volumes", row["id"]))
    user_id = Attr()
    bootable = Attr(lambda row, ask: str(row["bootable"]).lower())
    encrypted = Attr(lambda row, ask: row["encryption_key_id"] is not None)
    replication_status = Attr()
    consistencygroup_id = Const(None)
    multiattach = Attr()
    attachments = Attr(_attachments)
    migration_status = Attr(when=_is_admin)
    group_id = Attr(since="3.13")
    provider_id = Const(None, since="3.21", when=_is_admin)
    # Volume (Cinder): True until the backend has said that each volume has its own.
    shared_targets = Attr(lambda row, ask: row.get("shared_targets", False), since="3.48")
    service_uuid = Attr(_service_uuid, since="3.48")
    cluster_name = Const(None, since="3.61", when=_is_admin)
    volume_type_id = Attr(since="3.63")
    encryption_key_id = Attr(since="3.64", when=lambda row, ask: bool(row["encryption_key_id"]))
    consumes_quota = Attr(since="3.65")


class VolumeUpdated(VolumeCreated):
    """The same with what an administrator's actions left in the metadata."""

    visible_metadata = Attr(_metadata, key="metadata")


class VolumeShown(VolumeUpdated):
    host = Attr(key="os-vol-host-attr:host", policy=HOST)
    tenant = Attr("project_id", key="os-vol-tenant-attr:tenant_id", policy=TENANT)
    migstat = Attr("migration_status", key="os-vol-mig-status-attr:migstat", policy=MIGRATION)
    name_id = Const(None, key="os-vol-mig-status-attr:name_id", policy=MIGRATION)
    volume_image_metadata = Attr(
        "image_metadata", policy=IMAGE_METADATA, when=lambda row, ask: bool(row["image_metadata"])
    )


def uploaded(row: Any, image: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    """What is said of a volume that becomes an image."""
    kind = row.volume_type
    found = {
        "id": row.pk,
        "updated_at": shown(row.updated_at),
        "status": "uploading",
        "display_description": row.description,
        "size": row.size,
        "volume_type": None if kind is None else {
            "id": kind.pk,
            "name": kind.name,
            "description": kind.description,
            "is_public": kind.is_public,
            "extra_specs": kind.extra_specs,
            "qos_specs_id": kind.qos_specs_id,
            "created_at": shown(kind.created_at),
            "updated_at": shown(kind.updated_at),
            "deleted_at": None,
            "deleted": False,
        },
        "image_id": image["id"],
        "container_format": metadata["container_format"],
        "disk_format": metadata["disk_format"],
        "image_name": metadata["name"],
    }  # fmt: skip
    found["visibility"] = image.get("visibility", metadata.get("visibility", "shared"))
    found["protected"] = image.get("protected", metadata.get("protected", False))
    return found
