"""Resize and cold migration on the hosts: prepared, sent, finished; confirmed or reverted."""

from typing import Any

from django.db import transaction

from compute.agent import build as building
from compute.agent import in_time, manager
from compute.domain import (
    claims,
    config_drive,
    lifecycle,
    records,
    rehosting,
    resizing,
    storage,
    zones,
)
from compute.domain.states import TaskState, VmState
from compute.domain.transitions import LIFECYCLE
from compute.models import Migration, Server
from compute.virt import registry
from compute.virt.driver import Build
from compute.work import clock, queue
from compute.work.registry import task
from compute.work.task import Work


def _set_status(migration: Migration, status: str, **more: Any) -> None:
    Migration.objects.filter(pk=migration.pk).update(status=status, updated_at=clock.now(), **more)


def _migration(work: Work) -> Migration:
    return Migration.objects.get(pk=work.payload["migration"])


def _is_moving(work: Work) -> bool:
    row = LIFECYCLE[work.payload["transition"]]
    return work.server is not None and manager.is_under_way(work.server, row)


def _goes_elsewhere(migration: Migration) -> bool:
    return migration.source_compute != migration.dest_compute


def _hand_over(work: Work, server: Server, kind: str, host: str | None) -> None:
    queue.enqueue(
        kind,
        queue=queue.of_host(str(host)),
        context=work.context,
        server=server,
        payload=work.payload,
    )


def _gave_up(event: str) -> Any:
    """A move that broke off: the server is where it is, in ERROR, and the migration says so."""

    def give_up(work: Work, exc: Exception) -> None:
        if not _is_moving(work):
            return
        server, migration = work.server, _migration(work)
        assert server is not None
        if server.host == migration.source_compute and not server.old_flavor:
            claims.take_back(work.context, server, migration)
        elif server.host == migration.dest_compute:
            # Nova: whoever mends the server does so here, so this is the place that it keeps.
            claims.let_go(work.context, migration)
        step = records.Event(work.context, server, event, work.row.queue.partition(".")[2])
        with transaction.atomic():
            step.fail(exc)
            _set_status(migration, "error")
            lifecycle.fail(server, work.payload["transition"], exc)
            work.complete()

    return give_up


@task("prepare resize", gave_up=_gave_up("compute_prep_resize"))
def prepare(work: Work) -> None:
    """At the destination: the place is claimed; tell the source to send the guest."""
    server = work.server
    if server is None or not _is_moving(work):
        claims.forsake(work.context, server, _migration(work))
        return
    migration = _migration(work)
    step = records.Event(work.context, server, "compute_prep_resize", migration.dest_compute)
    with transaction.atomic():
        step.succeed()
        Server.objects.filter(pk=server.pk).update(previous_vm_state=server.vm_state)
        _hand_over(work, server, "send resize", migration.source_compute)
        work.complete()


@task("send resize", gave_up=_gave_up("compute_resize_instance"))
def send(work: Work) -> None:
    """At the source: stop the guest, send its disks, and hand the server over."""
    server = work.server
    if server is None or not _is_moving(work):
        claims.forsake(work.context, server, _migration(work))
        return
    migration, name = _migration(work), work.payload["transition"]
    source = str(migration.source_compute)
    with records.event(work.context, server, "compute_resize_instance", source) as step:
        if work.duration("resize"):
            lifecycle.show_step(server, name, TaskState.RESIZE_MIGRATING)
            _set_status(migration, "migrating")
        work.take_time("resize")
        registry.driver(source).migrate_off(server, str(migration.dest_compute))
        with transaction.atomic():
            if lifecycle.show_step(
                server,
                name,
                TaskState.RESIZE_MIGRATED,
                host=migration.dest_compute,
                node=migration.dest_node,
                availability_zone=zones.of_host(str(migration.dest_compute)),
            ):
                step.succeed()
                _set_status(migration, "post-migrating")
                _hand_over(work, server, "finish resize", migration.dest_compute)
            work.complete()


