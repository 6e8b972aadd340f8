"""A server's volumes: made where a boot asks for it, attached, detached, deleted."""

import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction

from compute.clients.errors import (
    InvalidVolume,
    NeighbourFailed,
    VolumeAttachmentNotFound,
    VolumeNotFound,
    VolumeQuotaExceeded,
)
from compute.clients.volume import volume
from compute.domain import context as contexts
from compute.domain import device_names
from compute.domain.errors import BuildAborted, ComputeError
from compute.models import BlockDevice, Server
from compute.work import clock
from compute.work.errors import Later
from middleware.context import RequestContext
from versioned.prepared import Prepared, PreparedUpdate

log = logging.getLogger(__name__)

# Nova waits for a volume 60 times, 3 seconds each.
_PATIENCE = 180


_OF_SERVER = Prepared(lambda pk: BlockDevice.objects.filter(server_id=pk).order_by("pk"), int)
_DEVICE = PreparedUpdate(lambda pk: BlockDevice.objects.filter(pk=pk), int)
_ROOT_VOLUME = Prepared(
    lambda pk: BlockDevice.objects.filter(
        server_id=pk, boot_index=0, destination_type="volume"
    ).values_list("pk", flat=True),
    int,
)


def acting_for(context: RequestContext, server: Server) -> RequestContext:
    """The cloud itself, in the project whose volumes these are."""
    return contexts.owner_of(context, server.project_id, server.user_id)


def devices_of(server: Server) -> list[BlockDevice]:
    """The server's block devices in boot order, then in that of their names."""
    rows = _OF_SERVER(server.pk)
    return sorted(rows, key=lambda row: (_boot_order(row), row.pk))


def boots_from_volume(server: Server) -> bool:
    """Whether the root disk is a volume, whatever image it was made from."""
    return bool(_ROOT_VOLUME(server.pk))


def _boot_order(row: BlockDevice) -> int:
    return row.boot_index if row.boot_index is not None and row.boot_index >= 0 else 1_000_000


def name_devices(server: Server, rows: list[BlockDevice]) -> str:
    """Name the devices that have no name yet; return the root's name."""
    taken = {row.device_name for row in rows if row.device_name}
    root = next((row for row in rows if row.boot_index == 0), None)
    root_name = (root.device_name if root else None) or server.root_device_name or "/dev/vda"
    prefix = device_names.prefix_of(root_name)
    for row in sorted(rows, key=_naming_order):
        if row.device_name:
            continue
        name = root_name if row is root else device_names.next_name(taken | {root_name}, prefix)
        taken.add(name)
        row.device_name = name
        _DEVICE(row.pk, device_name=name)
    return root_name


def _naming_order(row: BlockDevice) -> tuple[int, int]:
    """Nova: blank disks have the first names, one for swapping the last of these.

    What nobody has said where to put comes last.
    """
    if row.is_volume or row.source_type != "blank":
        return 2 + (not row.destination_type), row.pk
    return int(row.guest_format == "swap") if row.destination_type else 3, row.pk


def resize_swap(server: Server, before: int, now: int) -> None:
    """Add, change or take away the disk for swapping, as the server's new flavor has it."""
    if before == now:
        return
    if not before:
        # Nova: it gets no name before the guest is made anew.
        BlockDevice.objects.create(
            server=server,
            source_type="blank",
            destination_type="local",
            guest_format="swap",
            device_type="disk",
            boot_index=-1,
            volume_size=now,
            delete_on_termination=True,
        )
        return
    rows = BlockDevice.objects.filter(server=server, guest_format="swap", device_type="disk")
    if now:
        rows.update(volume_size=now)
    else:
        rows.delete()


def attach_all(
    context: RequestContext, server: Server, rows: list[BlockDevice], connector: dict[str, Any]
) -> None:
    """Make the volumes that are not there yet and attach all of them to the host."""
    acting = acting_for(context, server)
    for row in rows:
        if not row.is_volume:
            continue
        try:
            if row.volume_id is None:
                _create(acting, server, row)
            _wait_for(acting, server, row)
            attach(acting, server, row, connector)
        except (VolumeNotFound, InvalidVolume, VolumeQuotaExceeded) as exc:
            raise BuildAborted(server_id=server.uuid, reason=exc.text) from exc


def _create(acting: RequestContext, server: Server, row: BlockDevice) -> None:
    # Embedded, both are one transaction: no volume is left behind that nobody knows of.
    with transaction.atomic():
        made = volume().create(
            acting,
            size=row.volume_size,
            name="" if row.source_type != "blank" else f"{server.uuid}-blank-vol",
            description="",
            imageRef=row.image_id if row.source_type == "image" else None,
            snapshot_id=row.snapshot_id if row.source_type == "snapshot" else None,
            volume_type=row.volume_type,
        )
        row.volume_id = made["id"]
        BlockDevice.objects.filter(pk=row.pk).update(volume_id=row.volume_id)


