"""Claiming tasks, keeping them, and taking over what the dead have left behind."""

import os
import socket
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from compute.models import Task
from compute.work import clock
from versioned.prepared import Prepared, PreparedUpdate

QUEUED, RUNNING, FAILED = "queued", "running", "failed"


def _machine() -> str:
    """Where pids mean something: containers may share a host's name and not its pids."""
    name = socket.gethostname()
    with suppress(OSError):
        name += f".{os.stat('/proc/self/ns/pid').st_ino}"
    return name


MACHINE = _machine()
# The nonce tells two processes apart that had the same pid, as in a container that was restarted.
_NONCE = uuid.uuid4().hex[:12]


def owner() -> str:
    """Who this process is, as leases name it; a forked child is somebody else."""
    return f"{MACHINE}/{os.getpid()}/{_NONCE}"


def lease() -> timedelta:
    return timedelta(seconds=getattr(settings, "COMPUTE_LEASE", 60))


class Busy(Exception):
    """Another task of the same server is running; `server_uuid` tells of which."""

    def __init__(self, server_uuid: str) -> None:
        super().__init__(server_uuid)
        self.server_uuid = server_uuid


_CLAIMABLE = Prepared(
    lambda pk, now: Task.objects.filter(pk=pk, state=QUEUED, not_before__lte=now), int, datetime
)
_UNCLAIMED = PreparedUpdate(
    lambda pk, attempts: Task.objects.filter(pk=pk, state=QUEUED, attempts=attempts), int, int
)


def claim(task_id: int) -> Task | None:
    """Take the task if nobody has, and if it is due; None when somebody was faster."""
    if not connection.features.has_select_for_update_skip_locked:
        row = _CLAIMABLE.first(task_id, clock.now())
        if row is None:
            return None
        # Alone, the statement is a transaction; only tests run it inside another one.
        if not connection.in_atomic_block:
            return _take(row)
        with transaction.atomic():
            return _take(row)
    rows = Task.objects.filter(pk=task_id, state=QUEUED, not_before__lte=clock.now())
    with transaction.atomic():
        row = rows.select_for_update(skip_locked=True).first()
        return _take(row) if row is not None else None


def _take(row: Task) -> Task | None:
    """Compare and set, because not every database could lock the row."""
    seen = row.attempts
    row.owner, row.lease_until, row.attempts = owner(), clock.now() + lease(), seen + 1
    row.state = RUNNING
    try:
        claimed = _UNCLAIMED(
            row.pk,
            seen,
            state=RUNNING,
            owner=row.owner,
            lease_until=row.lease_until,
            attempts=row.attempts,
        )
    except IntegrityError:
        raise Busy(row.server_uuid or "") from None
    return row if claimed else None


def renew(task_ids: Iterable[int]) -> None:
    """Keep what this process is doing."""
    Task.objects.filter(pk__in=list(task_ids), owner=owner(), state=RUNNING).update(
        lease_until=clock.now() + lease()
    )


def put_back(row: Task, *, not_before: object, failed: bool = True) -> None:
    """Give a task back; without `failed` the attempt does not count."""
    Task.objects.filter(pk=row.pk, owner=row.owner).update(
        state=QUEUED,
        owner=None,
        lease_until=None,
        not_before=not_before,
        attempts=row.attempts if failed else F("attempts") - 1,
    )


def due(limit: int, queues: Sequence[str] | None = None) -> list[int]:
    """The oldest tasks that could be claimed now."""
    rows = Task.objects.filter(state=QUEUED, not_before__lte=clock.now())
    if queues is not None:
        rows = rows.filter(queue__in=queues)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def take_over_expired() -> int:
    """Queue again what was claimed by somebody who has stopped renewing."""
    expired = Task.objects.filter(state=RUNNING, lease_until__lt=clock.now())
    return expired.update(state=QUEUED, owner=None, lease_until=None)


def take_over(queues: Sequence[str]) -> int:
    """Queue again what others were doing of queues that from now on are this process's alone."""
    theirs = Task.objects.filter(state=RUNNING, queue__in=queues).exclude(owner=owner())
    return theirs.update(state=QUEUED, owner=None, lease_until=None)


def take_over_dead() -> int:
    """Queue again what processes of this machine had claimed that are no more."""
    owners = (
        Task.objects.filter(state=RUNNING, owner__startswith=f"{MACHINE}/")
        .values_list("owner", flat=True)
        .distinct()
    )
    dead = [name for name in owners if name and not _alive(name)]
    if not dead:
        return 0
    return Task.objects.filter(state=RUNNING, owner__in=dead).update(
        state=QUEUED, owner=None, lease_until=None
    )


def _alive(name: str) -> bool:
    _, pid, nonce = name.split("/")
    if int(pid) == os.getpid():
        return nonce == _NONCE
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
