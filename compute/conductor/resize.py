"""Resize and cold migration: find a host, and let the claims move there."""

from typing import Any

from django.db import transaction

from compute.agent import manager
from compute.domain import claims, lifecycle, records, resizing, services, storage
from compute.domain import context as contexts
from compute.domain.errors import NoValidHost
from compute.domain.transitions import LIFECYCLE
from compute.models import Flavor, Host, Migration, Server
from compute.scheduler import manager as scheduler
from compute.scheduler import request as requests
from compute.scheduler.manager import Selection
from compute.work import clock, queue
from compute.work.registry import task
from compute.work.task import Work

# Nova records two steps of the conductor, one inside the other.
EVENTS = ("conductor_migrate_server", "cold_migrate")


def _gave_up(work: Work, exc: Exception) -> None:
    if work.server is not None:
        _stay(work, work.server, exc, exc)


@task("resize", gave_up=_gave_up)
@task("migrate", gave_up=_gave_up)
def move(work: Work) -> None:
    """Find a host with room for the flavor, and queue the move there."""
    server = work.server
    if server is None or not manager.is_under_way(server, LIFECYCLE[work.row.kind]):
        _forget(work)
        return
    steps = [records.Event(work.context, server, name, services.CONTROLLER) for name in EVENTS]
    migration = _migration(work, server)
    flavor = work.payload.get("flavor") or resizing.flavor_of(server)
    try:
        chosen, alternates = scheduler.select(
            work.context,
            _spec(work, server, flavor),
            claim=lambda one: claims.move(work.context, server, migration, dict(one.allocations)),
        )
    except NoValidHost as exc:
        what = "resize" if work.row.kind == "resize" else "cold migrate"
        shown = NoValidHost(reason=f"No valid host found for {what}")
        _stay(work, server, exc, shown)
        return
    with transaction.atomic():
        for step in steps:
            step.succeed()
        _hand_over(work, server, migration, chosen, alternates)
        work.complete()


def _spec(work: Work, server: Server, flavor: dict[str, Any]) -> requests.Request:
    return requests.of_server(
        work.context,
        server,
        flavor_name=flavor["flavor_name"],
        vcpus=flavor["vcpus"],
        memory_mb=flavor["memory_mb"],
        root_gb=flavor["root_gb"],
        ephemeral_gb=flavor["ephemeral_gb"],
        swap_mb=flavor["swap_mb"],
        extra_specs=flavor["flavor_extra_specs"],
        requested_host=work.payload.get("requested_host"),
        ignored_hosts=frozenset(work.payload.get("ignored_hosts") or ()),
        is_volume_backed=storage.boots_from_volume(server),
    )


def _migration(work: Work, server: Server) -> Migration:
    """The record of the move; a second attempt goes on with that of the first."""
    known = Migration.objects.filter(pk=work.row.progress.get("migration")).first()
    if known is not None:
        return known
    flavors = Flavor.objects.filter(flavor_id=server.flavor_id).values_list("pk", flat=True)
    old = flavors.first()
    with transaction.atomic():
        made = Migration.objects.create(
            server=server,
            migration_type="resize" if work.row.kind == "resize" else "migration",
            status="pre-migrating",
            source_compute=server.host,
            source_node=server.node,
            old_flavor_id=old,
            new_flavor_id=work.payload.get("flavor_key") or old,
            new_flavor=work.payload.get("flavor"),
            user_id=work.context.user_id,
            project_id=work.context.project_id,
        )
        work.note(migration=made.pk)
    return made


def _hand_over(
    work: Work,
    server: Server,
    migration: Migration,
    chosen: Selection,
    alternates: list[Selection],
) -> None:
    host_ip = Host.objects.filter(host=chosen.host).values_list("host_ip", flat=True).first()
    Migration.objects.filter(pk=migration.pk).update(
        dest_compute=chosen.host,
        dest_node=chosen.node,
        dest_host=host_ip,
        updated_at=clock.now(),
    )
    queue.enqueue(
        "prepare resize",
        queue=queue.of_host(chosen.host),
        context=work.context,
        server=server,
        payload={
            **work.payload,
            "transition": work.row.kind,
            "migration": migration.pk,
        },
    )


def _stay(work: Work, server: Server, exc: Exception, shown: Exception) -> None:
    """Nobody can take the server: it stays what and where it is, and the fault is kept."""
    migration = Migration.objects.filter(pk=work.row.progress.get("migration")).first()
    if migration is not None:
        claims.take_back(work.context, server, migration)
    with transaction.atomic():
        if migration is not None:
            Migration.objects.filter(pk=migration.pk).update(status="error", updated_at=clock.now())
        for name in EVENTS:
            records.Event(work.context, server, name, services.CONTROLLER).fail(shown)
        lifecycle.fail(server, work.row.kind, exc, stays=True)
        work.complete()


def _forget(work: Work) -> None:
    """Give back what was claimed for a server that has been deleted meanwhile."""
    migration = Migration.objects.filter(pk=work.row.progress.get("migration")).first()
    if migration is not None:
        claims.let_go(contexts.elevated(work.context), migration)
        Migration.objects.filter(pk=migration.pk).update(status="error", updated_at=clock.now())
