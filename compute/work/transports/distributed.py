"""Wakes services in other processes, over the broker.

Whoever has queued work never waits for the broker: a thread of its own sends, and while the broker
is away it sends nothing, because the sweep of whoever serves the queue finds the work anyway.
"""

import logging
import os
import threading
import time
from collections.abc import Sequence

from compute.work import runner
from computeproject import celery

log = logging.getLogger(__name__)

# Ids in one message; what a message does not name is found by the sweep.
_AT_ONCE = 256
_PAUSE = 2.0


class Distributed:
    """Collects wake-ups by queue and sends them, as far as they are not for this very process."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[int]] = {}
        self._condition = threading.Condition()
        self._sends_since: int | None = None

    def wake(self, queue: str, task_ids: Sequence[int]) -> None:
        running = runner.current()
        if running is not None and running.serves(queue):
            running.wake(queue, task_ids)
            return
        with self._condition:
            self._waiting.setdefault(queue, []).extend(task_ids)
            self._start_once()
            self._condition.notify()

    def _start_once(self) -> None:
        # A thread does not survive a fork.
        if self._sends_since != os.getpid():
            self._sends_since = os.getpid()
            threading.Thread(target=self._send_for_ever, name="wake-ups", daemon=True).start()

    def _send_for_ever(self) -> None:
        while True:
            with self._condition:
                while not self._waiting:
                    self._condition.wait()
                waiting, self._waiting = self._waiting, {}
            try:
                for queue, ids in waiting.items():
                    for start in range(0, len(ids), _AT_ONCE):
                        celery.send_wake(queue, ids[start : start + _AT_ONCE])
            except Exception as exc:
                log.warning("The broker takes no messages, the sweep has to do: %s", exc)
                time.sleep(_PAUSE)
                with self._condition:
                    self._waiting.clear()
