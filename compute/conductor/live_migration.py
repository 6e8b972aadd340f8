"""Live migration: find a host that takes the running guest."""

from typing import Any

from django.db import transaction

from compute.agent import manager
from compute.domain import claims, lifecycle, moving, records, services, storage
from compute.domain.errors import ComputeError, NoValidHost
from compute.domain.moving import EVENT_AT_ONCE, HostUnavailable, UnableToMigrateToSelf
from compute.domain.transitions import LIFECYCLE
from compute.models import Migration, Server
from compute.scheduler import manager as scheduler
from compute.scheduler import request as requests
from compute.scheduler.manager import Selection
from compute.work import clock, queue
from compute.work.registry import task
from compute.work.task import Work

# Nova: the step is called otherwise since the caller is not kept waiting for it.
EVENT = "conductor_live_migrate_instance"


class PreCheckFailed(ComputeError):
    message = "Migration pre-check error: {reason}"


def _event(work: Work, server: Server) -> records.Event:
    name = EVENT_AT_ONCE if work.payload.get("at_once") else EVENT
    return records.Event(work.context, server, name, services.CONTROLLER)


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
    except (NoValidHost, HostUnavailable, UnableToMigrateToSelf, PreCheckFailed) as exc:
        _stay(work, server, exc)
        return
    with transaction.atomic():
        _event(work, server).succeed()
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
    host, forced = work.payload.get("host"), work.payload.get("is_forced")
    if not services.host_is_up(server.host):
        raise HostUnavailable(host=server.host)
    where: dict[str, Any] = {}
    if host and forced:
        if host == server.host:
            raise UnableToMigrateToSelf(server_id=server.uuid, host=host)
        if not services.host_is_up(host):
            raise HostUnavailable(host=host)
        where = {"forced_host": host}
    elif host:
        where = {"requested_host": host}
    spec = requests.of_server(
        server,
        ignored_hosts=frozenset({str(server.host)}),
        is_volume_backed=storage.boots_from_volume(server),
        **where,
    )
    if any(need.alias and not need.can_migrate for need in spec.wanted.needs):
        raise PreCheckFailed(
            reason="This request does not explicitly request live-migratable devices."
        )
    chosen, _ = scheduler.select(
        work.context,
        spec,
        claim=lambda one: claims.move(work.context, server, move, dict(one.allocations)),
    )
    return chosen


def _stay(work: Work, server: Server, exc: Exception) -> None:
    """Nobody can take the guest: it goes on where it is."""
    move = Migration.objects.filter(pk=work.row.progress.get("migration")).first()
    if move is not None:
        claims.take_back(work.context, server, move)
    with transaction.atomic():
        if move is not None:
            Migration.objects.filter(pk=move.pk).update(status="error", updated_at=clock.now())
        _event(work, server).fail(exc)
        lifecycle.fail(server, "live-migration", exc, stays=True)
        work.complete()
