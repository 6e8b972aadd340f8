"""Rebuild on the host: the guest goes, its disks are written anew, and it comes back."""

from typing import Any

from django.db import transaction

from compute.agent import build as building
from compute.agent import manager
from compute.clients.volume import volume
from compute.domain import config_drive, lifecycle, records, rehosting, storage
from compute.domain.errors import BadRequest, BuildAborted, ComputeError
from compute.domain.states import TaskState, VmState
from compute.domain.transitions import LIFECYCLE
from compute.models import BlockDevice, Server
from compute.virt import registry
from compute.virt.driver import Build, Driver
from compute.work import clock
from compute.work.registry import task
from compute.work.task import Work

ROW = LIFECYCLE["rebuild"]
STOP = LIFECYCLE["stop"].event


class EphemeralNotKept(BadRequest):
    message = "The current driver does not support preserving ephemeral partitions."


def _gave_up(work: Work, exc: Exception) -> None:
    server = work.server
    if server is None or not manager.is_under_way(server, ROW):
        return
    step = records.Event(work.context, server, ROW.event, server.host)
    with transaction.atomic():
        step.fail(exc)
        lifecycle.fail(server, "rebuild", exc)
        work.complete()


@task("rebuild on host", gave_up=_gave_up)
def rebuild(work: Work) -> None:
    """Make the guest again from the server's image."""
    server = work.server
    if server is None or not manager.is_under_way(server, ROW):
        return
    if work.payload.get("keep_ephemeral"):
        raise EphemeralNotKept
    driver = registry.driver(str(server.host))
    was_stopped = bool(work.payload.get("was_stopped"))
    with records.event(work.context, server, ROW.event, server.host) as step:
        work.take_time("rebuild")
        driver.destroy(server)
        # Nova: every volume gets another attachment, although the host is the same.
        rehosting.attach_volumes(work.context, server, str(server.host))
        rows = storage.devices_of(server)
        if work.payload.get("reimages"):
            _reimage(work, server, rows, driver)
        if work.duration("rebuild"):
            lifecycle.show_step(server, "rebuild", TaskState.REBUILD_BLOCK_DEVICE_MAPPING)
            lifecycle.show_step(server, "rebuild", TaskState.REBUILD_SPAWNING)
        driver.spawn(
            server,
            Build(
                disks=building.disks_of(rows),
                admin_password=work.payload.get("admin_password"),
                files=work.payload.get("files") or (),
                config_drive=config_drive.files(
                    server,
                    injected=work.payload.get("files") or (),
                    admin_password=work.payload.get("admin_password"),
                ),
                power_on=not was_stopped,
            ),
        )
        with transaction.atomic():
            if lifecycle.finish(server, "rebuild", **_end(server, driver, was_stopped)):
                if was_stopped:
                    # Nova: it is stopped once more when it has been made anew.
                    records.Event(work.context, server, STOP, server.host).succeed()
                step.succeed()
            work.complete()


def _end(server: Server, driver: Driver, was_stopped: bool) -> dict[str, Any]:
    return {
        "vm_state": VmState.STOPPED if was_stopped else VmState.ACTIVE,
        "power_state": driver.power_state(server),
        "launched_at": clock.now(),
        "config_drive": config_drive.shown(server),
    }


def _reimage(work: Work, server: Server, rows: list[BlockDevice], driver: Driver) -> None:
    """Write the image over the root volume, which meanwhile is the server's but on no host."""
    acting = storage.acting_for(work.context, server)
    root = next(row for row in rows if row.boot_index == 0)
    try:
        with transaction.atomic():
            reserved = volume().attachment_create(acting, str(root.volume_id), server.uuid)
            storage.detach(acting, root)
            root.attachment_id = str(reserved["id"])
            BlockDevice.objects.filter(pk=root.pk).update(attachment_id=root.attachment_id)
        volume().reimage(acting, str(root.volume_id), work.payload["reimages"])
        storage.attach(acting, server, root, driver.connector())
    except ComputeError as exc:
        raise BuildAborted(
            server_id=server.uuid, reason="Failed to rebuild volume backed instance."
        ) from exc