@task("finish resize", gave_up=_gave_up("compute_finish_resize"))
def finish(work: Work) -> None:
    """At the destination: the guest comes up in its new size, and waits for its user's word."""
    server = work.server
    if server is None or not _is_moving(work):
        claims.forsake(work.context, server, _migration(work))
        return
    migration, name = _migration(work), work.payload["transition"]
    host = str(migration.dest_compute)
    with records.event(work.context, server, "compute_finish_resize", host) as step:
        if server.old_flavor is None:
            flavor = work.payload.get("flavor") or {}
            with transaction.atomic():
                storage.resize_swap(server, server.swap_mb, flavor.get("swap_mb", server.swap_mb))
                lifecycle.show_step(
                    server,
                    name,
                    TaskState.RESIZE_FINISH,
                    old_flavor=resizing.flavor_of(server),
                    **flavor,
                )
        work.take_time("finish_resize")
        shown = rehosting.follow(work.context, server, host) if _goes_elsewhere(migration) else {}
        driver = registry.driver(host)
        build = Build(
            disks=building.disks_of(storage.devices_of(server)),
            config_drive=config_drive.files(server, coming=shown),
            power_on=server.previous_vm_state != VmState.STOPPED,
        )
        driver.finish_migration(server, build)
        with transaction.atomic():
            if lifecycle.finish(
                server,
                name,
                power_state=driver.power_state(server),
                launched_at=clock.now(),
                launched_on=host,
                **shown,
            ):
                step.succeed()
                _set_status(migration, "finished")
                in_time.confirm_later(server, migration)
            work.complete()


def _gave_up_leaving(work: Work, exc: Exception) -> None:
    migration = _migration(work)
    with transaction.atomic():
        _set_status(migration, "error")
        manager.gave_up(work, exc)


@task("confirmResize", gave_up=_gave_up_leaving)
def confirm(work: Work) -> None:
    """At the source: take the guest that stayed behind away, and free its place."""
    server, row = work.server, LIFECYCLE["confirmResize"]
    if server is None or not manager.is_under_way(server, row):
        return
    migration = _migration(work)
    source = str(migration.source_compute)
    with records.event(work.context, server, row.event, source) as step:
        work.take_time("confirm_resize")
        if _goes_elsewhere(migration):
            registry.driver(source).destroy(server)
        claims.let_go(work.context, migration)
        power = registry.driver(str(server.host)).power_state(server)
        with transaction.atomic():
            if lifecycle.finish(
                server,
                "confirmResize",
                vm_state=_state_before(server),
                power_state=power,
                old_flavor=None,
                previous_vm_state=None,
            ):
                step.succeed()
            _set_status(migration, "confirmed")
            work.complete()


def _state_before(server: Server) -> VmState:
    return VmState.STOPPED if server.previous_vm_state == VmState.STOPPED else VmState.ACTIVE


@task("revertResize", gave_up=_gave_up_leaving)
def revert(work: Work) -> None:
    """At the destination: take the guest away, and send the server back to where it was."""
    server, row = work.server, LIFECYCLE["revertResize"]
    if server is None or not manager.is_under_way(server, row):
        return
    migration = _migration(work)
    host = str(migration.dest_compute)
    with records.event(work.context, server, row.event, host) as step:
        work.take_time("revert_resize")
        if _goes_elsewhere(migration):
            registry.driver(host).destroy(server)
        claims.take_back(work.context, server, migration)
        before = server.old_flavor or {}
        with transaction.atomic():
            storage.resize_swap(server, server.swap_mb, before.get("swap_mb", server.swap_mb))
            if lifecycle.show_step(
                server,
                "revertResize",
                TaskState.RESIZE_REVERTING,
                host=migration.source_compute,
                node=migration.source_node,
                old_flavor=None,
                **before,
            ):
                step.succeed()
                _hand_over(work, server, "finish revert", migration.source_compute)
            work.complete()


def _gave_up_returning(work: Work, exc: Exception) -> None:
    server, migration = work.server, _migration(work)
    if server is None or not manager.is_under_way(server, LIFECYCLE["revertResize"]):
        return
    step = records.Event(work.context, server, "compute_finish_revert_resize", server.host)
    with transaction.atomic():
        step.fail(exc)
        _set_status(migration, "error")
        lifecycle.fail(server, "revertResize", exc)
        work.complete()


@task("finish revert", gave_up=_gave_up_returning)
def finish_revert(work: Work) -> None:
    """At the source: the guest that stayed here comes up again."""
    server = work.server
    if server is None or not manager.is_under_way(server, LIFECYCLE["revertResize"]):
        return
    migration = _migration(work)
    host = str(migration.source_compute)
    with records.event(work.context, server, "compute_finish_revert_resize", host) as step:
        shown = rehosting.follow(work.context, server, host) if _goes_elsewhere(migration) else {}
        driver = registry.driver(host)
        before = _state_before(server)
        driver.finish_revert(server, power_on=before == VmState.ACTIVE)
        with transaction.atomic():
            if lifecycle.finish(
                server,
                "revertResize",
                vm_state=before,
                power_state=driver.power_state(server),
                launched_at=clock.now(),
                launched_on=host,
                previous_vm_state=None,
                **shown,
            ):
                if before == VmState.STOPPED:
                    # Nova: it is stopped once more when it is back.
                    records.Event(work.context, server, LIFECYCLE["stop"].event, host).succeed()
                step.succeed()
                _set_status(migration, "reverted")
            work.complete()
