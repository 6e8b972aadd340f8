"""How often an address may ask for a token: guessing passwords takes its time.

The database counts, so that a cloud of many workers grants no more than one does.
"""

import json
import time
from math import ceil

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from middleware.base import GetResponse, Middleware, Request
from middleware.conf import conf

_UNITS = {"second": 1, "minute": 60, "hour": 3600}
_FORGET_EVERY = 600.0
_LONGEST_ADDRESS = 64


class Buckets:
    """A bucket of tries for each key, which fills again at a steady rate."""

    def __init__(self, size: int, seconds: float) -> None:
        self.size = size
        self.each = seconds / size
        self._forgot_at = 0.0

    def take(self, key: str, now: float | None = None) -> float:
        """Take one; return 0, or the seconds until there is one again."""
        from middleware.models import TokenRate

        now = time.time() if now is None else now
        rows = TokenRate.objects.filter(pk=key)
        # One statement, so that of many who come at once each takes one of its own.
        latest = now + (self.size - 1) * self.each
        after = Greatest(F("full_at"), now) + self.each
        if rows.filter(full_at__lte=latest + 1e-6).update(full_at=after):
            return 0
        full_at = rows.values_list("full_at", flat=True).first()
        if full_at is None:
            self._forget(now)
            try:
                with transaction.atomic():
                    TokenRate.objects.create(address=key, full_at=now + self.each)
            except IntegrityError:
                return self.take(key, now)
            return 0
        return max(full_at - latest, 1e-3)

    def _forget(self, now: float) -> None:
        """Drop, from time to time, those whose buckets are full again."""
        from middleware.models import TokenRate

        if now - self._forgot_at > _FORGET_EVERY:
            self._forgot_at = now
            TokenRate.objects.filter(full_at__lt=now).delete()


class RateLimit(Middleware):
    """Answer 429 to addresses that ask for more tokens than TOKEN_RATE grants."""

    name = "rate_limit"

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        rate = read_rate(conf.token_rate) if conf.token_rate else None
        self.buckets = Buckets(*rate) if rate else None
        self.believes_proxy = conf.enable_proxy_headers_parsing

    def handle(self, request: Request) -> HttpResponseBase:
        if self.buckets is not None and _shows_password(request):
            seconds = self.buckets.take(self._address(request))
            if seconds:
                return _refusal(seconds)
        return self.get_response(request)

    def _address(self, request: Request) -> str:
        """Who asks; behind a proxy, whom the proxy itself saw.

        Proxies append what they see, and whoever asks may have written what stands before.
        """
        seen = request.META.get("HTTP_X_FORWARDED_FOR") if self.believes_proxy else None
        address: str = seen or request.META.get("REMOTE_ADDR", "")
        return address.rpartition(",")[2].strip()[:_LONGEST_ADDRESS]


def read_rate(text: str) -> tuple[int, int] | None:
    """Read "30/minute" as how many in how many seconds; None if it says something else."""
    number, _, unit = text.partition("/")
    if not number.isdecimal() or not int(number) or unit not in _UNITS:
        return None
    return int(number), _UNITS[unit]


def _shows_password(request: Request) -> bool:
    """Whether a request asks for a token, or to be let in to the admin site."""
    path = request.path_info.rstrip("/")
    if path.endswith("/v3/auth/tokens") or path == "/admin/login":
        return request.method == "POST"
    if path.endswith("/password") and "/v3/users/" in path:
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
