"""The heartbeat: one UPDATE every ten seconds for all services that live in this process."""

import logging
import threading
from collections.abc import Sequence

from django.conf import settings
from django.db import connection

from compute.domain import services

log = logging.getLogger(__name__)


class Heartbeat:
    """Reports from its own thread; `beats` None speaks for every service there is."""

    def __init__(self, beats: Sequence[tuple[str, str]] | None) -> None:
        self._beats = beats
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        services.beat(self._beats)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(5)

    def _run(self) -> None:
        interval = float(getattr(settings, "SERVICE_REPORT_INTERVAL", 10))
        while not self._stopped.wait(interval):
            try:
                services.beat(self._beats)
            except Exception:
                log.exception("A heartbeat was missed.")
                connection.close()
        connection.close()


_current: Heartbeat | None = None


def start(beats: Sequence[tuple[str, str]] | None = None) -> None:
    """Start this process's heartbeat: for every service, or for these (binary, host)."""
    global _current
    if _current is None:
        _current = Heartbeat(beats)
        _current.start()


def stop() -> None:
    global _current
    if _current is not None:
        _current.stop()
        _current = None
