"""The runner: threads of this process that do what is in the work table.

Workers sleep until they are woken; only the keeper looks into the table, about once a second, for
what became due, for wake-ups that got lost and for leases that ran out.
"""

import logging
import threading
import time
import traceback
from collections import deque
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    transaction,
)
from django.db import connection as database

from compute.clients.errors import NeighbourFailed
from compute.domain import lifecycle, records
from compute.domain.states import VmState
from compute.models import Server, Task
from compute.work import clock, leases, registry
from compute.work.errors import Later, LeaseLost, Transient
from compute.work.task import Work

log = logging.getLogger(__name__)

# What may be gone at the next attempt; who stumbles does not refuse.
_PASSING = (Transient, NeighbourFailed, OperationalError, InterfaceError)
_BATCH = 256
# Seconds after which a worker is taken to wait for something, so that another one may begin.
_KEPT = 0.05
_TRIES_TO_GIVE_UP = 3


def perform(row: Task) -> None:
    """Do a claimed task, and put it back, tick it off or give it up by how that went."""
    kind = registry.kind(row.kind)
    if kind is None:
        fail(row, f"Nobody knows how to do {row.kind!r}.")
        return
    work = Work(row)
    try:
        if row.attempts > kind.attempts:
            # It has never returned: it takes its worker with it every time.
            raise RuntimeError(f"Given up after {kind.attempts} attempts.")
        kind.run(work)
        if not work.completed:
            _complete(work)
    except Later as later:
        leases.put_back(row, not_before=later.at, failed=False)
    except LeaseLost:
        log.warning("The lease of task %s was lost.", row.pk)
    except Exception as exc:
        if isinstance(exc, _PASSING) and row.attempts < kind.attempts:
            log.info("Task %s (%s) failed and is tried again: %s", row.pk, row.kind, exc)
            leases.put_back(row, not_before=clock.now() + _backoff(row.attempts))
            return
        log.warning("Task %s (%s) failed: %s", row.pk, row.kind, exc, exc_info=exc)
        text = traceback.format_exc()
        if kind.gave_up is not None:
            _give_up(kind.gave_up, work, exc)
        fail(row, text)


def _complete(work: Work) -> None:
    """Tick off what did not end with a change of its own: nothing more comes of its request."""
    if work.row.server_uuid is None:
        work.complete()
        return
    with transaction.atomic():
        records.close_actions(work.context, work.row.server_uuid)
        work.complete()


def _give_up(gave_up: registry.GivingUp, work: Work, exc: Exception) -> None:
    """Give the work up; if even that fails time after time, the server ends in ERROR."""
    try:
        gave_up(work, exc)
    except Exception as worse:
        kind = registry.kind(work.row.kind)
        tried = work.row.attempts - (kind.attempts if kind else 0)
        if isinstance(worse, (*_PASSING, LeaseLost)) or tried < _TRIES_TO_GIVE_UP:
            raise
        log.exception("Task %s cannot be given up as it should.", work.row.pk)
        server = Server.objects.filter(uuid=work.row.server_uuid, deleted=False).first()
        if server is not None and server.task_state is not None:
            lifecycle.abandon(server, exc, to=VmState.ERROR)


def _backoff(attempts: int) -> timedelta:
    return timedelta(seconds=min(30.0, 0.25 * 2**attempts))


def fail(row: Task, text: str) -> None:
    """Keep a claimed task that came to nothing, with the reason."""
    # A task that is kept to be looked at keeps no secrets.
    kept = {name: value for name, value in row.payload.items() if "password" not in name}
    Task.objects.filter(pk=row.pk, owner=row.owner).update(
        payload=kept,
        state=leases.FAILED,
        error=text[-8000:],
        finished_at=clock.now(),
        lease_until=None,
    )


def drain(limit: int = 10_000, queues: Sequence[str] | None = None) -> int:
    """Do everything that is due, in this thread; return how many tasks were done."""
    done = 0
    while done < limit:
        ids = leases.due(_BATCH, queues)
        progress = False
        for task_id in ids:
            try:
                row = leases.claim(task_id)
            except leases.Busy:
                continue
            if row is not None:
                perform(row)
                done, progress = done + 1, True
        if not progress:
            break
    return done


