"""What else can be done to a volume: extend, retype, revert, re-image, upload, reset."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.db import transaction

from cloud.volume import attaching, backends, disks, neighbours, queries, quotas, sources
from cloud.volume.errors import (
    BadRequest,
    Conflict,
    NotFound,
    NotImplementedHere,
    QuotaExceeded,
    invalid_input,
    invalid_volume,
)
from cloud.volume.models import Volume
from cloud.volume.volumes import (
    check_image,
    check_metadata_may_change,
    image_by_id,
    image_metadata,
    lock,
    save,
    update,
)
from middleware.context import RequestContext

log = logging.getLogger(__name__)


@transaction.atomic
def extend(context: RequestContext, volume_id: str, size: int, *, may_be_attached: bool) -> None:
    volume = lock(context, volume_id)
    is_attached = may_be_attached and volume.status == "in-use"
    if size <= volume.size:
        raise invalid_input(
            "New size for extend must be greater than current size. (current: "
            f"{volume.size}, extended: {size})."
        )
    if volume.volume_type is not None:
        sources.check_provisioning(volume.volume_type, size)
    if volume.status != "available" and not is_attached:
        # Volume (Cinder): it shows the whole condition.
        raise invalid_volume(
            f"Volume {volume_id} status must be '{{'status': 'available'}}' to extend, currently "
            f"{volume.status}."
        )
    quotas.check_volume_size(volume.project_id, size)
    _check_growth(volume, size)
    save(volume, size=size)
    if is_attached:
        servers = [each for each in volume.attachments.values_list("instance_uuid", flat=True)
                   if each]  # fmt: skip
        client = neighbours.compute()
        if client is not None and servers:
            transaction.on_commit(lambda: client.volume_extended(context, servers, volume_id))


def _check_growth(volume: Volume, size: int) -> None:
    quotas.lock(volume.project_id)
    growth = size - volume.size
    limit = quotas.limits(volume.project_id)["gigabytes"]
    used = quotas.usage(volume.project_id).get("gigabytes", 0)
    if 0 <= limit < used + growth:
        raise QuotaExceeded(
            "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed "
            f"gigabytes quota. Requested {growth}G, quota is {limit}G and {used}G has been "
            "consumed."
        )


@transaction.atomic
def set_bootable(context: RequestContext, volume_id: str, bootable: bool) -> None:
    update(context, volume_id, {"bootable": bootable})


@transaction.atomic
def set_readonly(context: RequestContext, volume_id: str, readonly: bool) -> None:
    volume = lock(context, volume_id)
    if volume.status != "available":
        raise invalid_volume(
            f"Volume {volume_id} status must be available to update readonly flag, but current "
            f"status is: {volume.status}."
        )
    save(volume, admin_metadata={**volume.admin_metadata, "readonly": str(readonly)})


@transaction.atomic
def retype(context: RequestContext, volume_id: str, new_type: str, policy: str | None) -> None:
    """Give a volume another type; another backend would need `on-demand`."""
    volume = lock(context, volume_id)
    kind = queries.volume_type(context, new_type)
    multiattach = str(kind.extra_specs.get("multiattach", "")) == "<is> True"
    if multiattach != volume.multiattach and volume.status != "available":
        raise invalid_input(
            "Invalid volume_type passed, retypes affecting multiattach are only allowed on "
            "available volumes, the specified volume however currently has a status of: "
            f"{volume.status}."
        )
    if multiattach and kind.encryption:
        raise invalid_input(
            "Retype requested both encryption and multi-attach, which is not supported."
        )
    is_idle = volume.status in ("available", "in-use") and volume.migration_status in (
        None, "deleting", "error", "success")  # fmt: skip
    if not is_idle or volume.group_id or volume.volume_type_id == kind.pk:
        raise invalid_volume(
            "Retype needs volume to be in available or in-use state, not be part of an active "
            "migration or a consistency group, requested type has to be different that the one "
            "from the volume, and for in-use volumes front-end qos specs cannot change."
        )
    quotas.check(volume.project_id, kind=f"volumes_{kind.name}", size=0, type_name=None)
    host = backends.choose(kind.extra_specs, volume.size)
    if host is None or (host != volume.host and policy != "on-demand"):
        # Cinder: the scheduler finds no host, and the volume stays as it was.
        return
    save(
        volume,
        volume_type=kind,
        multiattach=multiattach,
        host=host,
        encryption_key_id=(volume.encryption_key_id or str(uuid4())) if kind.encryption else None,
    )


@transaction.atomic
def reset_status(context: RequestContext, volume_id: str, values: Mapping[str, Any]) -> None:
    """Set the states of a volume to what an administrator says they are."""
    volume = lock(context, volume_id)
    changes = {
        name: str(values[name]).lower()
        for name in ("status", "attach_status", "migration_status")
        if values.get(name)
    }
    if changes.get("migration_status") == "none":
        changes["migration_status"] = None  # type: ignore[assignment]
    if changes.get("status") == "deleting":
        raise BadRequest("Cannot reset-state to deleting")
    if changes.get("status") == "in-use" and not volume.attachments.exists():
        raise BadRequest(
            "Cannot reset-state to in-use because volume does not have any attachments."
        )
    if changes.get("attach_status") == "detached":
        volume.attachments.all().delete()
        volume.admin_metadata.pop("attached_mode", None)
    save(volume, **changes)


def check_revert(context: RequestContext, volume_id: str, snapshot_id: str | None) -> None:
    """Refuse to go back to anything but the last snapshot of the same size."""
    volume = Volume.objects.filter(queries.visible_to(context), pk=volume_id).get()
    latest = volume.snapshots.order_by("-created_at").first()
    if latest is None:
        raise BadRequest(f"Volume {volume_id} doesn't have any snapshots.")
    if snapshot_id != latest.pk:
        raise BadRequest(
            f"Specified snapshot {snapshot_id} is None or not the latest one of volume {volume_id}."
        )
    if volume.size != latest.volume_size:
        raise BadRequest(
            f"Can't revert volume {volume_id} to its latest snapshot {snapshot_id}. The volume "
            "size must be equal to the snapshot size."
        )


@transaction.atomic
def revert(context: RequestContext, volume_id: str, snapshot_id: str | None) -> None:
    volume = lock(context, volume_id)
    if volume.status != "available":
        raise Conflict(
            f"Invalid volume: Can't revert volume {volume_id} to its latest snapshot "
            f"{snapshot_id}. Volume's status must be 'available'."
        )
    save(volume, status="available")


@transaction.atomic
def reimage(
    context: RequestContext, volume_id: str, image_id: str, *, may_be_reserved: bool
) -> None:
    """Write an image over a volume."""
    volume = lock(context, volume_id)
    allowed = ("available", "error", "reserved") if may_be_reserved else ("available", "error")
    if volume.attachments.count() > 1:
        raise Conflict("Cannot re-image a volume which is attached to more than one server.")
    if volume.status not in allowed:
        raise invalid_volume(
            f"Volume {volume_id} status must be {' or '.join(allowed)}, but current status is "
            f"{volume.status}."
        )
    image = image_by_id(context, image_id)
    check_image(image, volume.size)
    servers = [each for each in volume.attachments.values_list("instance_uuid", flat=True) if each]
    status = "reserved" if volume.attachments.exists() else "available"
    save(volume, status=status, bootable=True, image_metadata=image_metadata(image))
    client = neighbours.compute()
    if client is not None and servers:
        transaction.on_commit(lambda: client.volume_reimaged(context, servers, volume_id))


def upload(
    context: RequestContext, volume_id: str, metadata: Mapping[str, Any], *, force: bool
) -> dict[str, Any]:
    """Make an image of a volume; the answer is what Cinder tells of it."""
    volume = Volume.objects.filter(queries.visible_to(context), pk=volume_id)
    row = volume.select_related("volume_type").get()
    allowed = ("available", "in-use") if force else ("available",)
    if row.status not in allowed:
        raise invalid_volume(f"Volume {volume_id} status must be {' or '.join(allowed)}")
    client = neighbours.images()
    if client is None:
        raise NotImplementedHere("There is no Image service to upload the volume to.")
    # What the volume remembers of its own image goes along, but for what upload decides itself.
    kept = {
        name: value for name, value in row.image_metadata.items()
        if name not in ("image_id", "image_name", "checksum", "size", "container_format",
                        "disk_format", "min_disk", "min_ram")
    }  # fmt: skip
    facts = {name: int(row.image_metadata[name]) for name in ("min_disk", "min_ram")
             if name in row.image_metadata}  # fmt: skip
    image = client.create(context, {**kept, **facts, **metadata})
    try:
        data = disks.sample(str(metadata["disk_format"]), row.size)
        client.upload(context, str(image["id"]), data)
    except Exception:
        # Cinder: the volume is copied after the answer, and whoever waits for the image sees it.
        log.exception("The image %s of volume %s got no data", image["id"], volume_id)
    return {
        "row": row,
        "image": image,
    }


@transaction.atomic
def set_image_metadata(
    context: RequestContext, volume_id: str, metadata: Mapping[str, str]
) -> dict[str, Any]:
    volume = lock(context, volume_id)
    check_metadata_may_change(volume)
    merged = {**volume.image_metadata, **metadata}
    save(volume, image_metadata=merged)
    return merged


def no_image_metadata(volume_id: str) -> NotFound:
    return NotFound(f"Glance metadata for volume/snapshot {volume_id} cannot be found.")


@transaction.atomic
def remove_image_metadata(context: RequestContext, volume_id: str, key: str) -> None:
    volume = lock(context, volume_id)
    if key not in volume.image_metadata:
        raise no_image_metadata(volume_id)
    check_metadata_may_change(volume, "Deleting")
    rest = {name: value for name, value in volume.image_metadata.items() if name != key}
    save(volume, image_metadata=rest)


def check_migration(context: RequestContext, volume_id: str, host: str | None) -> None:
    """Refuse to migrate: there is one backend, and a volume is on it already."""
    if host not in [*backends.hosts(), *map(backends.pool_of, backends.hosts())]:
        raise BadRequest(f"Invalid host: No available service named '{host}'")
    raise invalid_volume(
        f"Volume {volume_id} status must be available or in-use, must not be migrating, have "
        "snapshots, be replicated, be part of a group and destination host/cluster must be "
        "different than the current one"
    )


@transaction.atomic
def end_migration(
    context: RequestContext, volume_id: str, new_volume_id: str, *, has_failed: bool
) -> str:
    """Let the servers of a volume go on with another one; return the id of which they have.

    That is the new one, unless the caller's own copying has failed.  Volumes that are in the middle
    of a migration are refused, because this backend has nobody to migrate to.
    """
    old, new = lock(context, volume_id), lock(context, new_volume_id)
    if not old.migration_status and not new.migration_status:
        if not has_failed:
            for each in list(old.attachments.order_by("created_at")):
                attaching.detach(context, volume_id, each.pk)
                attaching.attach(
                    context,
                    new_volume_id,
                    server_id=each.instance_uuid,
                    host_name=each.attached_host,
                    mountpoint=each.mountpoint or "",
                    mode=each.attach_mode or "rw",
                )
        return new_volume_id
    if not old.migration_status:
        raise invalid_volume("Source volume not mid-migration.")
    if not new.migration_status:
        raise invalid_volume("Destination volume not mid-migration.")
    raise invalid_volume(
        f"Destination has migration_status {new.migration_status}, expected target:{volume_id}."
    )
