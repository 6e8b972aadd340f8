"""What this process has learnt about guests a few seconds ago."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any, Final

from compute.domain.guest_data.conf import conf
from compute.work import clock

_MOST: Final = 1024


class Cache:
    """Keeps values for METADATA_CACHE_EXPIRATION seconds, and the youngest thousand of them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[datetime, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Any:
        """The value, or None when there is none that is new enough."""
        with self._lock:
            until, value = self._kept.get(key, (None, None))
            if until is not None and clock.now() < until:
                return value
            self._kept.pop(key, None)
            return None

    def set(self, key: str, value: Any) -> None:
        seconds = conf.metadata_cache_expiration
        if seconds <= 0:
            return
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = (clock.now() + timedelta(seconds=seconds), value)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


cache = Cache()
