"""What a service does before it takes work: nothing stays in flight that nobody does."""

import pytest

from compute.agent import startup
from compute.clients.placement import placement
from compute.domain import context, lifecycle
from compute.domain.states import PowerState
from compute.models import Guest, Host, ServerFault, Task
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
        ("active", "rebuilding", "error"),
        ("active", "image_uploading", "active"),
        ("active", "resize_prep", "active"),
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


@pytest.mark.parametrize(
    ("task_state", "power", "ends"),
    [
        ("rebooting", PowerState.RUNNING, "active"),
        ("rebooting_hard", PowerState.SHUTDOWN, "active"),
        ("unpausing", PowerState.PAUSED, "active"),
        ("powering-off", PowerState.RUNNING, "stopped"),
        ("powering-on", PowerState.SHUTDOWN, "active"),
    ],
)
def test_what_can_be_asked_for_once_more_is(built, task_state, power, ends):
    before = {"powering-on": "stopped", "unpausing": "paused"}.get(task_state, "active")
    type(built).objects.update(vm_state=before, task_state=task_state)
    Guest.objects.update(power_state=power)
    startup.recover_hosts([built.host])
    runner.drain()
    server = fresh(built)
    assert (server.vm_state, server.task_state) == (ends, None)
    assert not ServerFault.objects.exists()


def test_a_guest_that_went_down_by_itself_has_a_stopped_server(built):
    Guest.objects.update(power_state=PowerState.CRASHED)
    startup.recover_hosts([built.host])
    assert fresh(built).power_state == PowerState.CRASHED
    runner.drain()
    assert fresh(built).vm_state == "stopped"


def test_a_guest_that_runs_behind_a_stopped_server_is_switched_off(built):
    lifecycle.begin(HER, built, "stop")
    runner.drain()
    Guest.objects.update(power_state=PowerState.RUNNING)
    startup.recover_hosts([built.host])
    assert Guest.objects.get().power_state == PowerState.SHUTDOWN
    assert fresh(built).power_state == PowerState.SHUTDOWN


def test_a_guest_that_is_gone_is_shown_without_a_state(built):
    Guest.objects.all().delete()
    startup.recover_hosts([built.host])
    server = fresh(built)
    assert (server.vm_state, server.power_state) == ("active", PowerState.NOSTATE)


def test_a_guest_whose_server_is_elsewhere_or_deleted_is_taken_away(built):
    other = "compute2" if built.host == "compute1" else "compute1"
    Guest.objects.create(server_uuid=built.uuid, host=other)
    startup.recover_hosts([built.host, other])
    assert Guest.objects.get().host == built.host
    type(built).objects.update(deleted=True)
    startup.recover_hosts([built.host])
    assert not Guest.objects.exists()


def test_a_guest_that_may_come_back_stays(built):
    lifecycle.begin(HER, built, "migrate", ignored_hosts=[built.host])
    runner.drain()
    assert Guest.objects.count() == 2
    startup.recover_hosts(["compute1", "compute2"])
    assert Guest.objects.count() == 2
    assert fresh(built).vm_state == "resized"


def test_a_guest_that_nobody_knows_is_left_alone(built):
    Guest.objects.create(server_uuid="somebody else's", host=built.host)
    startup.recover_hosts([built.host])
    assert Guest.objects.count() == 2


def test_what_a_driver_reports_anew_is_told_to_placement(built, settings):
    settings.COMPUTE_CPU_DEDICATED_SET = "0-3"
    settings.COMPUTE_CPU_SHARED_SET = "4-63"
    startup.recover_hosts([built.host])
    host = Host.objects.get(host=built.host)
    assert (host.vcpus, host.pcpus) == (60, 4)
    held = placement()._ask(context.cloud(), "GET", f"/resource_providers/{host.uuid}/inventories")[
        "inventories"
    ]
    assert (held["VCPU"]["total"], held["PCPU"]["total"]) == (60, 4)


def test_who_shares_a_host_takes_nothing_over(built):
    lifecycle.begin(HER, built, "stop")
    Task.objects.update(state=leases.RUNNING, owner="elsewhere/1/x", attempts=1)
    startup.recover_hosts([built.host], alone=False)
    assert Task.objects.get().owner == "elsewhere/1/x"
