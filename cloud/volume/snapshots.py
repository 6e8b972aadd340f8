"""Snapshots: made, changed, deleted."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from cloud.volume import queries, quotas
from cloud.volume.errors import (
    BadRequest,
    NotFound,
    invalid_snapshot,
    invalid_volume,
    not_found,
)
from cloud.volume.models import Snapshot, VolumeType
from cloud.volume.volumes import is_migrating, lock
from middleware.context import RequestContext


def locked(context: RequestContext, snapshot_id: str) -> Snapshot:
    found = Snapshot.objects.select_for_update().filter(queries.visible_to(context), pk=snapshot_id)
    snapshot = found.first()
    if snapshot is None:
        raise not_found("Snapshot", snapshot_id)
    return snapshot


def save(snapshot: Snapshot, **values: Any) -> None:
    for name, value in values.items():
        setattr(snapshot, name, value)
    snapshot.updated_at = timezone.now()
    snapshot.save()


@transaction.atomic
def create(
    context: RequestContext,
    volume_id: str,
    *,
    name: str | None,
    description: str | None,
    metadata: Mapping[str, str] | None,
    may_be_in_use: bool,
    group_snapshot_id: str | None = None,
) -> dict[str, Any]:
    """Make a snapshot, and return its row as it is when work begins: `creating`."""
    volume = lock(context, volume_id)
    if volume.host is None:
        raise invalid_volume(
            "The snapshot cannot be created because volume has not been scheduled to any host."
        )
    if volume.status == "maintenance":
        raise invalid_volume(
            "The snapshot cannot be created when the volume is in maintenance mode."
        )
    if is_migrating(volume):
        raise invalid_volume("Snapshot cannot be created while volume is migrating.")
    if volume.status == "error":
        raise invalid_volume("The snapshot cannot be created when the volume is in error status.")
    allowed = ("available", "in-use") if may_be_in_use else ("available",)
    if volume.status not in allowed:
        raise invalid_volume(
            f"Volume {volume_id} status must be {', '.join(allowed)}, but current status is: "
            f"{volume.status}."
        )
    kind = VolumeType.objects.filter(pk=volume.volume_type_id).first()
    # Volume (Cinder): an administrator's snapshot of another's volume is the administrator's.
    quotas.check(
        context.project_id,
        kind="snapshots",
        size=volume.size,
        type_name=kind.name if kind else None,
    )
    snapshot = Snapshot.objects.create(
        project_id=context.project_id,
        user_id=context.user_id,
        volume=volume,
        volume_size=volume.size,
        volume_type_id=volume.volume_type_id,
        encryption_key_id=volume.encryption_key_id,
        name=name,
        description=description,
        metadata=dict(metadata or {}),
        status="available",
        progress="100%",
        group_snapshot_id=group_snapshot_id,
        updated_at=timezone.now(),
    )
    row = queries.row(Snapshot, context, snapshot.pk)
    return {**row, "status": "creating", "progress": "0%", "updated_at": None}


@transaction.atomic
def update(context: RequestContext, snapshot_id: str, values: Mapping[str, Any]) -> None:
    save(locked(context, snapshot_id), **values)


@transaction.atomic
def delete(context: RequestContext, snapshot_id: str, *, force: bool = False) -> None:
    snapshot = locked(context, snapshot_id)
    if (not force and snapshot.status not in ("available", "error")) or (
        snapshot.group_snapshot_id is not None
    ):
        status = "" if force else "status must be available or error and "
        raise invalid_snapshot(f"Snapshot {status}must not be part of a group.")
    snapshot.delete()


@transaction.atomic
def reset_status(context: RequestContext, snapshot_id: str, status: str) -> None:
    save(locked(context, snapshot_id), status=status.lower())


@transaction.atomic
def report(context: RequestContext, snapshot_id: str, *, status: str, progress: str | None) -> None:
    """Take over what Compute says of a snapshot that it makes itself."""
    snapshot = locked(context, snapshot_id)
    allowed = {
        "creating": ("creating", "available", "error"),
        "deleting": ("deleting", "error_deleting"),
    }
    if snapshot.status not in allowed:
        raise BadRequest(
            f"Snapshot status {snapshot.status} not allowed for update_snapshot_status"
        )
    if status not in allowed[snapshot.status]:
        raise BadRequest(
            f"Provided snapshot status {status} not allowed for snapshot with status "
            f"{snapshot.status}."
        )
    values: dict[str, Any] = {"status": status}
    if progress:
        values["progress"] = progress
    save(snapshot, **values)


@transaction.atomic
def set_metadata(
    context: RequestContext, snapshot_id: str, metadata: Mapping[str, str], *, replace: bool
) -> dict[str, Any]:
    snapshot = locked(context, snapshot_id)
    merged = dict(metadata) if replace else {**snapshot.metadata, **metadata}
    save(snapshot, metadata=merged)
    return merged


@transaction.atomic
def remove_metadata(context: RequestContext, snapshot_id: str, key: str) -> None:
    snapshot = locked(context, snapshot_id)
    if key not in snapshot.metadata:
        raise missing_metadata(snapshot_id, key)
    rest = {name: value for name, value in snapshot.metadata.items() if name != key}
    save(snapshot, metadata=rest)


def missing_metadata(snapshot_id: str, key: str) -> NotFound:
    return NotFound(f"Snapshot {snapshot_id} has no metadata with key {key}.")
