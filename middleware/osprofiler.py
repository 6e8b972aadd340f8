"""osprofiler: a request that carries a signed trace is traced; everybody else passes untouched.

Off unless `PROFILER_ENABLED`, as in Nova.
"""

import base64
import binascii
import hashlib
import hmac
import json
import logging
import socket
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.core.exceptions import MiddlewareNotUsed
from django.http.response import HttpResponseBase

from middleware.base import GetResponse, Middleware, Request
from middleware.conf import conf

LOG = logging.getLogger("osprofiler")
_KEYS = frozenset({"base_id", "parent_id", "hmac_key"})


def log_event(event: dict[str, Any]) -> None:
    """The notifier that there is without a collector: one line of JSON in the log."""
    LOG.info("%s", json.dumps(event))


class OsProfiler(Middleware):
    """Tell the notifier of the start and the end of a traced request."""

    name = "osprofiler"

    def __init__(self, get_response: GetResponse) -> None:
        if not conf.profiler_enabled:
            raise MiddlewareNotUsed
        super().__init__(get_response)
        self.keys = conf.profiler_hmac_keys
        self.notify = conf.profiler_notifier
        self.host = socket.gethostname()

    def handle(self, request: Request) -> HttpResponseBase:
        text = request.META.get("HTTP_X_TRACE_INFO")
        trace = self._trusted(text, request.META.get("HTTP_X_TRACE_HMAC")) if text else None
        if trace is None:
            return self.get_response(request)
        # What requests made on behalf of this one must carry on.
        ids = {
            "base_id": trace["base_id"],
            "parent_id": trace.get("parent_id") or trace["base_id"],
            "trace_id": str(uuid4()),
        }
        request.META["osprofiler.trace"] = {**ids, "hmac_key": trace["hmac_key"]}
        info = {
            "request": {
                "path": request.path,
                "query": request.META.get("QUERY_STRING", ""),
                "method": request.method,
                "scheme": request.scheme,
            }
        }
        self._tell("wsgi-start", ids, info)
        try:
            return self.get_response(request)
        finally:
            self._tell("wsgi-stop", ids, {})

    def _tell(self, name: str, ids: dict[str, str], info: dict[str, Any]) -> None:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
        self.notify({"name": name, **ids, "timestamp": now, "info": {**info, "host": self.host}})

    def _trusted(self, text: str, signature: str | None) -> dict[str, Any] | None:
        """The trace that `text` describes, if one of our keys signed it and it has no other key."""
        signature = (signature or "").strip()
        for key in self.keys if signature else ():
            made = hmac.new(key.encode(), text.encode(), hashlib.sha1).hexdigest()
            if not hmac.compare_digest(made.encode(), signature.encode()):
                continue
            try:
                trace = json.loads(base64.urlsafe_b64decode(text))
            except (binascii.Error, ValueError):
                return None
            if not isinstance(trace, dict):
                return None
            trace["hmac_key"] = key
            return trace if trace.keys() <= _KEYS and "base_id" in trace else None
        return None
