"""What is overtaken by something else has an outcome, too."""

from dataclasses import replace

import pytest

from compute.domain import lifecycle
from compute.models import ServerAction, ServerEvent
from compute.work import clock, runner
from tests.work.conftest import HER, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def slow(settings):
    settings.COMPUTE_CLOCK = "manual"
    clock.stop()
    yield clock
    clock.run()


def test_the_second_of_two_reboots_ends_with_the_first(order, slow, settings):
    settings.COMPUTE_CLOCK = "immediate"
    server = order()
    runner.drain()
    settings.COMPUTE_CLOCK = "manual"
    server = fresh(server)
    for request in ("req-1", "req-2"):
        lifecycle.begin(replace(HER, request_id=request), server, "hard reboot")
    runner.drain()
    slow.advance(10)
    runner.drain()
    actions = ServerAction.objects.filter(server=server, action="reboot")
    assert [action.finish_time is not None for action in actions] == [True, True]
    assert not ServerEvent.objects.filter(finish_time__isnull=True).exists()
