"""Shelving on the host: the disk becomes an image, the guest goes; and it is made again."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from compute.agent import build as building
from compute.agent import manager, snapshots
from compute.clients.network import network
from compute.domain import claims, config_drive, lifecycle, records, rehosting, shelving, storage
from compute.domain import context as contexts
from compute.domain.states import PowerState, TaskState, VmState
from compute.domain.transitions import LIFECYCLE
from compute.models import Server
from compute.virt import registry
from compute.virt.driver import Build
from compute.work import clock, queue
from compute.work.registry import task
from compute.work.task import Work

# What the server remembers while it is shelved.
_NOTES = ("shelved_at", "shelved_image_id", "shelved_host")


def _gave_up(work: Work, exc: Exception) -> None:
    if work.payload.get("image_id"):
        snapshots.delete_image(work, str(work.payload["image_id"]))
    manager.gave_up(work, exc)


@task("shelve", gave_up=_gave_up)
def shelve(work: Work) -> None:
    """Keep the disk as an image, switch the guest off, and offload it if it shall not stay."""
    server, row = work.server, LIFECYCLE["shelve"]
    if server is None or not manager.is_under_way(server, row):
        snapshots.drop_unless_filled(work)
        return
    image_id, host = work.payload.get("image_id"), str(server.host)
    # Nova: a volume-backed server keeps no image, and goes at once.
    event = row.event if image_id else "compute_shelve_offload_instance"
    stays = bool(image_id) and shelving.offload_time() != 0
    with records.event(work.context, server, event, host) as step:
        work.take_time("shelve")
        driver = registry.driver(host)
        if image_id:
            snapshots.upload(
                work,
                server,
                "shelve",
                None,
                pending=TaskState.SHELVING_IMAGE_PENDING_UPLOAD,
                uploading=TaskState.SHELVING_IMAGE_UPLOADING,
            )
        if driver.power_state(server) != PowerState.NOSTATE:
            driver.power_off(server)
        gone: dict[str, Any] = {} if stays else _leave_host(work, server, host)
        notes = {
            "shelved_at": clock.now().isoformat(),
            "shelved_image_id": image_id,
            "shelved_host": host,
        }
        with transaction.atomic():
            if lifecycle.finish(
                server,
                "shelve",
                vm_state=VmState.SHELVED if stays else VmState.SHELVED_OFFLOADED,
                power_state=PowerState.SHUTDOWN,
                system_metadata={**server.system_metadata, **notes},
                **gone,
            ):
                step.succeed()
                if stays and shelving.offload_time() > 0:
                    _offload_later(work, server)
            work.complete()


def _offload_later(work: Work, server: Server) -> None:
    queue.enqueue(
        "offload in time",
        queue=queue.of_host(str(server.host)),
        context=contexts.elevated(work.context),
        server=server,
        not_before=clock.now() + timedelta(seconds=shelving.offload_time()),
    )


@task("offload in time")
def offload_in_time(work: Work) -> None:
    """The server has kept its host for long enough."""
    server = work.server
    if server is not None and server.vm_state == VmState.SHELVED and server.task_state is None:
        shelving.offload(work.context, server)


def _leave_host(work: Work, server: Server, host: str) -> dict[str, Any]:
    """Take the guest away and free its place; ports and volumes stay the server's."""
    registry.driver(host).destroy(server)
    rehosting.release_volumes(work.context, server)
    acting = contexts.owner_of(work.context, server.project_id, server.user_id)
    for each in server.interfaces:
        network().update_port(acting, each["port_id"], **{"binding:host_id": ""})
    claims.release(work.context, server.uuid)
    return {"host": None, "node": None, "launched_on": None, "availability_zone": None}


@task("shelveOffload", gave_up=manager.gave_up)
def offload(work: Work) -> None:
    """Give the host up that a shelved server still has."""
    server, row = work.server, LIFECYCLE["shelveOffload"]
    if server is None or not manager.is_under_way(server, row):
        return
    host = str(server.host)
    with records.event(work.context, server, row.event, host) as step:
        work.take_time("destroy")
        gone = _leave_host(work, server, host)
        with transaction.atomic():
            if lifecycle.finish(server, "shelveOffload", power_state=PowerState.SHUTDOWN, **gone):
                step.succeed()
            work.complete()


def _without_notes(server: Server) -> dict[str, Any]:
    return {key: value for key, value in server.system_metadata.items() if key not in _NOTES}


def _still_shelved(work: Work, exc: Exception) -> None:
    manager.end(work, exc, "unshelve")


@task("unshelve in place", gave_up=_still_shelved)
def unshelve_in_place(work: Work) -> None:
    """Switch on a server that still has its host."""
    server, row = work.server, LIFECYCLE["unshelve"]
    if server is None or not manager.is_under_way(server, row):
        return
    driver = registry.driver(str(server.host))
    image_id = server.system_metadata.get("shelved_image_id")
    # Nova: this is an ordinary start, and recorded as one.
    with records.event(work.context, server, "compute_start_instance", server.host) as step:
        work.take_time("power_on")
        driver.power_on(server)
        with transaction.atomic():
            if lifecycle.finish(
                server,
                "unshelve",
                power_state=driver.power_state(server),
                system_metadata=_without_notes(server),
            ):
                step.succeed()
            work.complete()
    if image_id:
        snapshots.delete_image(work, str(image_id))


def _offloaded_again(work: Work, exc: Exception) -> None:
    """The guest did not come up: the server is without a host, as it was."""
    server, row = work.server, LIFECYCLE["unshelve"]
    if server is None or not manager.is_under_way(server, row):
        return
    host = str(server.host)
    gone = _leave_host(work, server, host)
    step = records.Event(work.context, server, row.event, host)
    with transaction.atomic():
        step.fail(exc)
        if lifecycle.finish(
            server,
            "unshelve",
            vm_state=VmState.SHELVED_OFFLOADED,
            power_state=PowerState.SHUTDOWN,
            **gone,
        ):
            records.record_fault(server, exc, host=host)
        work.complete()


@task("unshelve on host", gave_up=_offloaded_again)
def unshelve(work: Work) -> None:
    """Make the guest from its image on the host that was chosen."""
    server, row = work.server, LIFECYCLE["unshelve"]
    if server is None or not manager.is_under_way(server, row):
        return
    host = str(server.host)
    image_id = server.system_metadata.get("shelved_image_id")
    driver = registry.driver(host)
    with records.event(work.context, server, row.event, host) as step:
        if work.duration("unshelve"):
            lifecycle.show_step(server, "unshelve", TaskState.SPAWNING)
        work.take_time("unshelve")
        # Volumes that were attached meanwhile have no names yet.
        storage.name_devices(server, storage.devices_of(server))
        shown = rehosting.follow(work.context, server, host)
        disks = building.disks_of(storage.devices_of(server))
        drive = config_drive.files(server, coming=shown)
        driver.spawn(server, Build(disks=disks, config_drive=drive))
        with transaction.atomic():
            if lifecycle.finish(
                server,
                "unshelve",
                power_state=driver.power_state(server),
                launched_at=clock.now(),
                launched_on=host,
                config_drive=config_drive.shown(server),
                system_metadata=_without_notes(server),
                **shown,
            ):
                step.succeed()
            work.complete()
    if image_id:
        snapshots.delete_image(work, str(image_id))
