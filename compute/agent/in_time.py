"""What a host does by itself after a while, where settings say so; 0, as in Nova, is never.

RESIZE_CONFIRM_WINDOW: after so many seconds a resize that nobody has confirmed is confirmed.
RESCUE_TIMEOUT: after so many seconds a rescue that nobody has ended is ended.
"""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings

from compute.domain import context as contexts
from compute.domain import rescuing, resizing
from compute.domain.errors import ComputeError
from compute.domain.states import DELETING_STATES, TaskState, VmState
from compute.models import Migration, Server
from compute.work import clock, queue
from compute.work.registry import task
from compute.work.task import Work

log = logging.getLogger(__name__)

# Seconds until what could not be confirmed is tried again.
_AGAIN = 60


def confirm_later(server: Server, migration: Migration) -> None:
    """Have the resize confirmed in time; within the transaction that finishes it."""
    _later("confirm in time", server, _seconds("RESIZE_CONFIRM_WINDOW"), migration=migration.pk)


def unrescue_later(server: Server) -> None:
    """Have the rescue ended in time; within the transaction that finishes it."""
    rescued_at = server.launched_at.isoformat() if server.launched_at else None
    _later("unrescue in time", server, _seconds("RESCUE_TIMEOUT"), rescued_at=rescued_at)


def _seconds(name: str) -> int:
    return int(getattr(settings, name, 0))


def _later(kind: str, server: Server, seconds: int, **payload: Any) -> None:
    if seconds > 0:
        queue.enqueue(
            kind,
            queue=queue.of_host(str(server.host)),
            context=contexts.nobody(),
            server=server,
            payload=payload,
            not_before=clock.now() + timedelta(seconds=seconds),
        )


@task("confirm in time")
def confirm_in_time(work: Work) -> None:
    """Nobody has confirmed the resize: Nova's ComputeManager._poll_unconfirmed_resizes."""
    server = work.server
    move = Migration.objects.filter(pk=work.payload["migration"], status="finished").first()
    if server is None or move is None or server.task_state in DELETING_STATES:
        return
    if server.vm_state != VmState.RESIZED or server.task_state is not None:
        if server.task_state != TaskState.RESIZE_FINISH:
            Migration.objects.filter(pk=move.pk, status="finished").update(status="error")
        return
    try:
        resizing.confirm(work.context, server)
    except ComputeError as exc:
        log.info("The resize of server %s is not confirmed yet: %s", server.uuid, exc)
        _later("confirm in time", server, _AGAIN, migration=move.pk)


@task("unrescue in time")
def unrescue_in_time(work: Work) -> None:
    """Nobody has ended the rescue: Nova's ComputeManager._poll_rescued_instances."""
    server = work.server
    if server is None or server.vm_state != VmState.RESCUED or server.task_state is not None:
        return
    if server.launched_at and server.launched_at.isoformat() == work.payload["rescued_at"]:
        rescuing.unrescue(work.context, server)
