"""Handing new servers over to those who build them."""

from collections.abc import Mapping, Sequence
from typing import Any

from compute.domain import records
from compute.models import Server
from compute.work import queue
from middleware.context import RequestContext


def enqueue(
    context: RequestContext,
    servers: Sequence[Server],
    *,
    scheduler_hints: Mapping[str, Any] | None = None,
    forced_host: str | None = None,
    forced_node: str | None = None,
    requested_host: str | None = None,
    requested_node: str | None = None,
    admin_password: str | None = None,
    injected_files: Sequence[Mapping[str, str]] | None = None,
) -> None:
    """Record the creations and queue the builds, in the caller's transaction.

    A forced host skips the filters; a requested one must pass them.
    """
    records.start_actions(context, servers, "create")
    payload = {
        "hints": dict(scheduler_hints or {}),
        "forced_host": forced_host,
        "forced_node": forced_node,
        "requested_host": requested_host,
        "requested_node": requested_node,
        "admin_password": admin_password,
        "injected_files": list(injected_files or ()),
    }
    queue.enqueue_all(
        "build",
        queue=queue.SCHEDULER,
        context=context,
        servers=servers,
        payload={name: value for name, value in payload.items() if value},
    )
