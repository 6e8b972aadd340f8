"""Live migration on the hosts: prepared, running, over; ended at once, or stopped half-way."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from compute.agent import manager
from compute.domain import claims, lifecycle, records, rehosting, zones
from compute.domain.states import TaskState
from compute.domain.transitions import LIFECYCLE
from compute.models import Migration, Server, Task
from compute.virt import registry
from compute.virt.driver import StillMoving
from compute.work import clock, queue
from compute.work.errors import Later
from compute.work.registry import task
from compute.work.task import Work

NAME = "live-migration"
_GIB = 1 << 30
_MIB = 1024 * 1024
# How long a driver is left alone whose guest is still moving.
_A_WHILE = timedelta(seconds=1)
_WAITING = ("prepare live migration", "live migrate")


def _set_status(move: Migration, status: str, **more: Any) -> None:
    Migration.objects.filter(pk=move.pk).update(status=status, updated_at=clock.now(), **more)


def _migration(work: Work) -> Migration:
    return Migration.objects.get(pk=work.payload["migration"])


def _goes_on(work: Work, *statuses: str) -> bool:
    """Whether the server still moves, and nobody has stopped that."""
    server = work.server
    return (
        server is not None
        and manager.is_under_way(server, LIFECYCLE[NAME])
        and _migration(work).status in statuses
    )


def _forsake(work: Work) -> None:
    """End the record of a move that something else has overtaken."""
    server = work.server
    if not manager.is_under_way(server, LIFECYCLE[NAME]):
        claims.forsake(work.context, server, _migration(work))


def _gave_up(event: str) -> Any:
    """A move that broke off before the guest had left: it goes on where it is."""

    def give_up(work: Work, exc: Exception) -> None:
        server = work.server
        if server is None or not manager.is_under_way(server, LIFECYCLE[NAME]):
            return
        move = _migration(work)
        claims.take_back(work.context, server, move)
        step = records.Event(work.context, server, event, work.row.queue.partition(".")[2])
        with transaction.atomic():
            step.fail(exc)
            _set_status(move, "error")
            lifecycle.fail(server, NAME, exc, stays=True)
            work.complete()

    return give_up


@task("prepare live migration", gave_up=_gave_up("compute_pre_live_migration"))
def prepare(work: Work) -> None:
    """At the destination: both sides have been asked whether it can be done."""
    server = work.server
    if server is None or not _goes_on(work, "preparing"):
        _forsake(work)
        return
    move = _migration(work)
    with transaction.atomic():
        for event, host in (
            ("compute_check_can_live_migrate_destination", move.dest_compute),
            ("compute_check_can_live_migrate_source", move.source_compute),
        ):
            records.Event(work.context, server, event, host).succeed()
        # Nova: it is the source that has the destination prepare, once it has begun itself.
        records.Event(work.context, server, "compute_live_migration", move.source_compute).begin()
        records.Event(
            work.context, server, "compute_pre_live_migration", move.dest_compute
        ).succeed()
        _set_status(move, "running")
        queue.enqueue(
            "live migrate",
            queue=queue.of_host(str(move.source_compute)),
            context=work.context,
            server=server,
            payload=work.payload,
        )
        work.complete()


@task("live migrate", gave_up=_gave_up("compute_live_migration"))
def migrate(work: Work) -> None:
    """At the source: copy the guest's memory while it runs, and let the destination take over."""
    server = work.server
    if server is None or not _goes_on(work, "running"):
        _forsake(work)
        return
    move = _migration(work)
    source, destination = str(move.source_compute), str(move.dest_compute)
    with records.event(work.context, server, "compute_live_migration", source) as step:
        work.take_time("live_migration")
        try:
            registry.driver(source).live_migrate(server, registry.driver(destination))
        except StillMoving:
            _show_progress(server, move)
            raise Later(clock.now() + _A_WHILE) from None
        with transaction.atomic():
            step.succeed()
            _set_status(move, "post-migrating")
            queue.enqueue(
                "end live migration",
                queue=queue.of_host(destination),
                context=work.context,
                server=server,
                payload=work.payload,
            )
            work.complete()


def _show_progress(server: Server, move: Migration) -> None:
    """Half of what is left is copied each time, so that there is always something left.

    Nova: nothing is known before the hypervisor is asked how far it is, and never that it is none.
    """
    told: dict[str, int] = {}
    disks = 0 if server.is_volume_backed else server.root_gb + server.ephemeral_gb
    for what, total in (("memory", server.memory_mb * _MIB), ("disk", disks * _GIB)):
        if not total:
            continue
        left = max(1, (getattr(move, f"{what}_remaining") or total) // 2)
        told |= {f"{what}_total": total, f"{what}_remaining": left}
        told[f"{what}_processed"] = total - left
    Migration.objects.filter(pk=move.pk, status="running").update(updated_at=clock.now(), **told)


def _gave_up_there(work: Work, exc: Exception) -> None:
    """The guest has moved, but not all that belongs to it: somebody has to look."""
    server = work.server
    if server is None or not manager.is_under_way(server, LIFECYCLE[NAME]):
        return
    move = _migration(work)
    event = "compute_post_live_migration_at_destination"
    with transaction.atomic():
        records.Event(work.context, server, event, move.dest_compute).fail(exc)
        _set_status(move, "error")
        Server.objects.filter(pk=server.pk).update(host=move.dest_compute, node=move.dest_node)
        lifecycle.finish(server, NAME, vm_state="error")
        records.record_fault(server, exc, host=move.dest_compute)
        work.complete()


@task("end live migration", gave_up=_gave_up_there)
def end(work: Work) -> None:
    """At the destination: ports and volumes follow the guest, and this is its host."""
    server = work.server
    if server is None or not _goes_on(work, "post-migrating"):
        return
    move = _migration(work)
    host = str(move.dest_compute)
    event = "compute_post_live_migration_at_destination"
    with records.event(work.context, server, event, host) as step:
        shown = rehosting.follow(work.context, server, host)
        claims.let_go(work.context, move)
        with transaction.atomic():
            if lifecycle.finish(
                server,
                NAME,
                host=host,
                node=move.dest_node,
                availability_zone=zones.of_host(host),
                power_state=registry.driver(host).power_state(server),
                **shown,
            ):
                step.succeed()
            _set_status(move, "completed")
            work.complete()


@task("live_migration_force_complete", gave_up=manager.gave_up)
def force_complete(work: Work) -> None:
    """Copy what is left at once: what waits for its time waits no longer."""
    server, row = work.server, LIFECYCLE["live_migration_force_complete"]
    if server is None or server.task_state != TaskState.MIGRATING:
        return
    registry.driver(str(server.host)).force_live_migration(server)
    with transaction.atomic():
        queue.hurry(server.uuid, _WAITING)
        records.Event(work.context, server, row.event, server.host).succeed()
        work.complete()


@task("live_migration_cancel", gave_up=manager.gave_up)
def cancel(work: Work) -> None:
    """Stop the copying; the guest goes on at the source, and the place elsewhere is free again."""
    server, row = work.server, LIFECYCLE["live_migration_cancel"]
    if server is None or not _goes_on(work, "running", "preparing", "queued"):
        return
    move = _migration(work)
    claims.take_back(work.context, server, move)
    with transaction.atomic():
        Task.objects.filter(server_uuid=server.uuid, kind__in=_WAITING, state="queued").delete()
        _set_status(move, "cancelled")
        lifecycle.finish(server, NAME)
        records.Event(work.context, server, row.event, server.host).succeed()
        work.complete()
