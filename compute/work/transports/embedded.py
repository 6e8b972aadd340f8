"""Wakes the runner of this process, if one has started."""

from collections.abc import Sequence

from compute.work import runner


class Embedded:
    def wake(self, queue: str, task_ids: Sequence[int]) -> None:
        running = runner.current()
        if running is not None:
            running.wake(queue, task_ids)