class Runner:
    """Worker threads and their keeper; `queues` None serves every queue."""

    def __init__(self, threads: int | None = None, queues: Sequence[str] | None = None) -> None:
        self._count = threads or int(getattr(settings, "COMPUTE_WORKERS", 2))
        self._queues = frozenset(queues) if queues is not None else None
        self._ready: deque[int] = deque()
        self._known: set[int] = set()
        self._busy: dict[str, set[int]] = {}
        self._doing: set[int] = set()
        # Claimed tasks that could not even be put back: the database was away.
        self._adrift: list[Task] = []
        self._condition = threading.Condition()
        # Of the workers that do something, since when; and how many wait for one that is kept.
        self._since: dict[int, float] = {}
        self._watching = 0
        # SQLite's writers wait for one another: two at a time cost a third more and are no faster.
        self._in_turn = database.vendor == "sqlite"
        self._keeper_wakes = threading.Event()
        self._stopping = False
        self._more = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        leases.take_over_dead()
        for number in range(self._count):
            self._spawn(self._work, f"worker-{number}")
        self._spawn(self._keep, "keeper")

    def stop(self, timeout: float = 10.0) -> None:
        """Finish what is being done and start nothing new."""
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        self._keeper_wakes.set()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def serves(self, queue: str) -> bool:
        return self._queues is None or queue in self._queues

    def wake(self, queue: str, task_ids: Sequence[int]) -> None:
        """These tasks of that queue are there."""
        if self.serves(queue):
            self._offer(task_ids)

    def _spawn(self, target: object, name: str) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _offer(self, task_ids: Sequence[int]) -> None:
        with self._condition:
            for task_id in task_ids:
                if task_id not in self._known:
                    self._known.add(task_id)
                    self._ready.append(task_id)
                    if not (self._in_turn and self._since and self._watching):
                        self._condition.notify()

    # The workers
    def _work(self) -> None:
        while (task_id := self._next()) is not None:
            try:
                self._do(task_id)
            except Exception:
                log.exception("A worker stumbled over task %s.", task_id)
                self._mend()
            with self._condition:
                del self._since[threading.get_ident()]
        database.close()

    def _next(self) -> int | None:
        """Wait for a task, and take it; None when there is to be no more."""
        with self._condition:
            while not self._stopping and not self._may_begin():
                if self._more and not self._ready:
                    self._more = False
                    self._keeper_wakes.set()
                if self._in_turn and self._since:
                    self._watching += 1
                    self._condition.wait(_KEPT)
                    self._watching -= 1
                else:
                    self._condition.wait()
            if self._stopping:
                return None
            task_id = self._ready.popleft()
            self._known.discard(task_id)
            self._since[threading.get_ident()] = time.monotonic()
            return task_id

    def _may_begin(self) -> bool:
        """Whether there is something to do, and nobody whose turn it is."""
        if not self._ready:
            return False
        latest = time.monotonic() - _KEPT
        return not self._in_turn or all(since <= latest for since in self._since.values())

    def _do(self, task_id: int) -> None:
        try:
            row = leases.claim(task_id)
        except leases.Busy as busy:
            with self._condition:
                self._busy.setdefault(busy.server_uuid, set()).add(task_id)
            return
        if row is None:
            return
        with self._condition:
            self._doing.add(task_id)
        try:
            perform(row)
        except Exception:
            self._adrift.append(row)
            raise
        finally:
            with self._condition:
                self._doing.discard(task_id)
                waiting = self._busy.pop(row.server_uuid or "", set())
            if waiting:
                self._offer(sorted(waiting))

    def _mend(self) -> None:
        """Drop a connection that may be broken; the next query opens another."""
        try:
            close_old_connections()
            database.close()
        except DatabaseError:
            log.exception("A broken connection could not be closed.")

    # The keeper
    def _keep(self) -> None:
        interval = getattr(settings, "COMPUTE_SWEEP", 1.0)
        renewed = expired = time.monotonic()
        while not self._stopping:
            try:
                with self._condition:
                    room = _BATCH - len(self._ready)
                if room > 0:
                    found = leases.due(room, None if self._queues is None else sorted(self._queues))
                    self._more = len(found) >= room
                    self._offer(found)
                self._bring_back()
                now = time.monotonic()
                if now - renewed >= leases.lease().total_seconds() / 3:
                    renewed = now
                    with self._condition:
                        doing = list(self._doing)
                    if doing:
                        leases.renew(doing)
                if now - expired >= 5:
                    expired = now
                    leases.take_over_expired()
            except Exception:
                log.exception("The keeper of the work table stumbled.")
                self._mend()
            self._keeper_wakes.wait(interval)
            self._keeper_wakes.clear()
        database.close()

    def _bring_back(self) -> None:
        while self._adrift:
            row = self._adrift[0]
            leases.put_back(row, not_before=clock.now() + _backoff(row.attempts))
            self._adrift.pop(0)


_current: Runner | None = None


def current() -> Runner | None:
    """The runner of this process, None when it has none."""
    return _current


def start(threads: int | None = None, queues: Sequence[str] | None = None) -> Runner:
    """Start this process's runner, once."""
    global _current
    if _current is None:
        _current = Runner(threads, queues)
        _current.start()
    return _current


def stop() -> None:
    """Stop this process's runner, if it has one."""
    global _current
    if _current is not None:
        _current.stop()
        _current = None
