"""Putting work into the table, in the caller's transaction; a worker is woken when it commits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from compute.domain import context as contexts
from compute.models import Server, Task
from compute.work import clock, transports
from middleware.context import RequestContext
from versioned.prepared import insert

CONDUCTOR = "conductor"
SCHEDULER = "scheduler"

# Kinds that begin with the choice of a host: they are the scheduler's, others the conductor's.
_CHOOSING = frozenset({"build", "resize", "migrate", "live-migration", "evacuate", "unshelve"})


def of_controller(kind: str) -> str:
    """The queue of what no host does."""
    return SCHEDULER if kind in _CHOOSING else CONDUCTOR


def of_host(host: str) -> str:
    """The queue of a compute host."""
    return f"compute.{host}"


def enqueue(
    kind: str,
    *,
    queue: str,
    context: RequestContext,
    server: Server | None = None,
    payload: Mapping[str, Any] | None = None,
    not_before: datetime | None = None,
) -> Task:
    """Write the task down; it is done some time after the transaction has committed."""
    return enqueue_all(
        kind,
        queue=queue,
        context=context,
        servers=[server],
        payload=payload,
        not_before=not_before,
    )[0]


def enqueue_all(
    kind: str,
    *,
    queue: str,
    context: RequestContext,
    servers: Iterable[Server | None],
    payload: Mapping[str, Any] | None = None,
    not_before: datetime | None = None,
) -> list[Task]:
    """One task for each of the servers, with the same payload, in one statement."""
    now = clock.now()
    kept = contexts.remember(context)
    rows = insert(
        Task(
            kind=kind,
            queue=queue,
            server_uuid=server.uuid if server else None,
            payload=dict(payload or {}),
            context=kept,
            not_before=not_before or now,
            created_at=now,
        )
        for server in servers
    )
    if not_before is None or not_before <= now:
        ids = [row.pk for row in rows]
        transaction.on_commit(partial(transports.wake, queue, ids))
    return rows


def hurry(server_uuid: str, kinds: Sequence[str]) -> None:
    """Let queued tasks of the server that wait for their time wait no longer."""
    rows = Task.objects.filter(server_uuid=server_uuid, kind__in=kinds, state="queued")
    for task_id, queue in rows.values_list("pk", "queue"):
        Task.objects.filter(pk=task_id, state="queued").update(not_before=clock.now())
        transaction.on_commit(partial(transports.wake, queue, [task_id]))
