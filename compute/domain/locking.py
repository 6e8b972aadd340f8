"""Locks: who has locked a server, and why.  A locked server is changed by administrators only."""

from django.db import transaction

from compute.domain import records, services
from compute.domain.transitions import LIFECYCLE
from compute.models import Server
from compute.work import clock
from middleware.context import RequestContext


def _kind(context: RequestContext, server: Server) -> str:
    return "owner" if server.project_id == context.project_id else "admin"


def lock(context: RequestContext, server: Server, *, reason: str | None = None) -> None:
    """Lock a server; its owner's second lock changes nothing, an administrator's takes over."""
    kind = _kind(context, server)
    if server.locked_by and kind == "owner":
        return
    changes: dict[str, str | None] = {
        "locked_by": kind,
        **({"locked_reason": reason} if reason else {}),
    }
    _write(context, server, "lock", changes)


def is_locked_by_own_kind(context: RequestContext, server: Server) -> bool:
    """Whether the caller may unlock it as one of those who locked it, or it is not locked."""
    return server.locked_by in (None, _kind(context, server))


def unlock(context: RequestContext, server: Server) -> None:
    _write(context, server, "unlock", {"locked_by": None, "locked_reason": None})


def _write(
    context: RequestContext, server: Server, name: str, changes: dict[str, str | None]
) -> None:
    row = LIFECYCLE[name]
    with transaction.atomic():
        step = records.Event(context, server, row.event, services.CONTROLLER)
        records.start_action(context, server, row.action or name)
        Server.objects.filter(pk=server.pk).update(**changes, updated_at=clock.now())
        step.succeed()
    for column, value in changes.items():
        setattr(server, column, value)
