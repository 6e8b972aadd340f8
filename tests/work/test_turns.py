"""The workers of a process take turns where writers do, and are never stuck together."""

import threading
import time

import pytest

from compute.work import runner


class Told(runner.Runner):
    """Its workers do what the test says; nobody looks into the work table."""

    def __init__(self, do, in_turn):
        super().__init__(threads=3)
        self._do = do
        self._in_turn = in_turn

    def start(self):
        for number in range(self._count):
            self._spawn(self._work, f"told-{number}")


@pytest.fixture
def told(monkeypatch):
    started = []

    def start(do, *, in_turn, kept):
        monkeypatch.setattr(runner, "_KEPT", kept)
        started.append(Told(do, in_turn))
        started[0].start()
        return started[0]

    yield start
    for each in started:
        each.stop()


def test_where_writers_wait_for_one_another_workers_take_turns(told):
    lock, done = threading.Lock(), threading.Semaphore(0)
    together = []

    def do(task_id):
        together.append(not lock.acquire(blocking=False))
        time.sleep(0.005)
        lock.release()
        done.release()

    told(do, in_turn=True, kept=600).wake("conductor", range(6))
    assert all(done.acquire(timeout=30) for _ in range(6))
    assert together == [False] * 6


def test_a_worker_that_waits_for_something_does_not_keep_the_others(told):
    came, ended = threading.Event(), threading.Event()

    def do(task_id):
        if task_id == 1:
            assert came.wait(30)
            ended.set()
        else:
            came.set()

    here = told(do, in_turn=True, kept=0.01)
    here.wake("conductor", [1])
    here.wake("conductor", [2])
    assert ended.wait(30)


def test_elsewhere_they_work_at_the_same_time(told):
    meeting = threading.Barrier(3)
    met = threading.Semaphore(0)

    def do(task_id):
        meeting.wait(30)
        met.release()

    told(do, in_turn=False, kept=600).wake("conductor", [1, 2, 3])
    assert all(met.acquire(timeout=30) for _ in range(3))
