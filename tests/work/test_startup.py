"""What a service does before it takes work: nothing stays in flight that nobody does."""

import pytest

from compute.agent import startup
from compute.domain import lifecycle
from compute.models import ServerFault, Task
from compute.work import leases, queue, runner
from tests.work.conftest import HER, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def built(order):
    server = order()
    runner.drain()
    return fresh(server)


def test_what_another_process_did_on_the_host_is_taken_over_at_once(built):
    lifecycle.begin(HER, built, "stop")
    Task.objects.update(state=leases.RUNNING, owner="elsewhere/1/x", attempts=1)
    startup.recover_hosts([built.host])
    runner.drain()
    assert fresh(built).vm_state == "stopped"


def test_what_is_done_on_other_hosts_is_left_alone(built):
    lifecycle.begin(HER, built, "stop")
    Task.objects.update(state=leases.RUNNING, owner="elsewhere/1/x", attempts=1)
    startup.recover_hosts(["another"])
    assert Task.objects.get().owner == "elsewhere/1/x"


@pytest.mark.parametrize(
    ("vm_state", "task_state", "ends"),
    [
        ("building", "spawning", "error"),
        ("active", "rebooting", "error"),
        ("active", "image_uploading", "active"),
    ],
)
def test_what_nobody_does_comes_to_an_end(built, vm_state, task_state, ends):
    type(built).objects.update(vm_state=vm_state, task_state=task_state)
    startup.recover_hosts([built.host])
    server = fresh(built)
    assert (server.vm_state, server.task_state) == (ends, None)
    assert task_state in ServerFault.objects.get().message


def test_a_deletion_that_nobody_does_is_done(built):
    type(built).objects.update(task_state="deleting")
    startup.recover_hosts([built.host])
    runner.drain()
    assert fresh(built).deleted


def test_work_that_waits_is_no_reason_to_end_anything(built):
    lifecycle.begin(HER, built, "stop")
    startup.recover_hosts([built.host])
    assert fresh(built).task_state == "powering-off"


def test_servers_without_a_host_are_the_conductors(built):
    type(built).objects.update(host=None, vm_state="building", task_state="scheduling")
    startup.recover_hosts(["compute1", "compute2"])
    assert fresh(built).task_state == "scheduling"
    startup.recover_hostless()
    assert fresh(built).vm_state == "error"


def test_who_chooses_a_host_is_the_scheduler(built):
    lifecycle.begin(HER, built, "resize", flavor={}, flavor_key=None)
    assert Task.objects.get().queue == queue.SCHEDULER
