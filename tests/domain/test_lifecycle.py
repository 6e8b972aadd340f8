"""The table of transitions, asked with every state there is."""

import pytest

from compute.domain import lifecycle
from compute.domain.errors import (
    NoValidHost,
    ServerLocked,
    ServerNotFound,
    ServerNotReady,
    WrongState,
)
from compute.domain.states import TaskState, VmState
from compute.domain.transitions import LIFECYCLE, STEPS
from compute.models import Server, ServerAction, ServerFault, Task
from tests.domain.servers import ALICE, ROOT, server

pytestmark = pytest.mark.django_db

# fmt: off
PERMITTED = {
    "start":         {"stopped"},
    "stop":          {"active", "error"},
    "soft reboot":   {"active"},
    "hard reboot":   {"active", "stopped", "paused", "suspended", "error"},
    "pause":         {"active"},
    "unpause":       {"paused"},
    "suspend":       {"active"},
    "resume":        {"suspended"},
    "rescue":        {"active", "stopped", "error"},
    "unrescue":      {"rescued"},
    "rebuild":       {"active", "stopped", "error"},
    "evacuate":      {"active", "stopped", "error"},
    "resize":        {"active", "stopped"},
    "migrate":       {"active", "stopped"},
    "confirmResize": {"resized"},
    "revertResize":  {"resized"},
    "live-migration": {"active", "paused"},
    "shelve":        {"active", "stopped", "paused", "suspended"},
    "shelveOffload": {"shelved"},
    "unshelve":      {"shelved", "shelved_offloaded"},
    "createImage":   {"active", "stopped", "paused", "suspended"},
    "createBackup":  {"active", "stopped", "paused", "suspended"},
    "changePassword": {"active"},
    "restore":       {"soft-delete"},
    "delete":        set(VmState),
    "forceDelete":   set(VmState),
    "trigger_crash_dump": {"active", "paused", "rescued", "resized", "error"},
    "attach_volume": {"active", "paused", "stopped", "resized", "soft-delete", "shelved",
                      "shelved_offloaded"},
    "swap_volume":   {"active", "paused", "resized"},
    "attach_interface": {"active", "paused", "stopped"},
    "update metadata": {"active", "paused", "suspended", "stopped"},
}
# fmt: on


def permitted(name, **columns):
    row = Server(uuid="u", launched_at="now", host="compute1", **columns)
    try:
        lifecycle.permit(ALICE, row, name)
    except WrongState:
        return False
    return True


@pytest.mark.parametrize("name", PERMITTED)
def test_an_operation_is_permitted_in_just_these_states(name):
    tasks = LIFECYCLE[name].task_states
    task = None if tasks is None or None in tasks else next(iter(tasks))
    found = {str(vm) for vm in VmState if permitted(name, vm_state=str(vm), task_state=task)}
    assert found == {str(vm) for vm in PERMITTED[name]}


def test_nothing_starts_while_something_else_is_done():
    assert not permitted("pause", vm_state="active", task_state="rebooting")
    assert permitted("hard reboot", vm_state="active", task_state="rebooting")
    assert not permitted("hard reboot", vm_state="active", task_state="powering-off")
    assert permitted("delete", vm_state="active", task_state="rebooting")


def test_the_task_of_every_row_walks_through_known_steps():
    for first, steps in STEPS.items():
        assert steps[0] is first
    assert {row.task for row in LIFECYCLE.values() if row.task} <= set(TaskState)


def test_a_refusal_speaks_as_nova_does():
    row = server(vm_state="stopped")
    with pytest.raises(WrongState) as refused:
        lifecycle.begin(ALICE, row, "pause")
    assert refused.value.status == 409
    assert refused.value.text == (
        f"Cannot 'pause' instance {row.uuid} while it is in vm_state stopped"
    )
    row = server(task_state="rebooting")
    with pytest.raises(WrongState, match="while it is in task_state rebooting"):
        lifecycle.begin(ALICE, row, "pause")


def test_a_server_that_never_ran_is_in_an_invalid_state():
    row = server(launched_at=None)
    with pytest.raises(WrongState, match=f"Instance {row.uuid} is in an invalid state for 'stop'"):
        lifecycle.begin(ALICE, row, "stop")


def test_a_server_without_a_host_is_not_ready():
    with pytest.raises(ServerNotReady, match="is not ready"):
        lifecycle.begin(ALICE, server(host=None), "stop")


def test_a_lock_stops_everybody_but_administrators():
    row = server(locked_by="owner")
    with pytest.raises(ServerLocked):
        lifecycle.begin(ALICE, row, "pause")
    # Nova: taking an image does not ask for the lock.
    lifecycle.permit(ALICE, row, "createImage")
    lifecycle.begin(ROOT, row, "pause")


def test_beginning_shows_the_task_records_the_action_and_queues_the_work():
    row = server()
    lifecycle.begin(ALICE, row, "pause")
    assert Server.objects.get(pk=row.pk).task_state == row.task_state == "pausing"
    action = ServerAction.objects.get(server=row)
    assert (action.action, action.request_id, action.user_id) == ("pause", "req-alice", "alice")
    task = Task.objects.get()
    assert (task.kind, task.queue, task.server_uuid) == ("pause", "compute.compute1", row.uuid)


def test_who_comes_second_is_refused():
    row = server()
    stale = Server.objects.get(pk=row.pk)
    lifecycle.begin(ALICE, row, "pause")
    with pytest.raises(WrongState, match="while it is in task_state pausing"):
        lifecycle.begin(ALICE, stale, "suspend")
    assert Task.objects.count() == 1
    Server.objects.filter(pk=row.pk).update(deleted=True)
    stale.task_state = None
    with pytest.raises(ServerNotFound):
        lifecycle.begin(ALICE, stale, "suspend")


def test_finishing_brings_the_server_where_the_table_says():
    row = server()
    lifecycle.begin(ALICE, row, "pause")
    assert lifecycle.finish(row, "pause", power_state=3)
    found = Server.objects.get(pk=row.pk)
    assert (found.vm_state, found.task_state, found.power_state) == ("paused", None, 3)


def test_finishing_does_not_undo_a_delete_that_came_in_between():
    row = server()
    lifecycle.begin(ALICE, row, "pause")
    Server.objects.filter(pk=row.pk).update(task_state="deleting")
    assert not lifecycle.finish(row, "pause")
    assert Server.objects.get(pk=row.pk).task_state == "deleting"


@pytest.mark.parametrize(
    ("name", "ends"), [("pause", "active"), ("hard reboot", "error"), ("rebuild", "error")]
)
def test_failing_restores_or_ends_in_error(name, ends):
    row = server()
    lifecycle.begin(ALICE, row, name)
    assert lifecycle.fail(row, name, NoValidHost(reason=""))
    found = Server.objects.get(pk=row.pk)
    assert (found.vm_state, found.task_state) == (ends, None)
    fault = ServerFault.objects.get(server=row)
    assert (fault.code, fault.message) == (500, "No valid host was found. ")
    assert "NoValidHost" in fault.details