def _wait_for(acting: RequestContext, server: Server, row: BlockDevice) -> None:
    if row.attachment_id:
        return
    shown = volume().show(acting, str(row.volume_id))
    status = shown["status"]
    if status in ("available", "in-use", "reserved", "attaching"):
        return
    if status.startswith("error"):
        raise BuildAborted(
            server_id=server.uuid,
            reason=(
                f"Volume {row.volume_id} did not finish being created even after we waited "
                f"0 seconds or 1 attempts. And its status is {status}."
            ),
        )
    waited = clock.now() - (server.updated_at or server.created_at)
    if waited > timedelta(seconds=_PATIENCE):
        raise BuildAborted(
            server_id=server.uuid,
            reason=(
                f"Volume {row.volume_id} did not finish being created even after we waited "
                f"{int(waited.total_seconds())} seconds or 61 attempts. "
                f"And its status is {status}."
            ),
        )
    raise Later(clock.now() + timedelta(seconds=0.5))


def attach(
    acting: RequestContext, server: Server, row: BlockDevice, connector: dict[str, Any]
) -> None:
    """Attach one volume to the host, from whichever step an earlier attempt had reached.

    What was there when its server was ordered is reserved since then.
    """
    attachment_id = row.attachment_id
    if attachment_id is None:
        with transaction.atomic():
            made = volume().attachment_create(acting, str(row.volume_id), server.uuid)
            attachment_id = row.attachment_id = str(made["id"])
            BlockDevice.objects.filter(pk=row.pk).update(attachment_id=attachment_id)
    told = volume().attachment_update(
        acting, attachment_id, {**connector, "mountpoint": row.device_name}
    )
    row.connection_info = told.get("connection_info") or {}
    BlockDevice.objects.filter(pk=row.pk).update(connection_info=row.connection_info)
    volume().attachment_complete(acting, attachment_id)


def forget_dangling(context: RequestContext, server: Server) -> None:
    """Drop the attachments of the server that either it or Volume knows nothing of.

    Nova: whoever reboots a server has that put right, too.
    """
    acting = acting_for(context, server)
    try:
        told = volume().attachments(acting, instance_id=server.uuid)
    except NeighbourFailed as exc:
        log.info("Volume does not say what server %s has of it: %s", server.uuid, exc)
        return
    # Those of others are nobody's to drop here, whatever a Volume makes of the filter.
    there = {str(each["id"]) for each in told if each["instance"] == server.uuid}
    rows = {row.attachment_id: row for row in devices_of(server) if row.attachment_id}
    for attachment_id, row in rows.items():
        if attachment_id not in there:
            row.delete()
    for attachment_id in there - rows.keys():
        with suppress(VolumeAttachmentNotFound):
            volume().attachment_delete(acting, attachment_id)


def settle(acting: RequestContext, row: BlockDevice) -> None:
    """Complete an attachment that somebody began and did not live to complete."""
    if row.attachment_id is None:
        return
    with suppress(VolumeAttachmentNotFound):
        if volume().attachment_show(acting, row.attachment_id)["status"] == "attaching":
            volume().attachment_complete(acting, row.attachment_id)


def detach(acting: RequestContext, row: BlockDevice) -> None:
    """Take the attachment away; a volume or attachment that is gone is no error."""
    if row.attachment_id is None:
        return
    try:
        volume().attachment_delete(acting, row.attachment_id)
    except (VolumeAttachmentNotFound, VolumeNotFound):
        log.info("The attachment %s was gone already.", row.attachment_id)


def let_go_of_host(context: RequestContext, server: Server) -> None:
    """After a build that failed: keep the volumes for the next host, but not the attachments.

    Nova: the server shows the ids of these until there is a next host.
    """
    acting = acting_for(context, server)
    for row in devices_of(server):
        if row.is_volume:
            detach(acting, row)


def reserve_anew(context: RequestContext, server: Server) -> None:
    """Reserve for the next host what the last one has let go of; InvalidVolume if it is taken."""
    acting = acting_for(context, server)
    for row in devices_of(server):
        if not row.is_volume or row.attachment_id is None:
            continue
        try:
            volume().attachment_show(acting, row.attachment_id)
        except VolumeAttachmentNotFound:
            with transaction.atomic():
                made = volume().attachment_create(acting, str(row.volume_id), server.uuid)
                BlockDevice.objects.filter(pk=row.pk).update(
                    attachment_id=str(made["id"]), connection_info=None
                )


def give_up(context: RequestContext, server: Server) -> None:
    """When the server will not be built: delete the volumes that shall go with it, rows and all."""
    release(context, server)
    BlockDevice.objects.filter(
        server_id=server.pk,
        destination_type="volume",
        volume_id__isnull=False,
        delete_on_termination=True,
    ).delete()


def release(context: RequestContext, server: Server) -> None:
    """When the server goes: detach every volume, and delete those that shall go with it."""
    acting = acting_for(context, server)
    for row in devices_of(server):
        if row.volume_id is None:
            continue
        # A device that does not say where it belongs is no disk of the guest, but holds its volume.
        detach(acting, row)
        if row.delete_on_termination:
            try:
                volume().delete(acting, row.volume_id)
            except VolumeNotFound:
                log.info("The volume %s was gone already.", row.volume_id)
            except ComputeError as exc:
                # Nova: a volume that cannot be deleted does not keep its server alive.
                if exc.status >= 500:
                    raise
                log.warning("The volume %s could not be deleted: %s", row.volume_id, exc)
