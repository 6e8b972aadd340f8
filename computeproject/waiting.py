"""Threads that wait for the next request of a connection, as long as nobody else needs them.

Handing a connection back to the selector, and out again, costs several times what answering a small
request does; the thread that answered the last one waits for the next instead.
"""

import os
import select
import threading
from collections import deque
from collections.abc import Callable
from typing import Any


class Waiting:
    """Who waits, the longest waiting first; each can be called away by a pipe of its own."""

    def __init__(self) -> None:
        self._waiting: deque[Bell] = deque()
        self._own = threading.local()
        self.is_over = False

    def __len__(self) -> int:
        return len(self._waiting)

    def wait(self, socket: Any, seconds: float, is_needed: Callable[[], bool]) -> bool | None:
        """Whether there is more to read within so many seconds; None when called away.

        `is_needed` is asked once, after everybody can see that this thread waits: so whoever has
        something to do either is seen by it, or sees it waiting.
        """
        bell = self._bell()
        self._waiting.append(bell)
        if self.is_over or is_needed():
            self._leave(bell)
            return None
        is_found = bell.wait(socket.fileno(), seconds)
        is_called = self._leave(bell)
        if is_found:
            if is_called:
                # There is something to do here; somebody else may have nothing.
                self.call()
            return True
        return None if is_called else False

    def call(self) -> bool:
        """Call the longest waiting away; whether there was anybody."""
        try:
            bell = self._waiting.popleft()
        except IndexError:
            return False
        bell.ring()
        return True

    def end(self) -> None:
        """Call everybody away, and let nobody wait any more."""
        self.is_over = True
        while self.call():
            pass

    def _leave(self, bell: "Bell") -> bool:
        """Be found no more; whether somebody had called before."""
        try:
            self._waiting.remove(bell)
        except ValueError:
            bell.hear()
            return True
        return False

    def _bell(self) -> "Bell":
        bell = getattr(self._own, "bell", None)
        if bell is None:
            bell = self._own.bell = Bell()
        return bell  # type: ignore[no-any-return]


class Bell:
    """A pipe that one thread rings and another one hears."""

    def __init__(self) -> None:
        self._ear, self._rope = os.pipe()
        self._poll = select.poll()
        self._poll.register(self._ear, select.POLLIN)

    def wait(self, number: int, seconds: float) -> bool:
        """Until it rings, or a file has more to read, by its number: whether it has."""
        poll = self._poll
        poll.register(number, select.POLLIN)
        try:
            found = poll.poll(seconds * 1000)
        finally:
            poll.unregister(number)
        return bool(found) and number in dict(found)

    def ring(self) -> None:
        os.write(self._rope, b".")

    def hear(self) -> None:
        """Take the ring, which whoever called has made or is about to make."""
        os.read(self._ear, 1)

    def __del__(self) -> None:
        os.close(self._ear)
        os.close(self._rope)
