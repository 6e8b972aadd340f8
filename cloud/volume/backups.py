"""Backups: made, restored, exported, deleted."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from cloud.volume import backends, messages, queries, quotas, restoring, volumes
from cloud.volume.errors import (
    BadRequest,
    invalid_backup,
    invalid_input,
    invalid_snapshot,
    invalid_volume,
    not_found,
)
from cloud.volume.models import Backup, Snapshot, Volume
from middleware.context import RequestContext
from versioned import wire

SERVICE = "cinder.backup.drivers.posix.PosixBackupDriver"
HOST = "controller"
CONTAINER = "volumebackups"


def locked(context: RequestContext, backup_id: str) -> Backup:
    found = Backup.objects.select_for_update(of=("self",)).filter(
        queries.visible_to(context), pk=backup_id
    )
    backup = found.first()
    if backup is None:
        raise not_found("Backup", backup_id)
    return backup


def save(backup: Backup, **values: Any) -> None:
    for name, value in values.items():
        setattr(backup, name, value)
    backup.updated_at = timezone.now()
    backup.save()


@transaction.atomic
def create(
    context: RequestContext, values: Mapping[str, Any], *, force: bool, incremental: bool
) -> dict[str, Any]:
    """Back a volume or a snapshot up, and return the row as it is when work begins."""
    volume = volumes.lock(context, values["volume_id"])
    snapshot = None
    if values.get("snapshot_id"):
        snapshot = queries.row(Snapshot, context, values["snapshot_id"])
        if snapshot["volume_id"] != volume.pk:
            raise invalid_volume(
                f"Volume {volume.pk} does not match with snapshot.volume_id "
                f"{snapshot['volume_id']}."
            )
        if snapshot["status"] != "available":
            raise invalid_snapshot(
                "Snapshot to be backed up must be available, but the current status is "
                f'"{snapshot["status"]}".'
            )
    elif volume.status not in ("available", "in-use"):
        raise invalid_volume(
            "Volume to be backed up must be available or in-use, but the current status is "
            f'"{volume.status}".'
        )
    elif volume.status == "in-use" and not force:
        raise invalid_volume("Backing up an in-use volume must use the force flag.")
    # Cinder: a backup is of whoever makes it, also when an administrator backs up another's volume.
    project = context.project_id
    quotas.check(project, kind="backups", size=volume.size)
    parent = None
    if incremental:
        parent = _parent(volume, project, snapshot["created_at"] if snapshot else None)
        if parent is None:
            raise invalid_backup("No backups available to do an incremental backup.")
    now = timezone.now()
    zone = values.get("availability_zone") or volume.availability_zone
    # Cinder: the scheduler looks for a service in the zone, after the answer.
    is_served = zone in dict(backends.zones())
    backup = Backup.objects.create(
        project_id=project,
        user_id=context.user_id,
        name=values.get("name"),
        description=values.get("description"),
        status="available" if is_served else "error",
        fail_reason=None if is_served else "Service not found for creating backup.",
        volume_id=volume.pk,
        snapshot_id=values.get("snapshot_id"),
        parent=parent,
        size=volume.size,
        container=values.get("container") or (CONTAINER if is_served else None),
        availability_zone=zone,
        host=HOST,
        object_count=max(1, volume.size // 2) if is_served else 0,
        data_timestamp=snapshot["created_at"] if snapshot else now,
        encryption_key_id=volume.encryption_key_id,
        metadata=values.get("metadata") or {},
        volume_facts={name: getattr(volume, name) for name in restoring.FACTS},
        updated_at=now,
    )
    if not is_served:
        messages.tell(
            context,
            action="013",
            detail="024",
            resource_type="VOLUME_BACKUP",
            resource_uuid=backup.pk,
        )
    return {**queries.row(Backup, context, backup.pk), "status": "creating"}


def _parent(volume: Volume, project_id: str | None, before: datetime | None) -> Backup | None:
    """What a further backup adds to: the project's own with the newest data.

    A backup of a snapshot adds to data that is older than the snapshot.
    """
    found = Backup.objects.filter(volume_id=volume.pk, project_id=project_id, status="available")
    if before is not None:
        found = found.filter(data_timestamp__lt=before)
    return found.order_by("-data_timestamp").first()


@transaction.atomic
def update(context: RequestContext, backup_id: str, values: Mapping[str, Any]) -> None:
    save(locked(context, backup_id), **values)


@transaction.atomic
def delete(context: RequestContext, backup_id: str, *, force: bool = False) -> None:
    backup = locked(context, backup_id)
    if not force and backup.status not in ("available", "error"):
        raise invalid_backup("Backup status must be available or error")
    if backup.dependents.exists():
        raise invalid_backup("Incremental backups exist for this backup.")
    if backup.availability_zone and backup.availability_zone not in dict(backends.zones()):
        raise not_found("Service", "cinder-backup")
    backup.delete()


@transaction.atomic
def reset_status(context: RequestContext, backup_id: str, status: str) -> None:
    save(locked(context, backup_id), status=status.lower())


@transaction.atomic
def restore(
    context: RequestContext, backup_id: str, *, volume_id: str | None, name: str | None
) -> dict[str, Any]:
    """Write a backup into a volume, a new one when none is named."""
    backup = locked(context, backup_id)
    if backup.status != "available":
        raise invalid_backup("Backup status must be available")
    if volume_id is None:
        made = volumes.create(
            context,
            {
                "name": name or f"{restoring.MADE_FOR}{backup_id}",
                "description": "auto-created_from_restore_from_backup",
                "size": backup.size,
            },
        )
        volume = Volume.objects.get(pk=made["id"])
    else:
        volume = volumes.lock(context, volume_id)
    if volume.status != "available":
        raise invalid_volume("Volume to be restored to must be available")
    if volume.size < backup.size:
        raise invalid_volume(
            f"volume size {volume.size} is too small to restore backup of size {backup.size}."
        )
    answer = {"backup_id": backup_id, "volume_id": volume.pk, "volume_name": volume.name}
    restoring.give_back(volume, backup)
    volumes.save(volume)
    return answer


def export(row: Mapping[str, Any]) -> dict[str, str]:
    """A record from which another cloud could take the backup over."""
    if row["status"] != "available":
        raise invalid_backup(f"Backup status must be available and not {row['status']}.")
    known = ("id", "project_id", "user_id", "volume_id", "size", "container", "name",
             "description", "object_count", "status")  # fmt: skip
    record = {name: row[name] for name in known}
    return {
        "backup_service": SERVICE,
        "backup_url": base64.b64encode(wire.dumps(record)).decode(),
    }


@transaction.atomic
def take_over(context: RequestContext, service: str, url: str) -> dict[str, Any]:
    """Make a backup of an exported record."""
    try:
        record = wire.loads(base64.b64decode(url.encode("ascii")))
    except UnicodeEncodeError:
        raise BadRequest(
            "Error decoding your request. Either the URL or the request body contained "
            "characters that could not be decoded by Cinder."
        ) from None
    except ValueError:
        raise invalid_input("Can't parse backup record.") from None
    if "id" not in record:
        raise invalid_input("Provided backup record is missing an id")
    if "size" not in record:
        raise invalid_input("Provided backup record is missing size attribute")
    if Backup.objects.filter(pk=record["id"]).exists():
        raise invalid_backup("Backup already exists in database.")
    quotas.check(context.project_id, kind="backups", size=int(record["size"]))
    kept = ("id", "volume_id", "size", "container", "name", "description", "object_count")
    backup = Backup.objects.create(
        **{name: record[name] for name in kept if name in record},
        project_id=context.project_id,
        user_id=context.user_id,
        host=HOST,
        status="available",
    )
    return queries.row(Backup, context, backup.pk)
