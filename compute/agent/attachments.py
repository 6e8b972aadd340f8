"""The host's part of attaching, detaching and swapping volumes."""

import logging

from django.db import transaction

from compute.agent.build import disks_of
from compute.clients.errors import InvalidVolume, VolumeAttachmentNotFound, VolumeNotFound
from compute.clients.volume import volume
from compute.domain import attachments, records, storage
from compute.domain.errors import ComputeError
from compute.domain.transitions import LIFECYCLE
from compute.models import BlockDevice, Server
from compute.virt import registry
from compute.work.registry import task
from compute.work.task import Work
from middleware.context import RequestContext

log = logging.getLogger(__name__)


def _device(work: Work) -> BlockDevice | None:
    return BlockDevice.objects.filter(pk=work.payload["device_id"]).first()


def _event(work: Work, server: Server) -> records.Event:
    event = LIFECYCLE[work.row.kind].event
    return records.Event(work.context, server, event, server.host)


# Attaching


@task("reserve volume")
def reserve(work: Work) -> None:
    """Reserve a volume for a caller who did not wait; nobody is told of a refusal."""
    server = work.server
    if server is None:
        return
    wanted = {name: value for name, value in work.payload.items() if name != "volume_id"}
    with transaction.atomic():
        try:
            found = volume().show(work.context, work.payload["volume_id"])
            attachments.reserve(work.context, server, found, **wanted)
        except ComputeError as exc:
            if exc.status >= 500:
                raise
            log.warning("A volume was not attached to %s: %s", server.uuid, exc)
        work.complete()


def _not_attached(work: Work, exc: Exception) -> None:
    """Free the volume and forget the device."""
    server, row = work.server, _device(work)
    if row is None:
        return
    if server is not None:
        storage.detach(storage.acting_for(work.context, server), row)
    with transaction.atomic():
        row.delete()
        if server is not None:
            _event(work, server).fail(exc)
            records.record_fault(server, exc)
        work.complete()


@task("attach_volume", gave_up=_not_attached)
def attach(work: Work) -> None:
    """Connect a reserved volume to the host and its guest."""
    server, row = work.server, _device(work)
    if server is None or row is None or not server.host:
        # Whoever deleted or offloaded the server has freed the volume, or will connect it.
        return
    driver = registry.driver(server.host)
    step = LIFECYCLE["attach_volume"].event
    with records.event(work.context, server, step, server.host) as event:
        work.take_time("attach_volume")
        storage.attach(storage.acting_for(work.context, server), server, row, driver.connector())
        driver.attach_volume(server, disks_of([row])[0])
        with transaction.atomic():
            event.succeed()
            work.complete()


# Detaching


def _not_detached(work: Work, exc: Exception) -> None:
    """Say in Volume that it is attached after all."""
    server = work.server
    if server is None:
        return
    _roll_back(work, server, work.payload["volume_id"])
    with transaction.atomic():
        _event(work, server).fail(exc)
        records.record_fault(server, exc)
        work.complete()


def _roll_back(work: Work, server: Server, volume_id: str) -> None:
    try:
        volume().roll_detaching(storage.acting_for(work.context, server), volume_id)
    except (VolumeNotFound, InvalidVolume) as exc:
        log.info("The volume %s is gone: %s", volume_id, exc)


@task("detach_volume", gave_up=_not_detached)
def detach(work: Work) -> None:
    """Take a volume away from the guest, and the host away from the volume."""
    server, row = work.server, _device(work)
    if server is None or row is None or row.volume_id != work.payload["volume_id"]:
        return
    step = LIFECYCLE["detach_volume"].event
    with records.event(work.context, server, step, server.host) as event:
        work.take_time("detach_volume")
        if server.host:
            registry.driver(server.host).detach_volume(server, disks_of([row])[0])
        storage.detach(storage.acting_for(work.context, server), row)
        with transaction.atomic():
            BlockDevice.objects.filter(pk=row.pk).delete()
            event.succeed()
            work.complete()


# Swapping


def _not_swapped(work: Work, exc: Exception) -> None:
    """Keep the old volume and free the new one."""
    server = work.server
    if server is None:
        return
    _roll_back(work, server, work.payload["old_volume_id"])
    acting = storage.acting_for(work.context, server)
    row = _device(work)
    # Once it is the server's own, the new attachment stays.
    if row is None or row.attachment_id != work.payload["new_attachment_id"]:
        try:
            volume().attachment_delete(acting, work.payload["new_attachment_id"])
        except (VolumeAttachmentNotFound, VolumeNotFound) as gone:
            log.info("The new attachment is gone: %s", gone)
    with transaction.atomic():
        _event(work, server).fail(exc)
        records.record_fault(server, exc)
        work.complete()


@task("swap_volume", gave_up=_not_swapped)
def swap(work: Work) -> None:
    """Connect the new volume in the old one's place, and let the old one go."""
    server, row = work.server, _device(work)
    if server is None or row is None or not server.host:
        return
    asked = work.payload
    acting = storage.acting_for(work.context, server)
    driver = registry.driver(server.host)
    step = LIFECYCLE["swap_volume"].event
    with records.event(work.context, server, step, server.host) as event:
        work.take_time("swap_volume")
        old_attachment_id = work.row.progress.get("old_attachment_id", row.attachment_id)
        work.note(old_attachment_id=old_attachment_id)
        old = volume().show(acting, asked["old_volume_id"])
        new = volume().show(acting, asked["new_volume_id"])
        told = volume().attachment_update(
            acting,
            asked["new_attachment_id"],
            {**driver.connector(), "mountpoint": row.device_name},
        )
        driver.detach_volume(server, disks_of([row])[0])
        row.connection_info = told.get("connection_info") or {}
        driver.attach_volume(server, disks_of([row])[0])
        volume().attachment_complete(acting, asked["new_attachment_id"])
        _let_go(acting, old_attachment_id)
        kept_id = _completed(acting, old, new)
        with transaction.atomic():
            BlockDevice.objects.filter(pk=row.pk).update(
                source_type="volume",
                snapshot_id=None,
                volume_id=kept_id,
                volume_size=max(int(new["size"]), row.volume_size or 0),
                attachment_id=asked["new_attachment_id"],
                connection_info=row.connection_info,
            )
            event.succeed()
            work.complete()


def _let_go(acting: RequestContext, attachment_id: str | None) -> None:
    if attachment_id is None:
        return
    try:
        volume().attachment_delete(acting, attachment_id)
    except VolumeAttachmentNotFound:
        log.info("The attachment %s was gone already.", attachment_id)


def _completed(acting: RequestContext, old: dict[str, object], new: dict[str, object]) -> str:
    """The id under which the volume goes on: Volume's own migration keeps the old one."""
    if old.get("migration_status") != "migrating":
        return str(new["id"])
    told = volume().migrate_completion(acting, str(old["id"]), str(new["id"]), error=False)
    return str((told or {}).get("save_volume_id", new["id"]))
