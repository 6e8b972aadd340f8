"""Worker processes: forked, watched, replaced when they die, stopped and reloaded gracefully.

The sockets belong to the supervisor, so that no connection is refused while workers change.
SIGTERM stops, SIGHUP reloads: the supervisor becomes a new one in the same process, with settings
and code read anew, and lets the old workers go once the new ones are there.
"""

import contextlib
import errno
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import NoReturn

from computeproject.apis import Listener

log = logging.getLogger(__name__)

_LEGACY = "KILONOVA_SUPERVISOR"
_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}
# A worker that lives shorter than this many seconds is not replaced at once.
_TOO_SHORT = 2.0
# Workers whose supervisor was killed need a moment to see it and to leave the port.
_LEAVING = 5.0

# (listener, number of the worker, socket, the end of a pipe that ends with the supervisor)
Work = Callable[[Listener, int, socket.socket, int], None]


class Supervisor:
    def __init__(self, listeners: Sequence[Listener], work: Work, patience: float) -> None:
        self._listeners, self._work, self._patience = listeners, work, patience
        self._workers: dict[int, tuple[Listener, int, float]] = {}
        legacy = json.loads(os.environ.pop(_LEGACY, "{}"))
        self._old: set[int] = set(legacy.get("workers", ()))
        self._alive: int
        self._lifeline: int
        self._alive, self._lifeline = legacy.get("lifeline") or os.pipe()
        kept = {tuple(key): fd for key, fd in legacy.get("sockets", ())}
        self._sockets = {each.name: _listen(each, kept) for each in listeners}
        for fd in kept.values():
            os.close(fd)

    def run(self, started: Callable[[], None]) -> None:
        """Keep the workers running until SIGTERM."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        for listener in self._listeners:
            for number in range(listener.workers):
                self._fork(listener, number)
        self._let_go()
        started()
        while True:
            told = signal.sigtimedwait(_SIGNALS, 1.0)
            number = told.si_signo if told is not None else 0
            if number in (signal.SIGTERM, signal.SIGINT):
                break
            if number == signal.SIGHUP:
                self._reload()
            for listener, which, lived in self._reap():
                log.warning("A worker of %s has died and is replaced.", listener.name)
                if lived < _TOO_SHORT:
                    time.sleep(1)
                self._fork(listener, which)
        self._stop()

    def _fork(self, listener: Listener, number: int) -> None:
        pid = os.fork()
        if pid == 0:
            self._become_worker(listener, number)
        self._workers[pid] = (listener, number, time.monotonic())

    def _become_worker(self, listener: Listener, number: int) -> NoReturn:
        code = 1
        try:
            os.close(self._lifeline)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            # A worker is reloaded by being replaced; the terminal's Ctrl-C is for the supervisor.
            for ignored in (signal.SIGHUP, signal.SIGINT):
                signal.signal(ignored, signal.SIG_IGN)
            self._work(listener, number, self._sockets[listener.name], self._alive)
            code = 0
        except BaseException:
            log.exception("A worker of %s has failed.", listener.name)
        finally:
            logging.shutdown()
            os._exit(code)

    def _reap(self) -> list[tuple[Listener, int, float]]:
        """Workers that ended without having been told to."""
        dead = []
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            self._old.discard(pid)
            if pid in self._workers:
                listener, number, since = self._workers.pop(pid)
                dead.append((listener, number, time.monotonic() - since))
        return dead

    def _let_go(self) -> None:
        """The workers of before the reload may finish what they are doing."""
        for pid in self._old:
            _tell(pid, signal.SIGTERM)

    def _reload(self) -> None:
        command = [sys.executable, *sys.orig_argv[1:]]
        # Signals stay blocked: whoever asks for another reload meanwhile waits for this one.
        checked = subprocess.run([*command, "--check"], check=False)  # noqa: S603
        if checked.returncode:
            log.error("Not reloaded: with its new settings the server would not start.")
            return
        kept = []
        for listener in self._listeners:
            handle = self._sockets[listener.name]
            handle.set_inheritable(True)
            kept.append([[listener.listen, listener.port], handle.fileno()])
        for fd in (self._alive, self._lifeline):
            os.set_inheritable(fd, True)
        os.environ[_LEGACY] = json.dumps(
            {
                "sockets": kept,
                "lifeline": [self._alive, self._lifeline],
                "workers": [*self._workers, *self._old],
            }
        )
        sys.stdout.flush()
        os.execv(command[0], command)  # noqa: S606

    def _stop(self) -> None:
        for pid in (*self._workers, *self._old):
            _tell(pid, signal.SIGTERM)
        deadline = time.monotonic() + self._patience
        while (self._workers or self._old) and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.05)
        for pid in (*self._workers, *self._old):
            _tell(pid, signal.SIGKILL)


def _tell(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _listen(listener: Listener, kept: dict[tuple[str, int], int]) -> socket.socket:
    """The listener's socket, taken over from before a reload if it was there already."""
    fd = kept.pop((listener.listen, listener.port), None)
    if fd is not None:
        os.set_inheritable(fd, False)
        return socket.socket(fileno=fd)
    family = socket.AF_INET6 if ":" in listener.listen else socket.AF_INET
    deadline = time.monotonic() + _LEAVING
    while True:
        try:
            return socket.create_server(
                (listener.listen, listener.port), family=family, backlog=128
            )
        except OSError as exc:
            if exc.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
