"""Live migration: find a host that takes the running guest."""

from django.db import transaction

from compute.agent import manager
from compute.domain import claims, lifecycle, moving, records, services
from compute.domain.errors import ComputeError
from compute.domain.moving import EVENT_AT_ONCE
from compute.domain.transitions import LIFECYCLE
from compute.models import Migration, Server
from compute.scheduler import destinations
from compute.scheduler.manager import Selection
from compute.work import clock, queue
from compute.work.registry import task
from compute.work.task import Work

# Nova: the step is called otherwise since the caller is not kept waiting for it.
EVENT = "conductor_live_migrate_instance"


def _name(work: Work) -> str:
    return EVENT_AT_ONCE if work.payload.get("at_once") else EVENT


def _gave_up(work: Work, exc: Exception) -> None:
    if work.server is not None:
        _stay(work, work.server, exc)


@task("live-migration", gave_up=_gave_up)
def migrate(work: Work) -> None:
    """Claim a place at the destination, and queue the move."""
    server = work.server
    if server is None or not manager.is_under_way(server, LIFECYCLE["live-migration"]):
        return
    move = _migration(work, server)
    try:
        chosen = _destination(work, server, move)
    except ComputeError as exc:
        _stay(work, server, exc)
        return
    with transaction.atomic():
        records.Event(work.context, server, _name(work), services.CONTROLLER).succeed()
        Migration.objects.filter(pk=move.pk).update(
            status="preparing",
            dest_compute=chosen.host,
            dest_node=chosen.node,
            source_node=server.node,
            updated_at=clock.now(),
        )
        queue.enqueue(
            "prepare live migration",
            queue=queue.of_host(chosen.host),
            context=work.context,
            server=server,
            payload={**work.payload, "migration": move.pk},
        )
        work.complete()


def _migration(work: Work, server: Server) -> Migration:
    """The record of the move; a second attempt goes on with that of the first."""
    known = Migration.objects.filter(pk=work.row.progress.get("migration")).first()
    if known is not None:
        return known
    with transaction.atomic():
        host, forced = work.payload.get("host"), bool(work.payload.get("is_forced"))
        made = moving.begin_live(work.context, server, host, is_forced=forced)
        work.note(migration=made.pk)
    return made


def _destination(work: Work, server: Server, move: Migration) -> Selection:
    return destinations.choose(
        work.context,
        server,
        work.payload.get("host"),
        is_forced=bool(work.payload.get("is_forced")),
        claim=lambda one: claims.move(work.context, server, move, dict(one.allocations)),
    )


def _stay(work: Work, server: Server, exc: Exception) -> None:
    """Nobody can take the guest: it goes on where it is."""
    move = Migration.objects.filter(pk=work.row.progress.get("migration")).first()
    if move is not None:
        claims.take_back(work.context, server, move)
    with transaction.atomic():
        if move is not None:
            Migration.objects.filter(pk=move.pk).update(status="error", updated_at=clock.now())
        moving.refused(work.context, server, _name(work), exc, host=work.payload.get("host"))
        lifecycle.fail(server, "live-migration", exc, stays=True)
        work.complete()
