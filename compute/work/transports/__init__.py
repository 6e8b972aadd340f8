"""How a worker learns that there is work.  A lost message costs a second, never the work."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from django.conf import settings


class Transport(Protocol):
    def wake(self, queue: str, task_ids: Sequence[int]) -> None:
        """Tell whoever serves the queue that these tasks are there."""
        ...


def is_distributed() -> bool:
    """Whether services are processes of their own, which a broker wakes."""
    return bool(getattr(settings, "BROKER", ""))


@lru_cache
def transport() -> Transport:
    """The transport that settings choose; the broker's library is loaded where there is one."""
    if is_distributed():
        from compute.work.transports.distributed import Distributed

        return Distributed()
    from compute.work.transports.embedded import Embedded

    return Embedded()


def wake(queue: str, task_ids: Sequence[int]) -> None:
    transport().wake(queue, task_ids)
