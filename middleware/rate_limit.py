"""How often an address may ask for a token: guessing passwords takes its time.

Nothing is shared between processes: each grants the whole rate.
"""

import json
import time
from math import ceil
from threading import Lock

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from middleware.base import GetResponse, Middleware, Request
from middleware.conf import conf

_UNITS = {"second": 1, "minute": 60, "hour": 3600}
_MOST_REMEMBERED = 65536


class Buckets:
    """A bucket of tries for each key, which fills again at a steady rate."""

    def __init__(self, size: int, seconds: float) -> None:
        self.size = size
        self.per_second = size / seconds
        self._lock = Lock()
        self._held: dict[str, tuple[float, float]] = {}

    def take(self, key: str, now: float | None = None) -> float:
        """Take one; return 0, or the seconds until there is one again."""
        now = time.monotonic() if now is None else now
        with self._lock:
            left, since = self._held.get(key, (float(self.size), now))
            left = min(self.size, left + (now - since) * self.per_second)
            if left < 1:
                return (1 - left) / self.per_second
            if len(self._held) >= _MOST_REMEMBERED:
                self._forget(now)
            self._held[key] = (left - 1, now)
        return 0

    def _forget(self, now: float) -> None:
        """Drop those whose buckets are full again."""
        full = [
            key
            for key, (left, since) in self._held.items()
            if left + (now - since) * self.per_second >= self.size
        ]
        for key in full:
            del self._held[key]


class RateLimit(Middleware):
    """Answer 429 to addresses that ask for more tokens than TOKEN_RATE grants."""

    name = "rate_limit"

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        rate = read_rate(conf.token_rate) if conf.token_rate else None
        self.buckets = Buckets(*rate) if rate else None

    def handle(self, request: Request) -> HttpResponseBase:
        if self.buckets is not None and _asks_for_token(request):
            seconds = self.buckets.take(request.META.get("REMOTE_ADDR", ""))
            if seconds:
                return _refusal(seconds)
        return self.get_response(request)


def read_rate(text: str) -> tuple[int, int] | None:
    """Read "30/minute" as how many in how many seconds; None if it says something else."""
    number, _, unit = text.partition("/")
    if not number.isdecimal() or not int(number) or unit not in _UNITS:
        return None
    return int(number), _UNITS[unit]


def _asks_for_token(request: Request) -> bool:
    path = request.path_info.rstrip("/")
    if path.endswith("/v3/auth/tokens"):
        return request.method == "POST"
    return "/v3/OS-FEDERATION/identity_providers/" in path and path.endswith("/auth")


def _refusal(seconds: float) -> HttpResponse:
    error = {
        "code": 429,
        "title": "Too Many Requests",
        "message": "Too many tokens were asked for from this address.",
    }
    return HttpResponse(
        json.dumps({"error": error}),
        status=429,
        content_type="application/json",
        headers={"Retry-After": str(ceil(seconds))},
    )
