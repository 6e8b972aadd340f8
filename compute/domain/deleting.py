"""Deleting: at once, softly, by force; and taking a soft deletion back.

A server without a host, or whose host is down, is deleted at once and cleaned up after; otherwise
its host does it.  Every way ends with nothing left: no guest, port, attachment or allocation.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from compute.domain import lifecycle, records, services
from compute.domain.states import DELETING_STATES, VmState
from compute.domain.transitions import LIFECYCLE
from compute.models import (
    BlockDevice,
    ConsoleToken,
    Migration,
    Server,
    ServerGroupMember,
    ServerTag,
)
from compute.work import clock, queue
from middleware.context import RequestContext


def reclaim_interval() -> int:
    """Seconds that a deleted server can be restored; 0 deletes at once."""
    return int(getattr(settings, "RECLAIM_INSTANCE_INTERVAL", 0))


def delete(context: RequestContext, server: Server) -> None:
    """Delete a server as users do: softly where that is configured and it has ever run."""
    if reclaim_interval() > 0 and server.launched_at is not None:
        soft_delete(context, server)
    else:
        _delete(context, server, "delete")


def force_delete(context: RequestContext, server: Server) -> None:
    """Delete a server for good, whatever is being done with it."""
    _delete(context, server, "forceDelete")


def soft_delete(context: RequestContext, server: Server) -> None:
    """Switch a server off and keep it until it is reclaimed or restored."""
    name = "soft delete"
    row = lifecycle.permit(context, server, name)
    if server.task_state in DELETING_STATES or server.vm_state == VmState.SOFT_DELETED:
        return
    if _has_no_host(server):
        _delete(context, server, "delete")
        return
    with transaction.atomic():
        changes = {"deleted_at": clock.now(), "progress": 0}
        lifecycle.set_states(row, server, row.says, changes)
        _record_confirmation(context, server)
        records.start_action(context, server, "delete")
        queue.enqueue(
            "soft delete",
            queue=queue.of_host(str(server.host)),
            context=context,
            server=server,
        )


def restore(context: RequestContext, server: Server) -> None:
    """Take a soft deletion back, if the quota still has room."""
    from compute.domain import server_quota

    row = lifecycle.permit(context, server, "restore")
    owner = replace(context, project_id=server.project_id, user_id=server.user_id)
    with transaction.atomic():
        # A server has the columns of a flavor that count.
        server_quota.check_servers(owner, server, 1, 1)  # type: ignore[arg-type]
        lifecycle.set_states(row, server, row.says, {"deleted_at": None})
        records.start_action(context, server, "restore")
        queue.enqueue(
            "restore",
            queue=queue.of_host(str(server.host)) if server.host else queue.CONDUCTOR,
            context=context,
            server=server,
        )


def _delete(context: RequestContext, server: Server, name: str) -> None:
    row = lifecycle.permit(context, server, name)
    local = _has_no_host(server) or not services.host_is_up(server.host)
    if not local and server.task_state in DELETING_STATES:
        # It is on its way; asking twice is no error.
        return
    with transaction.atomic():
        lifecycle.set_states(row, server, row.says, {"progress": 0})
        _record_confirmation(context, server)
        records.start_action(context, server, "delete")
        if local:
            _delete_here(context, server)
        else:
            queue.enqueue(
                "delete", queue=queue.of_host(str(server.host)), context=context, server=server
            )


def _record_confirmation(context: RequestContext, server: Server) -> None:
    """Nova: the resize that nobody has confirmed yet is confirmed first, and that is told."""
    if server.vm_state != VmState.RESIZED:
        return
    moves = Migration.objects.filter(server_id=server.pk, status="finished").order_by("-pk")
    if (move := moves.first()) is None:
        return
    row = LIFECYCLE["confirmResize"]
    records.start_action(context, server, row.name)
    records.Event(context, server, row.event, move.source_compute).succeed()


def _has_no_host(server: Server) -> bool:
    return not server.host or server.vm_state == VmState.SHELVED_OFFLOADED


def _delete_here(context: RequestContext, server: Server) -> None:
    """Delete the row now; what the server holds elsewhere is freed by a task."""
    row = LIFECYCLE["delete"]
    queue.enqueue("clean up", queue=queue.CONDUCTOR, context=context, server=server)
    if server.host:
        # The guest goes when its host is back.
        queue.enqueue("reap", queue=queue.of_host(server.host), context=context, server=server)
    step = records.Event(context, server, row.event, server.host)
    mark_deleted(server)
    if server.host:
        step.succeed()


def mark_deleted(server: Server) -> bool:
    """Make the row that of a deleted server; False when it was one already."""
    now = clock.now()
    values: dict[str, Any] = {
        "vm_state": str(VmState.DELETED),
        "task_state": None,
        "power_state": 0,
        "deleted": True,
        "deleted_at": now,
        "terminated_at": server.terminated_at or now,
        "updated_at": now,
        "locked_by": None,
        "locked_reason": None,
        "metadata": {},
        "addresses": {},
        "security_groups": [],
    }
    if not Server.objects.filter(pk=server.pk, deleted=False).update(**values):
        return False
    for column, value in values.items():
        setattr(server, column, value)
    ServerGroupMember.objects.filter(server_uuid=server.uuid).delete()
    ServerTag.objects.filter(server_id=server.pk).delete()
    ConsoleToken.objects.filter(server_id=server.pk).delete()
    return True


def forget_devices(server: Server) -> None:
    """Drop the block devices, once their volumes are free."""
    BlockDevice.objects.filter(server_id=server.pk).delete()


def reclaim_later(context: RequestContext, server: Server) -> None:
    """Have a softly deleted server deleted for good when its time has come."""
    queue.enqueue(
        "reclaim",
        queue=queue.CONDUCTOR,
        context=context,
        server=server,
        not_before=clock.now() + timedelta(seconds=reclaim_interval()),
    )
