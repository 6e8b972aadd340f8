"""The work table: claimed once, tried again, taken over, given up."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from compute.models import Task
from compute.work import clock, leases, queue, registry, runner
from compute.work.errors import Later, LeaseLost, Transient
from tests.domain.servers import ALICE, server

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(monkeypatch):
    """Registers a kind of task for one test."""
    registry.kind("the first look loads all there are")
    monkeypatch.setattr(registry, "_KINDS", dict(registry._KINDS))

    def register(run, name="test", **more):
        registry.task(name, **more)(run)
        return name

    return register


@pytest.fixture
def still():
    """A clock that stands still."""
    clock.stop()
    yield clock
    clock.run()


def put(name="test", row=None, **payload):
    return queue.enqueue(name, queue="conductor", context=ALICE, server=row, payload=payload)


def test_a_task_is_done_and_gone(kind):
    seen = []
    kind(lambda work: seen.append((work.payload["n"], work.context.user_id)))
    put(n=1)
    assert runner.drain() == 1
    assert seen == [(1, "alice")]
    assert not Task.objects.exists()


def test_no_token_is_kept(kind):
    ALICE.auth_token = "secret"
    try:
        assert "secret" not in str(put().context)
    finally:
        ALICE.auth_token = None


def test_a_task_is_claimed_once():
    task = put()
    assert leases.claim(task.pk).attempts == 1
    assert leases.claim(task.pk) is None


def test_two_tasks_of_a_server_never_run_together():
    row = server()
    first, second = put(row=row), put(row=row)
    assert leases.claim(first.pk)
    with pytest.raises(leases.Busy):
        leases.claim(second.pk)


def test_what_may_pass_is_tried_again_later(kind, still):
    tries = []

    def run(work):
        tries.append(work.row.attempts)
        if len(tries) < 3:
            raise Transient("not yet")

    kind(run)
    put()
    assert runner.drain() == 1
    assert Task.objects.get().state == "queued"
    still.advance(60)
    runner.drain()
    still.advance(60)
    runner.drain()
    assert tries == [1, 2, 3]
    assert not Task.objects.exists()


def test_what_does_not_pass_is_given_up_and_kept_without_secrets(kind):
    told = []

    def run(work):
        raise ValueError("broken")

    kind(run, gave_up=lambda work, exc: told.append(str(exc)))
    put(admin_password="secret", n=1)
    runner.drain()
    assert told == ["broken"]
    task = Task.objects.get()
    assert (task.state, task.payload) == ("failed", {"n": 1})
    assert "ValueError: broken" in task.error


def test_what_takes_its_worker_with_it_is_given_up(kind):
    told = []
    kind(lambda work: None, attempts=2, gave_up=lambda work, exc: told.append(str(exc)))
    task = put()
    Task.objects.filter(pk=task.pk).update(attempts=2)
    runner.drain()
    assert told == ["Given up after 2 attempts."]


def test_an_unknown_kind_is_kept_for_somebody_to_look_at():
    put("nobody's")
    runner.drain()
    assert Task.objects.get().state == "failed"


def test_waiting_is_no_failed_attempt(kind, still):
    seen = []

    def run(work):
        if not work.row.progress:
            work.note(half=True)
            raise Later(clock.now() + timedelta(seconds=5))
        seen.append(work.again)

    kind(run)
    put()
    runner.drain()
    assert Task.objects.get().attempts == 0
    still.advance(4)
    assert runner.drain() == 0
    still.advance(1)
    runner.drain()
    assert seen == [True]


def test_an_expired_lease_is_taken_over(kind, still):
    done = []
    kind(lambda work: done.append(work.row.attempts))
    leases.claim(put().pk)
    still.advance(59)
    assert leases.take_over_expired() == 0
    still.advance(2)
    assert leases.take_over_expired() == 1
    runner.drain()
    assert done == [2]


def test_the_dead_of_this_machine_are_inherited_at_once():
    task = leases.claim(put().pk)
    assert leases.take_over_dead() == 0
    dead = f"{leases.MACHINE}/{2**22 + 1}/nonce"
    Task.objects.filter(pk=task.pk).update(owner=dead)
    assert leases.take_over_dead() == 1
    Task.objects.filter(pk=task.pk).update(
        state="running", owner=f"{leases.owner().rsplit('/', 1)[0]}/before-the-restart"
    )
    assert leases.take_over_dead() == 1
    assert Task.objects.get().state == "queued"


def test_who_has_lost_the_lease_changes_nothing(kind):
    def run(work):
        Task.objects.filter(pk=work.row.pk).update(owner="somebody else")
        with pytest.raises(LeaseLost):
            work.note(half=True)
        work.complete()

    kind(run)
    put()
    runner.drain()
    assert Task.objects.get().progress == {}


def test_simulated_work_takes_its_time_by_the_clock(kind, still, settings):
    settings.COMPUTE_CLOCK = "manual"
    settings.COMPUTE_DURATIONS = {"spawn": 10}
    done = []

    def run(work):
        work.take_time("spawn")
        done.append(1)

    kind(run)
    put()
    runner.drain()
    assert not done
    still.advance(10)
    runner.drain()
    assert done


@pytest.mark.django_db(transaction=True)
def test_the_runner_is_woken_by_the_commit(kind, monkeypatch):
    done = threading.Event()
    kind(lambda work: done.set())
    put()
    started = runner.start(threads=1)
    try:
        assert done.wait(5), "what was there at the start"
        done.clear()
        # The keeper sleeps: only the wake-up can have done it.
        monkeypatch.setattr(leases, "due", lambda *args: [])
        put()
        assert done.wait(5)
    finally:
        runner.stop()
    assert started is not runner.current()
    assert connection.connection is not None
