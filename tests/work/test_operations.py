"""Plain operations on a host: the guest changes, the server shows it, the action tells of it."""

import pytest

from compute.domain import lifecycle
from compute.models import ServerEvent, ServerFault
from compute.work import clock, runner
from tests.work.conftest import HER, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(order):
    made = order()
    runner.drain()
    return made


def do(server, name, **payload):
    lifecycle.begin(HER, fresh(server), name, **payload)
    runner.drain()
    row = fresh(server)
    return row.vm_state, row.task_state, row.power_state


def test_a_life_of_power(server):
    assert do(server, "stop") == ("stopped", None, 4)
    assert do(server, "start") == ("active", None, 1)
    assert do(server, "pause") == ("paused", None, 3)
    assert do(server, "unpause") == ("active", None, 1)
    assert do(server, "suspend") == ("suspended", None, 7)
    assert do(server, "resume") == ("active", None, 1)
    assert do(server, "soft reboot") == ("active", None, 1)
    assert do(server, "stop") == ("stopped", None, 4)
    assert do(server, "hard reboot") == ("active", None, 1)
    assert do(server, "changePassword", admin_password="new") == ("active", None, 1)
    assert do(server, "trigger_crash_dump") == ("active", None, 1)
    events = ServerEvent.objects.order_by("pk").values_list("action__action", "event", "result")
    assert ("stop", "compute_stop_instance", "Success") in events
    assert ("trigger_crash_dump", "compute_trigger_crash_dump", "Success") in events


def test_an_operation_that_fails_leaves_the_server_where_it_was(server, settings):
    settings.COMPUTE_DRIVER = "fake-power-fails"
    assert do(server, "stop") == ("active", None, 1)
    fault = ServerFault.objects.get(server=server)
    assert fault.message == "The guest could not be stopped."
    event = ServerEvent.objects.get(event="compute_stop_instance")
    assert (event.result, event.details) == ("Error", fault.message)
    assert "DriverError" in event.traceback
    assert event.action.message == "Error"


def test_a_hard_reboot_that_fails_ends_in_error(server, settings):
    settings.COMPUTE_DRIVER = "fake-power-fails"
    assert do(server, "hard reboot")[:2] == ("error", None)


def test_an_operation_takes_its_time(server, settings):
    settings.COMPUTE_CLOCK = "manual"
    settings.COMPUTE_DURATIONS = {"power_off": 5}
    clock.stop()
    try:
        assert do(server, "stop")[:2] == ("active", "powering-off")
        event = ServerEvent.objects.get(event="compute_stop_instance")
        assert (event.finish_time, event.result) == (None, None)
        clock.advance(5)
        runner.drain()
        assert fresh(server).vm_state == "stopped"
        event.refresh_from_db()
        assert event.result == "Success"
        assert (event.finish_time - event.start_time).total_seconds() == 5
    finally:
        clock.run()
