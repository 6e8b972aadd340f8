"""The Celery application: messages that say that there is work, and who listens to which queue.

A message is a wake-up and holds nothing but the numbers of tasks: it may be lost, late or doubled.
Each service process has one queue, bound to the routing keys of all that it serves: `scheduler`,
`conductor`, and `compute.<host>` for each of its hosts.
"""

import logging
import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

from celery import Celery
from celery import worker as workers
from celery.worker import state
from django.conf import settings
from kombu import Exchange, Queue, binding

log = logging.getLogger(__name__)

EXCHANGE = Exchange("kilonova", type="direct", durable=True)
WAKE = "kilonova.wake"
# Seconds: a wake-up that is older tells nothing that a sweep has not found.
_STALE = 60
_UNUSED = 3600


@cache
def application() -> Any:
    """Configured at first use, because settings are not read at import."""
    app = Celery("kilonova", broker=settings.BROKER, set_as_current=True)
    app.conf.update(
        task_ignore_result=True,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_prefetch_multiplier=0,
        broker_connection_timeout=3,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_pool_limit=1,
        broker_transport_options={"confirm_publish": False},
    )
    app.task(name=WAKE, ignore_result=True)(_awake)
    return app


def _awake(queue: str, task_ids: Sequence[int]) -> None:
    """What a message does where it arrives."""
    from compute.work import runner

    running = runner.current()
    if running is not None:
        running.wake(queue, task_ids)


def send_wake(queue: str, task_ids: Sequence[int]) -> None:
    """Send one message; raises when the broker does not take it."""
    application().send_task(
        WAKE,
        args=[queue, list(task_ids)],
        exchange=EXCHANGE,
        routing_key=queue,
        declare=[EXCHANGE],
        delivery_mode="transient",
        expiration=_STALE,
        retry=True,
        retry_policy={"max_retries": 1, "interval_start": 0, "interval_max": 0.2},
    )


class Bell:
    """Listens in a thread of its own for wake-ups of these queues, whatever the broker does."""

    def __init__(self, name: str, queues: Sequence[str]) -> None:
        self._name = name
        self._queue = Queue(
            name,
            durable=True,
            expires=_UNUSED,
            bindings=[binding(EXCHANGE, routing_key=queue) for queue in queues],
        )
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="bell", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        # How Celery's own workers are told to end; there is one in a process.
        state.should_stop = 0
        # Nothing is lost with it, so nobody waits for it long.
        self._thread.join(1)

    def _listen(self) -> None:
        app = application()
        app.conf.task_queues = [self._queue]
        while not self._stopping.is_set():
            try:
                workers.WorkController(
                    app=app,
                    hostname=f"{self._name}@kilonova",
                    pool="solo",
                    concurrency=1,
                    without_gossip=True,
                    without_mingle=True,
                    without_heartbeat=True,
                    loglevel="WARNING",
                ).start()
            except Exception:
                log.exception("The bell of %s has stopped; it is hung up again.", self._name)
            self._stopping.wait(2)
