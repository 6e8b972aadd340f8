"""A claimed task, as the function that does it sees it."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any

from compute.domain import context as contexts
from compute.models import Server, Task
from compute.virt import registry
from compute.work import clock
from compute.work.errors import Later, LeaseLost
from middleware.context import RequestContext
from versioned.prepared import Prepared, PreparedUpdate

_SERVER = Prepared(lambda uuid: Server.objects.filter(uuid=uuid, deleted=False), str)
_MINE = PreparedUpdate(lambda pk, owner: Task.objects.filter(pk=pk, owner=owner), int, str)


class Work:
    """The row, the caller and the server; every write of the row is fenced by its lease."""

    def __init__(self, row: Task) -> None:
        self.row = row
        self.payload: Mapping[str, Any] = row.payload
        self.completed = False

    @cached_property
    def context(self) -> RequestContext:
        return contexts.recall(self.row.context)

    @cached_property
    def server(self) -> Server | None:
        """The server, None when it is gone."""
        if self.row.server_uuid is None:
            return None
        return _SERVER.first(self.row.server_uuid)

    @property
    def again(self) -> bool:
        """True when an earlier attempt may have got part of the way."""
        return self.row.attempts > 1 or bool(self.row.progress)

    def complete(self) -> None:
        """Tick the task off, in the transaction of its last change; LeaseLost undoes both."""
        if not _MINE(self.row.pk, self.row.owner):
            raise LeaseLost(str(self.row))
        self.completed = True

    def note(self, **progress: Any) -> None:
        """Remember a finished step."""
        self.row.progress = {**self.row.progress, **progress}
        if not _MINE(self.row.pk, self.row.owner, progress=self.row.progress):
            raise LeaseLost(str(self.row))

    def duration(self, operation: str) -> timedelta:
        """How long the operation takes: by the clock, or longer where the host's driver is slow."""
        host = self.row.queue.partition(".")[2]
        slow = registry.driver(host).durations.get(operation, 0.0) if host else 0.0
        return max(clock.duration(operation), timedelta(seconds=slow))

    def take_time(self, operation: str) -> None:
        """Let the operation take its time: the first call of a task may put it off."""
        waited = self.row.progress.get("waited", [])
        if operation in waited:
            return
        duration = self.duration(operation)
        if not duration:
            return
        self.note(waited=[*waited, operation])
        raise Later(clock.now() + duration)
