"""What a service does before it takes work: everything that was in flight where it serves goes on.

Nova calls it init_host.  Work that is in the table needs nothing but to be claimed again; what a
server shows and no work stands behind is brought to an end.
"""

import logging
from collections.abc import Sequence

from django.db.models import Exists, OuterRef
from django.db.models.query import QuerySet

from compute.agent import evacuation, guests
from compute.domain import context as contexts
from compute.domain import enrolment, lifecycle, records
from compute.domain.errors import ComputeError
from compute.domain.states import DELETING_STATES, PowerState, TaskState, VmState
from compute.models import Server, Task
from compute.virt import registry
from compute.work import clock, leases, queue
from compute.work.registry import task
from compute.work.task import Work
from middleware.context import RequestContext

log = logging.getLogger(__name__)

_AT_ONCE = 500


class Interrupted(ComputeError):
    message = "The service was restarted and nobody knows any more how '{task}' went on."


def recover_hosts(hosts: Sequence[str], *, alone: bool = True) -> None:
    """Take over what others were doing on these hosts, and end what nobody does.

    Then look at the guests that are there, whatever has happened to them meanwhile.  Who does not
    serve the hosts `alone` takes nothing over: leases tell who is dead.
    """
    for start in range(0, len(hosts), _AT_ONCE):
        some = hosts[start : start + _AT_ONCE]
        if alone:
            leases.take_over([queue.of_host(host) for host in some])
        enrolment.refresh(some)
        _end_all(_nobody_works_on().filter(host__in=some))
        for host in some:
            guests.compare(host)
        evacuation.clear_hosts(some)


@task("restart", attempts=20)
def restart(work: Work) -> None:
    """An administrator wants the host's service to begin anew, in the process that it runs in."""
    recover_hosts([work.row.queue.partition(".")[2]], alone=False)


def recover_hostless() -> None:
    """The same for servers that are on no host, by whoever serves the conductor's queue."""
    _end_all(_nobody_works_on().filter(host__isnull=True))


def _nobody_works_on() -> QuerySet[Server]:
    """Servers that say that something is being done with them, without a task that does it."""
    work = Task.objects.filter(
        server_uuid=OuterRef("uuid"), state__in=[leases.QUEUED, leases.RUNNING]
    )
    return Server.objects.filter(~Exists(work), deleted=False, task_state__isnull=False)


def _end_all(left: QuerySet[Server]) -> None:
    for server in left:
        log.warning("Nobody does %r to server %s.", server.task_state, server.uuid)
        owner = contexts.owner_of(contexts.cloud(), server.project_id, server.user_id)
        power = _power_state(server)
        again = _AGAIN.get(str(server.task_state))
        if server.task_state in DELETING_STATES and server.host:
            _delete_again(owner, server)
        elif _has_happened(server, power):
            _end_well(owner, server, power)
        elif again is not None and server.host and server.vm_state != VmState.ERROR:
            queue.enqueue(again, queue=queue.of_host(server.host), context=owner, server=server)
        else:
            exc = Interrupted(task=server.task_state)
            action = records.action_of(owner, server)
            if lifecycle.abandon(server, exc, to=_state_after(server)) and action is not None:
                records.end_action(action)


# What is simply asked of the driver once more.
_AGAIN = {
    str(TaskState.POWERING_OFF): "stop",
    str(TaskState.POWERING_ON): "start",
    str(TaskState.REBOOTING): "soft reboot",
    str(TaskState.REBOOTING_HARD): "hard reboot",
    str(TaskState.PAUSING): "pause",
    str(TaskState.UNPAUSING): "unpause",
}
# What a running guest says has been done, or can be asked for again by its user.
_RUNS = (TaskState.REBOOTING, TaskState.REBOOTING_HARD, TaskState.PAUSING, TaskState.UNPAUSING)


def _power_state(server: Server) -> PowerState:
    if not server.host:
        return PowerState.NOSTATE
    return registry.driver(server.host).power_state(server)


def _has_happened(server: Server, power: PowerState) -> bool:
    return power == PowerState.RUNNING and server.task_state in _RUNS


def _end_well(owner: RequestContext, server: Server, power: PowerState) -> None:
    """The guest runs: the server is ACTIVE, and its last action has come to an end."""
    here = Server.objects.filter(pk=server.pk, deleted=False, task_state=server.task_state)
    action = records.action_of(owner, server)
    changed = here.update(
        task_state=None,
        vm_state=str(VmState.ACTIVE),
        power_state=int(power),
        updated_at=clock.now(),
    )
    if changed and action is not None:
        records.end_action(action, well=True)


def _state_after(server: Server) -> VmState | None:
    """ERROR where nothing tells what has become of the guest; a reboot or a rebuild helps."""
    if server.vm_state == VmState.BUILDING:
        return VmState.ERROR
    harmless = {
        TaskState.RESIZE_PREP,
        TaskState.IMAGE_SNAPSHOT,
        TaskState.IMAGE_SNAPSHOT_PENDING,
        TaskState.IMAGE_PENDING_UPLOAD,
        TaskState.IMAGE_UPLOADING,
        TaskState.IMAGE_BACKUP,
        TaskState.UPDATING_PASSWORD,
    }
    return None if server.task_state in harmless else VmState.ERROR


def _delete_again(owner: RequestContext, server: Server) -> None:
    kind = "delete" if server.task_state == TaskState.DELETING else "soft delete"
    queue.enqueue(kind, queue=queue.of_host(str(server.host)), context=owner, server=server)
