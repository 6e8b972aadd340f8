"""What an administrator may do to queued work: have it tried at once, or have it given up."""

from functools import partial

from django.db import transaction

from compute.domain import records
from compute.domain.errors import ComputeError, Conflict
from compute.models import Task
from compute.work import clock, leases, registry, runner, transports
from compute.work.task import Work


class BeingDone(Conflict):
    message = "Task {number} is being done; its lease runs until {until}."


class Abandoned(ComputeError):
    message = "The administrator {who} gave '{kind}' up."


def retry(row: Task) -> None:
    """Have a task that waits or has failed done at once, with all its attempts before it.

    BeingDone when somebody does it.
    """
    with transaction.atomic():
        changed = Task.objects.filter(pk=row.pk, state__in=(leases.QUEUED, leases.FAILED)).update(
            state=leases.QUEUED,
            owner=None,
            attempts=0,
            error="",
            not_before=clock.now(),
            finished_at=None,
        )
        if not changed:
            _refuse(row)
        transaction.on_commit(partial(transports.wake, row.queue, [row.pk]))


def abandon(row: Task, *, who: str) -> None:
    """End a task that waits as if it had failed for good; forget one that has. BeingDone."""
    if Task.objects.filter(pk=row.pk, state=leases.FAILED).delete()[0]:
        return
    Task.objects.filter(pk=row.pk, state=leases.QUEUED).update(not_before=clock.now())
    try:
        mine = leases.claim(row.pk)
    except leases.Busy:
        mine = None
    if mine is None:
        _refuse(row)
        return
    exc = Abandoned(who=who, kind=row.kind)
    kind, work = registry.kind(mine.kind), Work(mine)
    if kind is not None and kind.gave_up is not None:
        kind.gave_up(work, exc)
    if not work.completed:
        runner.fail(mine, exc.text)
        if mine.server_uuid:
            records.close_actions(work.context, mine.server_uuid)


def _refuse(row: Task) -> None:
    now = Task.objects.filter(pk=row.pk).first()
    if now is not None:
        raise BeingDone(number=row.pk, until=now.lease_until)
