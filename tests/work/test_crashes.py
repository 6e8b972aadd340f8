"""A process that dies at any step of a build or a delete, and another one that goes on."""

import pytest

from compute.clients.base import Client
from compute.domain import deleting
from compute.models import Task
from compute.virt.fake import FakeDriver
from compute.work import leases, runner
from compute.work.task import Work
from tests.work.conftest import HER, NOTHING, fresh, held

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The end of a process, as far as a test in one can have it."""


@pytest.fixture
def die(monkeypatch):
    """Dies before or after the n-th thing that is asked of a neighbour or of the driver."""

    def at(number, *, before):
        count = 0

        def watched(real):
            def call(*args, **how):
                nonlocal count
                count += 1
                if count == number and before:
                    raise Killed
                answer = real(*args, **how)
                if count == number:
                    raise Killed
                return answer

            return call

        monkeypatch.setattr(Client, "_ask", watched(Client._ask))
        monkeypatch.setattr(Work, "complete", watched(Work.complete))
        for name in ("spawn", "destroy", "power_state"):
            monkeypatch.setattr(FakeDriver, name, watched(getattr(FakeDriver, name)))

    return at


def work_and_die():
    """True when the process died; another one then takes over what it had claimed."""
    try:
        runner.drain()
    except Killed:
        Task.objects.filter(state=leases.RUNNING).update(owner=f"{leases.MACHINE}/4194305/x")
        assert leases.take_over_dead()
        return True
    return False


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("number", range(1, 9))
def test_a_build_survives(order, die, number, before):
    server = order()
    die(number, before=before)
    assert work_and_die(), "there are fewer steps than this"
    runner.drain()
    server = fresh(server)
    assert (server.vm_state, server.task_state) == ("active", None)
    here = [server.host]
    assert held(server) == {"guests": here, "claims": here, "ports": here, "volumes": []}
    assert not Task.objects.exists()


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("number", range(1, 6))
def test_a_delete_survives(order, die, number, before):
    server = order()
    runner.drain()
    deleting.delete(HER, fresh(server))
    die(number, before=before)
    assert work_and_die(), "there are fewer steps than this"
    runner.drain()
    assert fresh(server).deleted
    assert held(server) == NOTHING
    assert not Task.objects.exists()
