"""Walking through the table of transitions: begin, finish, fail.

Only `begin`, `finish` and `fail` change `vm_state`, `task_state` and `power_state` of a server that
is there; each does it by compare-and-set, so that whoever came first wins and nobody overwrites.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from compute.domain import records
from compute.domain.errors import ServerLocked, ServerNotFound, ServerNotReady, WrongState
from compute.domain.hardware import refusals
from compute.domain.states import DELETING_STATES, PowerState, TaskState, VmState
from compute.domain.transitions import LIFECYCLE, STEPS, Transition
from compute.models import Server
from compute.work import clock, queue
from middleware.context import RequestContext
from versioned.prepared import PreparedUpdate


def permit(
    context: RequestContext, server: Server, name: str, *, says: str | None = None
) -> Transition:
    """Raise what stands against the operation: the guest's hardware, a lock, no host, a state."""
    row = LIFECYCLE[name]
    refusals.check(server, row.action)
    if row.lockable and server.locked_by and not context.is_admin:
        raise ServerLocked(server_id=server.uuid)
    if row.host and not server.host:
        raise ServerNotReady(server_id=server.uuid)
    _check_states(row, server, says or row.says)
    return row


def lock(server: Server, name: str) -> None:
    """Lock the server's row for something that is given to it, unless it is being deleted by now.

    What came after the deletion had begun nobody would take back.
    """
    held = Server.objects.select_for_update().get(pk=server.pk)
    if held.deleted:
        raise ServerNotFound(server_id=server.uuid)
    if held.task_state in DELETING_STATES:
        raise _wrong(LIFECYCLE[name].says, held, "task_state", held.task_state)


def _check_states(row: Transition, server: Server, says: str) -> None:
    if row.vm_states is not None and server.vm_state not in row.vm_states:
        raise _wrong(says, server, "vm_state", server.vm_state)
    refused = row.task_states is not None and server.task_state not in row.task_states
    if refused or server.task_state in row.refused_while:
        raise _wrong(says, server, "task_state", server.task_state)
    if row.launched and server.launched_at is None:
        raise _wrong(says, server, "launched_at", None)


def _wrong(says: str, server: Server, attribute: str, state: str | None) -> WrongState:
    if state is None:
        return WrongState(
            f"Instance {server.uuid} is in an invalid state for '{says}'", attribute=attribute
        )
    return WrongState(action=says, server_id=server.uuid, attribute=attribute, state=state)


def begin(
    context: RequestContext,
    server: Server,
    name: str,
    *,
    says: str | None = None,
    changes: Mapping[str, Any] | None = None,
    kind: str | None = None,
    **payload: Any,
) -> None:
    """Start an operation: permit it, show its task_state, record the action and queue the work.

    All in one transaction.  `changes` are columns that change in the same statement; `kind` is the
    kind of the task, if it is not called as the operation; the payload reaches the task.
    """
    row = permit(context, server, name, says=says)
    with transaction.atomic():
        set_states(row, server, says or row.says, changes or {})
        if row.action is not None:
            records.start_action(context, server, row.action)
        if row.where is not None:
            at_host = row.where == "host" and server.host
            what = kind or name
            queue.enqueue(
                what,
                queue=queue.of_host(server.host or "") if at_host else queue.of_controller(what),
                context=context,
                server=server,
                payload=payload,
            )


def set_states(row: Transition, server: Server, says: str, changes: Mapping[str, Any]) -> None:
    """Show the operation's task_state, unless the server has left the permitted states."""
    values = {**changes, "updated_at": clock.now()}
    if row.task is not None:
        values["task_state"] = str(row.task)
    unchanged = Server.objects.filter(pk=server.pk, deleted=False)
    if row.vm_states is not None:
        unchanged = unchanged.filter(vm_state__in=list(row.vm_states))
    if row.task_states is not None:
        unchanged = unchanged.filter(_among(row.task_states))
    if not unchanged.update(**values):
        # Somebody was faster: say what holds now.
        fresh = Server.objects.filter(pk=server.pk, deleted=False).first()
        if fresh is None:
            raise ServerNotFound(server_id=server.uuid)
        _check_states(row, fresh, says)
        raise _wrong(says, fresh, "task_state", fresh.task_state)
    for column, value in values.items():
        setattr(server, column, value)


def _among(states: frozenset[str | None]) -> Q:
    named = [state for state in states if state is not None]
    found = Q(task_state__isnull=True) if None in states else Q()
    return found | Q(task_state__in=named) if named else found


def finish(
    server: Server,
    name: str,
    *,
    vm_state: str | None = None,
    power_state: PowerState | None = None,
    **changes: Any,
) -> bool:
    """End an operation well; False when the server has been taken to something else meanwhile."""
    row = LIFECYCLE[name]
    values: dict[str, Any] = {"task_state": None, **changes}
    to = vm_state or row.to
    if to is not None:
        values["vm_state"] = str(to)
    if power_state is not None:
        values["power_state"] = int(power_state)
    return _leave(row, server, values)


def fail(
    server: Server,
    name: str,
    exc: BaseException,
    *,
    message: str | None = None,
    stays: bool = False,
) -> bool:
    """End an operation badly: back to where it was, or ERROR, as the table says, with a fault.

    With `stays` nothing has happened to the server yet, and it keeps its vm_state.
    """
    row = LIFECYCLE[name]
    values: dict[str, Any] = {"task_state": None}
    if row.on_failure == "error" and not stays:
        values["vm_state"] = str(VmState.ERROR)
    with transaction.atomic():
        left = _leave(row, server, values)
        if left or row.task is None:
            records.record_fault(server, exc, message=message)
    return left


def abandon(server: Server, exc: BaseException, *, to: VmState | None) -> bool:
    """End what a server shows and nobody does; `to` is its new vm_state, None leaves it."""
    values: dict[str, Any] = {"task_state": None, "updated_at": clock.now()}
    if to is not None:
        values["vm_state"] = str(to)
    with transaction.atomic():
        here = Server.objects.filter(pk=server.pk, deleted=False, task_state=server.task_state)
        if not here.update(**values):
            return False
        records.record_fault(server, exc)
    return True


@cache
def _here(row: Transition) -> PreparedUpdate:
    """The server, if it is still where the operation has brought it."""

    def rows(pk: int) -> QuerySet[Server]:
        here = Server.objects.filter(pk=pk, deleted=False)
        if row.task is None:
            if row.vm_states is not None:
                here = here.filter(vm_state__in=sorted(row.vm_states))
        elif row.task in DELETING_STATES:
            here = here.filter(task_state=row.task)
        else:
            # Steps of it show task_states of their own; only these give way to nobody else.
            here = here.filter(task_state__in=[str(state) for state in _steps(row.task)])
        return here

    return PreparedUpdate(rows, int)


def _leave(row: Transition, server: Server, values: dict[str, Any]) -> bool:
    """Write the values if the server is still where the operation has brought it."""
    if row.task is None:
        values.pop("task_state", None)
    if not values:
        return True
    values["updated_at"] = clock.now()
    if not _here(row)(server.pk, **values):
        return False
    for column, value in values.items():
        setattr(server, column, value)
    return True


def _steps(task: TaskState) -> tuple[TaskState, ...]:
    return STEPS.get(task, (task,))


def show_step(server: Server, name: str, step: TaskState, **changes: Any) -> bool:
    """Show a step of an operation; False when the server has been taken to something else."""
    row = LIFECYCLE[name]
    values = {"task_state": str(step), **changes}
    return _leave(row, server, values)
