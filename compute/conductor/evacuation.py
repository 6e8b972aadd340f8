"""Evacuation: find a host for a server whose own has failed, and let it be built there."""

from typing import Any

from django.db import transaction

from compute.agent import manager
from compute.domain import claims, lifecycle, records, services, storage, zones
from compute.domain.errors import NoValidHost
from compute.domain.states import TaskState
from compute.domain.transitions import LIFECYCLE
from compute.models import Host, Migration, Server
from compute.scheduler import manager as scheduler
from compute.scheduler import request as requests
from compute.scheduler.manager import Selection
from compute.virt import registry
from compute.work import clock, queue
from compute.work.registry import task
from compute.work.task import Work

EVENT = "rebuild_server"


def _gave_up(work: Work, exc: Exception) -> None:
    if work.server is not None:
        _fail(work, work.server, exc)


@task("evacuate", gave_up=_gave_up)
def evacuate(work: Work) -> None:
    """Claim a place elsewhere; the lost host's stays claimed until it is back."""
    server = work.server
    if server is None or not manager.is_under_way(server, LIFECYCLE["evacuate"]):
        return
    move = Migration.objects.get(pk=work.payload["migration"])
    for destination in claims.forsake_all(work.context, server, but=move):
        # A live migration may have brought the guest there before its host was given up.
        registry.driver(destination).destroy(server)
    host = work.payload.get("host")
    where: dict[str, Any] = {}
    if host:
        where = {"forced_host" if work.payload.get("is_forced") else "requested_host": host}
    spec = requests.of_server(
        work.context,
        server,
        ignored_hosts=frozenset({str(move.source_compute)}),
        is_volume_backed=storage.boots_from_volume(server),
        **where,
    )

    def claim(one: Selection) -> None:
        claims.double(work.context, server, move, dict(one.allocations))

    try:
        if spec.forced_host:
            chosen = scheduler.force(work.context, spec, claim=claim)
        else:
            chosen, _ = scheduler.select(work.context, spec, claim=claim)
    except NoValidHost as exc:
        _fail(work, server, exc)
        return
    host_ip = Host.objects.filter(host=chosen.host).values_list("host_ip", flat=True).first()
    with transaction.atomic():
        records.Event(work.context, server, EVENT, services.CONTROLLER).succeed()
        Migration.objects.filter(pk=move.pk).update(
            status="pre-migrating",
            dest_compute=chosen.host,
            dest_node=chosen.node,
            dest_host=host_ip,
            updated_at=clock.now(),
        )
        lifecycle.show_step(
            server,
            "evacuate",
            TaskState.REBUILDING,
            availability_zone=zones.of_host(chosen.host),
        )
        queue.enqueue(
            "evacuate on host",
            queue=queue.of_host(chosen.host),
            context=work.context,
            server=server,
            payload=work.payload,
        )
        work.complete()


def _fail(work: Work, server: Server, exc: Exception) -> None:
    move = Migration.objects.get(pk=work.payload["migration"])
    claims.undouble(work.context, server, move)
    with transaction.atomic():
        Migration.objects.filter(pk=move.pk).update(status="error", updated_at=clock.now())
        records.Event(work.context, server, EVENT, services.CONTROLLER).fail(exc)
        # Nova: of a host that was forced nothing is known before it has been asked.
        lifecycle.fail(server, "evacuate", exc, stays=bool(work.payload.get("is_forced")))
        work.complete()
