"""Wake-ups over a broker, whatever the broker does."""

import threading

import pytest

from compute.work import runner
from compute.work.transports import distributed


@pytest.fixture
def sent(monkeypatch):
    """What was sent; the broker is away while `broken` is set."""
    messages, arrived = [], threading.Event()

    def send(queue, ids):
        arrived.set()
        if sent.broken:
            raise OSError("no broker")
        messages.append((queue, list(ids)))

    def sent():
        arrived.wait(5)
        arrived.clear()
        return messages

    sent.broken = False
    monkeypatch.setattr(distributed, "_PAUSE", 0)
    monkeypatch.setattr(distributed.celery, "send_wake", send)
    return sent


def test_whoever_serves_the_queue_is_told(sent):
    distributed.Distributed().wake("conductor", [1, 2])
    assert sent() == [("conductor", [1, 2])]


def test_who_serves_it_in_this_very_process_needs_no_message(sent, monkeypatch):
    here = runner.Runner(queues=["conductor"])
    monkeypatch.setattr(runner, "_current", here)
    transport = distributed.Distributed()
    transport.wake("conductor", [1])
    transport.wake("scheduler", [2])
    assert sent() == [("scheduler", [2])]
    assert list(here._ready) == [1]


def test_a_broker_that_is_away_keeps_nobody_waiting(sent):
    sent.broken = True
    transport = distributed.Distributed()
    transport.wake("conductor", [1])
    assert sent() == []
    sent.broken = False
    while not sent():
        transport.wake("conductor", [2])
