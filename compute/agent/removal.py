"""The end of servers: on their host, after it, and when their time has come."""

import logging

from django.db import transaction

from compute.agent import manager, snapshots
from compute.domain import claims, deleting, lifecycle, networking, records, storage
from compute.domain import context as contexts
from compute.domain.states import DELETING_STATES, VmState
from compute.domain.transitions import LIFECYCLE
from compute.models import Migration, Server
from compute.virt import registry
from compute.work import clock
from compute.work.registry import task
from compute.work.task import Work

log = logging.getLogger(__name__)

ROW = LIFECYCLE["delete"]
# Migrations that have come to no end yet.
_OPEN = (
    "accepted",
    "queued",
    "preparing",
    "running",
    "pre-migrating",
    "migrating",
    "post-migrating",
    "finished",
    "confirming",
    "reverting",
)

# Those of resizes that came through, and nobody has said yet whether they stay.
_UNCONFIRMED = ("finished", "confirming")
_EVACUATED = "done"


def _gave_up(work: Work, exc: Exception) -> None:
    server = work.server
    if server is None or server.task_state not in DELETING_STATES:
        return
    step = records.Event(work.context, server, ROW.event, server.host)
    with transaction.atomic():
        step.fail(exc)
        lifecycle.fail(server, "delete", exc)
        work.complete()


@task("delete", gave_up=_gave_up)
def delete(work: Work) -> None:
    """Take the guest away, free what the server held, and mark the row."""
    server = work.server
    if server is None:
        return
    with records.event(work.context, server, ROW.event, server.host) as step:
        work.take_time("destroy")
        if server.host:
            registry.driver(server.host).destroy(server)
        _free(work, server)
        with transaction.atomic():
            deleting.forget_devices(server)
            if deleting.mark_deleted(server):
                step.succeed()
            work.complete()


@task("clean up", attempts=20)
def clean_up(work: Work) -> None:
    """Free what a server held that was deleted without its host."""
    server = Server.objects.filter(uuid=work.row.server_uuid).first()
    if server is None:
        return
    _free(work, server)
    with transaction.atomic():
        deleting.forget_devices(server)
        work.complete()


@task("reap", attempts=20)
def reap(work: Work) -> None:
    """Take away the guest of a server that was deleted while its host was down."""
    server = Server.objects.filter(uuid=work.row.server_uuid).first()
    host = work.row.queue.partition(".")[2]
    if server is not None and host:
        registry.driver(host).destroy(server)


@task("soft delete", gave_up=manager.gave_up)
def soft_delete(work: Work) -> None:
    """Switch a server off and keep it until it is reclaimed or restored."""
    server, row = work.server, LIFECYCLE["soft delete"]
    if server is None or not manager.is_under_way(server, row):
        return
    with records.event(work.context, server, row.event, server.host) as step:
        work.take_time(row.driver or row.name)
        driver = registry.driver(str(server.host))
        # Nova: a resize is confirmed before its server is deleted, even if it may come back.
        for move in Migration.objects.filter(server_id=server.pk, status__in=_UNCONFIRMED):
            _end_move(work, server, move)
        driver.power_off(server)
        power = driver.power_state(server)
        with transaction.atomic():
            if lifecycle.finish(
                server, row.name, power_state=power, old_flavor=None, previous_vm_state=None
            ):
                step.succeed()
                deleting.reclaim_later(work.context, server)
            work.complete()


@task("reclaim")
def reclaim(work: Work) -> None:
    """Delete for good what was softly deleted long ago."""
    server = work.server
    if server is None or server.vm_state != VmState.SOFT_DELETED or not server.deleted_at:
        return
    if server.task_state is None:
        deleting.force_delete(contexts.elevated(work.context), server)


def _free(work: Work, server: Server) -> None:
    """Give back everything that others keep for the server; each step may be repeated."""
    networking.deallocate(work.context, server)
    storage.release(work.context, server)
    image_id = server.system_metadata.get("shelved_image_id")
    if image_id:
        snapshots.delete_image(work, str(image_id))
    _end_moves(work, server)
    claims.release(work.context, server.uuid)


def _end_moves(work: Work, server: Server) -> None:
    """A move that was not confirmed has a guest and a claim at its other end, too.

    One that broke off may have left a guest behind.
    """
    ends = (*_OPEN, "error", _EVACUATED)
    for move in Migration.objects.filter(server_id=server.pk, status__in=ends):
        if move.status == _EVACUATED:
            # The lost host takes the guest away when it is back.
            claims.release(work.context, move.uuid)
            continue
        _end_move(work, server, move)


def _end_move(work: Work, server: Server, move: Migration) -> None:
    for host in {move.source_compute, move.dest_compute} - {server.host, None}:
        registry.driver(str(host)).destroy(server)
    if move.status == "error":
        return
    claims.release(work.context, move.uuid)
    # Nova: a resize is confirmed by deleting its server.
    done = "confirmed" if move.status in _UNCONFIRMED else "error"
    Migration.objects.filter(pk=move.pk).update(status=done, updated_at=clock.now())
