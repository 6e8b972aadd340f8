"""What a server that moves holds of its hosts: each place exactly once, under its own name.

While a move is open the migration holds the place that the server came from, and the server that
which it goes to.  An evacuated server holds both, until the host that was lost has forgotten it.
"""

from collections.abc import Iterable
from typing import Any

from compute.clients.placement import placement
from compute.domain import context as contexts
from compute.domain.hardware import holding
from compute.models import Host, Migration, Server
from compute.work import clock
from middleware.context import RequestContext

Allocations = dict[str, Any]
# Statuses of moves of which nobody has said yet how they end.
UNDER_WAY = (
    "accepted",
    "queued",
    "preparing",
    "running",
    "pre-migrating",
    "migrating",
    "post-migrating",
)


def _consumer(server: Server, allocations: Allocations, generation: int | None) -> dict[str, Any]:
    return {
        "allocations": {
            provider: {"resources": held["resources"]} for provider, held in allocations.items()
        },
        "project_id": server.project_id,
        "user_id": server.user_id,
        "consumer_generation": generation,
    }


def move(
    context: RequestContext, server: Server, migration: Migration, wanted: Allocations
) -> None:
    """Let the migration hold what the server held, and the server what it wants."""
    cloud = contexts.elevated(context)
    held = placement().get_allocations(cloud, server.uuid)
    if placement().get_allocations(cloud, migration.uuid)["allocations"]:
        # An earlier attempt came that far: only the destination may be another one by now.
        body = {}
    else:
        body = {migration.uuid: _consumer(server, held["allocations"], None)}
    holding.keep(server.uuid, migration.uuid, str(migration.source_compute))
    generation = held.get("consumer_generation")
    body[server.uuid] = _consumer(server, wanted, generation)
    placement().post_allocations(cloud, body)


def take_back(context: RequestContext, server: Server, migration: Migration) -> None:
    """Let the server hold again what the migration has kept for it."""
    cloud = contexts.elevated(context)
    kept = placement().get_allocations(cloud, migration.uuid)
    if kept["allocations"]:
        held = placement().get_allocations(cloud, server.uuid)
        generation = held.get("consumer_generation")
        placement().post_allocations(
            cloud,
            {
                migration.uuid: _consumer(server, {}, kept.get("consumer_generation")),
                server.uuid: _consumer(server, kept["allocations"], generation),
            },
        )
    holding.give_back(migration.uuid, server.uuid)


def double(
    context: RequestContext, server: Server, migration: Migration, wanted: Allocations
) -> None:
    """Let the server hold what it wants beside what it holds of hosts that are lost."""
    cloud = contexts.elevated(context)
    held = placement().get_allocations(cloud, server.uuid)
    # What an earlier attempt had taken elsewhere is given back.
    kept = _at(cloud, _lost_hosts(server, migration), held["allocations"])
    holding.keep(server.uuid, migration.uuid, str(migration.source_compute))
    put(cloud, server, {**kept, **wanted}, held.get("consumer_generation"))


def undouble(context: RequestContext, server: Server, migration: Migration) -> None:
    """Let the server hold what it did before an evacuation that has come to nothing."""
    cloud = contexts.elevated(context)
    held = placement().get_allocations(cloud, server.uuid)
    kept = _at(cloud, _lost_hosts(server, migration), held["allocations"])
    if len(kept) < len(held["allocations"]):
        put(cloud, server, kept, held.get("consumer_generation"))
    holding.give_back(migration.uuid, server.uuid)


def leave(context: RequestContext, server: Server, migration: Migration) -> None:
    """Free the place on the lost host that an evacuated server came from."""
    cloud = contexts.elevated(context)
    if server.host != migration.source_compute:
        held = placement().get_allocations(cloud, server.uuid)
        there = _at(cloud, {str(migration.source_compute)}, held["allocations"])
        if there:
            left = {key: one for key, one in held["allocations"].items() if key not in there}
            put(cloud, server, left, held.get("consumer_generation"))
    holding.drop(migration.uuid)


def _lost_hosts(server: Server, migration: Migration) -> set[str]:
    """The host that the server is evacuated from, and those that it was before."""
    moves = Migration.objects.filter(
        server_id=server.pk, migration_type="evacuation", status="done"
    )
    lost = moves.values_list("source_compute", flat=True)
    return {str(host) for host in (migration.source_compute, *lost)}


def _at(cloud: RequestContext, hosts: Iterable[str], allocations: Allocations) -> Allocations:
    """The part of the allocations that is of these hosts."""
    roots = Host.objects.filter(host__in=list(hosts)).values_list("uuid", flat=True)
    there = {
        provider["uuid"]
        for root in roots
        for provider in placement().providers(cloud, in_tree=root)
    }
    return {key: held for key, held in allocations.items() if key in there}


def put(
    cloud: RequestContext, server: Server, allocations: Allocations, generation: int | None
) -> None:
    """Let the server hold these and nothing else; ClaimConflict if somebody was faster."""
    if allocations:
        placement().put_allocations(
            cloud,
            server.uuid,
            allocations,
            project_id=server.project_id,
            user_id=server.user_id,
            generation=generation,
        )
    else:
        placement().delete_allocations(cloud, server.uuid)


def let_go(context: RequestContext, migration: Migration) -> None:
    """Free the place that the server came from."""
    release(context, migration.uuid)


def forsake(context: RequestContext, server: Server | None, migration: Migration) -> None:
    """End a move that was overtaken: the server keeps the place where it is, and no other."""
    if migration.status not in UNDER_WAY:
        return
    if server is not None and server.host == migration.source_compute:
        take_back(context, server, migration)
    else:
        let_go(context, migration)
    Migration.objects.filter(pk=migration.pk).update(status="error", updated_at=clock.now())


def forsake_all(context: RequestContext, server: Server, *, but: Migration) -> list[str]:
    """End every other move of the server that is under way; return the hosts they were going to."""
    moves = Migration.objects.filter(server_id=server.pk, status__in=UNDER_WAY).exclude(pk=but.pk)
    going_to = []
    for move in moves:
        forsake(context, server, move)
        going_to.append(str(move.dest_compute))
    return [host for host in going_to if host not in (server.host, "None")]


def release(context: RequestContext, consumer: str) -> None:
    """Free everything that a server or a migration holds; nothing held is no error."""
    placement().delete_allocations(contexts.elevated(context), consumer)
    holding.drop(consumer)
