"""What lies on a backend, and whether Volume looks after it: volumes are let go and taken over."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from cloud.volume import backends, queries, quotas, snapshots, volumes
from cloud.volume.errors import BadRequest, VolumeError, invalid_input, invalid_volume
from cloud.volume.models import Service, Snapshot, Stray, Volume, VolumeType
from cloud.volume.services import find
from middleware.context import RequestContext

NAME = "volume-"
# Cinder: LVM has no names that begin with "snapshot".
SNAPSHOT_NAME = "_snapshot-"


@transaction.atomic
def release(context: RequestContext, volume_id: str) -> None:
    """Forget a volume, and leave its bytes on the backend.

    Refuses what could not be deleted either, and encrypted volumes.
    """
    volume = volumes.lock(context, volume_id)
    if volume.encryption_key_id is not None:
        # Cinder: says this of anything that it calls invalid and gives no other text.
        raise BadRequest("Unacceptable parameters.")
    host, size = volume.host, volume.size
    volumes.delete(context, volume_id)
    if host is not None:
        Stray.objects.create(host=host, name=NAME + volume_id, size=size)


@transaction.atomic
def take(context: RequestContext, values: Mapping[str, Any]) -> dict[str, Any]:
    """Make a volume of what lies on a backend; its row as it is when work begins: `managing`.

    `values`: host and ref, and perhaps name, description, volume_type, metadata,
    availability_zone, bootable. A ref that leads to nothing makes a volume in error.
    """
    ref = values["ref"] if isinstance(values["ref"], dict) else {}
    name = ref.get("source-name")
    known = isinstance(name, str) and name.startswith(NAME)
    if known and Volume.objects.filter(pk=str(name)[len(NAME) :]).exists():
        raise invalid_volume("Unable to manage existing volume. The volume is already managed")
    kind = _type(context, values.get("volume_type"))
    service = _service(str(values["host"]))
    volume = Volume.objects.create(
        project_id=context.project_id,
        user_id=context.user_id,
        name=values.get("name"),
        description=values.get("description"),
        status="error_managing",
        size=0,
        volume_type=kind,
        availability_zone=values.get("availability_zone") or service.zone,
        host=values["host"] if "#" in str(values["host"]) else backends.pool_of(service.host),
        bootable=values.get("bootable", False),
        metadata=values.get("metadata") or {},
    )
    row = queries.volume(context, volume.pk)
    found = _lying(volume.host, name).filter(origin="").first()
    if found is not None and _fits(context.project_id, found.size, kind):
        found.delete()
        volumes.save(volume, status="available", size=found.size)
    return {**row, "status": "managing"}


def _lying(host: str | None, name: Any) -> Any:
    return Stray.objects.select_for_update().filter(host=host, name=name)


def _type(context: RequestContext, wanted: str | None) -> VolumeType:
    if not wanted:
        kind = volumes.default_type(context)
    else:
        try:
            kind = queries.volume_type(context, wanted)
        except VolumeError:
            raise BadRequest(
                f"Invalid volume type: Cannot find requested '{wanted}' volume type"
            ) from None
    if kind.encryption:
        raise BadRequest("Managing to an encrypted volume type is not supported.")
    return kind


def _service(host: str) -> Service:
    try:
        service = find(host.partition("#")[0], backends.BINARY)
    except VolumeError:
        raise BadRequest(f"Host '{host}' not found") from None
    return _usable(service)


def _usable(service: Service) -> Service:
    if service.disabled:
        raise BadRequest("Service is unavailable at this time.")
    return service


def _fits(project_id: str | None, size: int, kind: VolumeType) -> bool:
    try:
        # The volume is there already; what it holds is not counted yet.
        quotas.check(project_id, kind="volumes", count=0, size=size, type_name=kind.name)
    except VolumeError:
        return False
    return True


def manageable(host: str) -> list[dict[str, Any]]:
    """What lies on a backend, managed or not."""
    pool = _pool(host)
    mine = Volume.objects.filter(host=pool, size__gt=0).values_list("id", "size")
    others = Stray.objects.filter(host=pool, origin="").values_list("name", "size")
    return [
        *(_entry(NAME + volume_id, size, volume_id) for volume_id, size in mine),
        *(_entry(name, size, None) for name, size in others),
    ]


def _pool(host: str) -> str:
    """The pool of a host whose service is there and enabled."""
    return backends.pool_of(_usable(find(host.partition("#")[0], backends.BINARY)).host)


def _entry(name: str, size: int, volume_id: str | None) -> dict[str, Any]:
    return {
        "reference": {"source-name": name},
        "size": size,
        "safe_to_manage": volume_id is None,
        "reason_not_safe": None if volume_id is None else "already managed",
        "cinder_id": volume_id,
        "extra_info": None,
    }


def after(entries: list[dict[str, Any]], marker: str | None) -> list[dict[str, Any]]:
    """The entries behind the one whose reference the marker is, as JSON."""
    if not marker:
        return entries
    try:
        reference = json.loads(marker)
    except ValueError:
        raise invalid_input(
            f"marker {marker} can not be analysed, please use json like format"
        ) from None
    for at, entry in enumerate(entries):
        if entry["reference"] == reference:
            return entries[at + 1 :]
    raise invalid_input(f"marker not found: {reference}")


# Snapshots


@transaction.atomic
def release_snapshot(context: RequestContext, snapshot_id: str) -> None:
    """Forget a snapshot, and leave its bytes on the backend; refuses what cannot be deleted."""
    snapshot = snapshots.locked(context, snapshot_id)
    volume, size = snapshot.volume, snapshot.volume_size
    snapshots.delete(context, snapshot_id)
    if volume.host is not None:
        Stray.objects.create(
            host=volume.host,
            name=SNAPSHOT_NAME + snapshot_id,
            size=size,
            origin=NAME + volume.pk,
        )


@transaction.atomic
def take_snapshot(context: RequestContext, values: Mapping[str, Any]) -> dict[str, Any]:
    """Make a snapshot of what lies on its volume's backend; its row as it is when work begins.

    `values`: volume_id and ref, and perhaps name, description, metadata. A ref that leads to
    nothing makes a snapshot in error.
    """
    volume = queries.volume(context, str(values["volume_id"]))
    _pool(volume["host"] or "")
    row = snapshots.create(
        context,
        volume["id"],
        name=values.get("name"),
        description=values.get("description"),
        metadata=values.get("metadata"),
        may_be_in_use=True,
    )
    ref = values["ref"]
    name = ref.get("source-name") if isinstance(ref, dict) else ref
    found = _lying(volume["host"], name).exclude(origin="").first()
    snapshot = snapshots.locked(context, row["id"])
    if found is None:
        snapshots.save(snapshot, status="error", progress="0%")
    else:
        snapshots.save(snapshot, volume_size=found.size)
        found.delete()
    return row


def manageable_snapshots(host: str) -> list[dict[str, Any]]:
    """The snapshots that lie on a backend, managed or not."""
    pool = _pool(host)
    mine = Snapshot.objects.filter(volume__host=pool, status="available")
    others = Stray.objects.filter(host=pool).exclude(origin="")
    return [
        *(
            _sourced(SNAPSHOT_NAME + snapshot_id, size, snapshot_id, NAME + volume_id)
            for snapshot_id, size, volume_id in mine.values_list("id", "volume_size", "volume_id")
        ),
        *(
            _sourced(name, size, None, origin)
            for name, size, origin in others.values_list("name", "size", "origin")
        ),
    ]


def _sourced(name: str, size: int, snapshot_id: str | None, origin: str) -> dict[str, Any]:
    entry = _entry(name, size, snapshot_id)
    return {**entry, "source_reference": {"source-name": origin}}
