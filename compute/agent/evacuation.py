"""Evacuation on the new host: the guest is built again from its image or its volumes."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from compute.agent import build as building
from compute.agent import manager
from compute.domain import claims, config_drive, groups, lifecycle, records, rehosting, storage
from compute.domain import context as contexts
from compute.domain.errors import ComputeError
from compute.domain.states import TaskState, VmState
from compute.domain.transitions import LIFECYCLE
from compute.models import Migration, Server
from compute.virt import registry
from compute.virt.driver import Build
from compute.work import clock, queue
from compute.work.errors import Later
from compute.work.registry import task
from compute.work.task import Work

ROW = LIFECYCLE["evacuate"]
_A_WHILE = timedelta(seconds=1)


class NotShared(ComputeError):
    message = "Invalid state of instance files on shared storage"


def _gave_up(work: Work, exc: Exception) -> None:
    server = work.server
    if server is None or not manager.is_under_way(server, ROW):
        return
    move = Migration.objects.get(pk=work.payload["migration"])
    registry.driver(str(move.dest_compute)).destroy(server)
    claims.undouble(work.context, server, move)
    step = records.Event(work.context, server, ROW.event, move.dest_compute)
    with transaction.atomic():
        step.fail(exc)
        Migration.objects.filter(pk=move.pk).update(status="failed", updated_at=clock.now())
        lifecycle.fail(server, "evacuate", exc)
        work.complete()


@task("evacuate on host", gave_up=_gave_up)
def evacuate(work: Work) -> None:
    """Build the guest here, and call this its host."""
    server = work.server
    if server is None or not manager.is_under_way(server, ROW):
        return
    move = Migration.objects.get(pk=work.payload["migration"])
    host, stops = str(move.dest_compute), bool(work.payload.get("stops"))
    driver = registry.driver(host)
    with records.event(work.context, server, ROW.event, host) as step:
        if work.duration("rebuild"):
            lifecycle.show_step(server, "evacuate", TaskState.REBUILD_SPAWNING)
        work.take_time("rebuild")
        groups.check_policy(work.context, server, host)
        if work.payload.get("is_shared"):
            raise NotShared
        shown = rehosting.follow(work.context, server, host)
        driver.spawn(
            server,
            Build(
                disks=building.disks_of(storage.devices_of(server)),
                admin_password=work.payload.get("admin_password"),
                config_drive=config_drive.files(
                    server, coming=shown, admin_password=work.payload.get("admin_password")
                ),
                power_on=not stops,
            ),
        )
        with transaction.atomic():
            if lifecycle.finish(
                server,
                "evacuate",
                vm_state=VmState.STOPPED if stops else VmState.ACTIVE,
                power_state=driver.power_state(server),
                host=host,
                node=move.dest_node,
                launched_on=host,
                launched_at=clock.now(),
                **shown,
            ):
                if stops:
                    # Nova: it is stopped once more when it has been made anew.
                    records.Event(work.context, server, LIFECYCLE["stop"].event, host).succeed()
                step.succeed()
                Migration.objects.filter(pk=move.pk).update(status="done", updated_at=clock.now())
            work.complete()


def clear_hosts(hosts: Sequence[str]) -> None:
    """Have these hosts, which are back, forget the servers that were evacuated from them."""
    moves = Migration.objects.filter(
        source_compute__in=hosts, migration_type="evacuation", status="done"
    ).select_related("server")
    for move in moves:
        server = move.server
        queue.enqueue(
            "clear evacuated",
            queue=queue.of_host(str(move.source_compute)),
            context=contexts.owner_of(contexts.cloud(), server.project_id, server.user_id),
            server=server,
            payload={"migration": move.pk},
        )


@task("clear evacuated", attempts=20)
def clear(work: Work) -> None:
    """The lost host is back: take away the guest that it still has, and free its place."""
    server = Server.objects.filter(uuid=work.row.server_uuid).first()
    move = Migration.objects.get(pk=work.payload["migration"])
    if server is None:
        claims.let_go(work.context, move)
    else:
        with transaction.atomic():
            server = Server.objects.select_for_update().get(pk=server.pk)
            if server.task_state is not None and not server.deleted:
                # It may be on its way back here: what it holds of this host could be new.
                raise Later(clock.now() + _A_WHILE)
            if server.host != move.source_compute:
                registry.driver(str(move.source_compute)).destroy(server)
            claims.leave(work.context, server, move)
    with transaction.atomic():
        Migration.objects.filter(pk=move.pk, status="done").update(
            status="completed", updated_at=clock.now()
        )
        work.complete()
