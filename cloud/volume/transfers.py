"""Transfers: a volume is offered, and whoever knows the key takes it."""

import hashlib
import hmac
import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone

from cloud.volume import quotas
from cloud.volume.errors import (
    BadRequest,
    QuotaExceeded,
    invalid_snapshot,
    invalid_volume,
    not_found,
)
from cloud.volume.models import Snapshot, Transfer, Volume
from cloud.volume.volumes import lock, save
from middleware.context import RequestContext

COLUMNS = tuple(field.attname for field in Transfer._meta.concrete_fields)


def _hash(salt: str, key: str) -> str:
    return hmac.new(salt.encode(), key.encode(), hashlib.sha1).hexdigest()


def find(context: RequestContext, transfer_id: str, *, by_anybody: bool = False) -> dict[str, Any]:
    """A transfer of the caller's own; to accept one, its id and key are enough."""
    found = Transfer.objects.filter(pk=transfer_id)
    if not (context.is_admin or by_anybody):
        found = found.filter(volume__project_id=context.project_id)
    row = found.values(*COLUMNS, "volume__project_id").first()
    if row is None:
        raise not_found("Transfer", transfer_id)
    return {**row, "project_id": row["volume__project_id"]}


@transaction.atomic
def create(
    context: RequestContext,
    volume_id: str,
    *,
    name: str | None,
    no_snapshots: bool,
    may_be_encrypted: bool,
) -> dict[str, Any]:
    """Offer a volume; the key is told only now."""
    volume = lock(context, volume_id)
    if volume.status != "available":
        raise invalid_volume("status must be available")
    if volume.encryption_key_id is not None:
        if not may_be_encrypted:
            raise invalid_volume("transferring encrypted volume is not supported")
        if no_snapshots:
            raise invalid_volume(
                "transferring an encrypted volume without its snapshots is not supported"
            )
    if not no_snapshots:
        busy = volume.snapshots.exclude(status="available").first()
        if busy is not None:
            raise invalid_snapshot(f"snapshot: {busy.pk} status must be available")
    salt, key = secrets.token_hex(4), secrets.token_hex(8)
    transfer = Transfer.objects.create(
        volume=volume,
        name=name,
        salt=salt,
        crypt_hash=_hash(salt, key),
        no_snapshots=no_snapshots,
        source_project_id=volume.project_id,
    )
    save(volume, status="awaiting-transfer")
    return {**find(context, transfer.pk), "auth_key": key}


@transaction.atomic
def accept(context: RequestContext, transfer_id: str, key: str) -> dict[str, Any]:
    """Take over an offered volume, with its snapshots."""
    row = find(context, transfer_id, by_anybody=True)
    transfer = Transfer.objects.select_for_update().get(pk=transfer_id)
    if not hmac.compare_digest(_hash(transfer.salt, key), transfer.crypt_hash):
        raise BadRequest(
            f"Invalid auth key: Attempt to transfer {transfer_id} with invalid auth key."
        )
    volume = Volume.objects.select_for_update().get(pk=row["volume_id"])
    if volume.group_id is not None:
        raise invalid_volume(f"Volume {volume.pk} must not be part of a consistency group.")
    project = context.project_id
    kind = volume.volume_type
    type_name = kind.name if kind else None
    quotas.check_volume_size(project, volume.size)
    try:
        quotas.check(project, kind="volumes", size=volume.size, type_name=type_name)
    except QuotaExceeded as full:
        # Volume (Cinder): here the error of the size is told without its name.
        raise QuotaExceeded(
            full.message.removeprefix("VolumeSizeExceedsAvailableQuota: ")
        ) from None
    snapshots = Snapshot.objects.filter(volume=volume)
    if transfer.no_snapshots:
        snapshots = snapshots.none()
    elif snapshots.exists():
        total = sum(snapshots.values_list("volume_size", flat=True))
        quotas.check(
            project, kind="snapshots", count=snapshots.count(), size=total, type_name=type_name
        )
    snapshots.update(project_id=project, user_id=context.user_id, updated_at=timezone.now())
    save(volume, project_id=project, user_id=context.user_id, status="available")
    transfer.delete()
    return row


@transaction.atomic
def delete(context: RequestContext, transfer_id: str) -> None:
    row = find(context, transfer_id)
    Transfer.objects.filter(pk=transfer_id).delete()
    volume = lock(context, row["volume_id"])
    if volume.status == "awaiting-transfer":
        save(volume, status="available")


def listed(context: RequestContext, *, everyone: bool) -> Any:
    found = Transfer.objects.all()
    if not (context.is_admin and everyone):
        found = found.filter(volume__project_id=context.project_id)
    return found
