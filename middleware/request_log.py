"""One line for each request, in the words of Nova's own log, without what opens doors."""

import hashlib
import logging
import re
from time import perf_counter

from django.http.response import HttpResponseBase

from middleware.base import Middleware, Request

LOG = logging.getLogger("nova.api.openstack.requestlog")
VERSION_HEADER = "X-OpenStack-Nova-API-Version"
# Consoles' tokens, and what an OpenID provider sends browsers back with.
_SECRET = re.compile(
    r"(?P<before>/os-console-auth-tokens/|[?&](?:\w*token|code|state|password|secret)=|%3Ftoken%3D)"
    r"(?P<secret>[^&/?#]+)",
    re.IGNORECASE,
)


def hidden(uri: str) -> str:
    """A URI with hashes in the place of its secrets, as keystoneauth writes tokens."""
    return _SECRET.sub(_hash, uri)


def _hash(match: re.Match[str]) -> str:
    digest = hashlib.sha256(match["secret"].encode("utf-8", "replace")).hexdigest()
    return f"{match['before']}{{SHA256}}{digest}"


class RequestLog(Middleware):
    """Write who asked for what, how it ended, how large the answer was and how long it took."""

    name = "request_log"

    def handle(self, request: Request) -> HttpResponseBase:
        if not LOG.isEnabledFor(logging.INFO):
            return self.get_response(request)
        start = perf_counter()
        response = self.get_response(request)
        query = request.META.get("QUERY_STRING")
        uri = f"{request.path}?{query}" if query else request.path
        uri = hidden(uri)
        if not uri.isprintable():
            # A line break in a path must not start a line of the log.
            uri = uri.encode("unicode_escape").decode()
        headers = response.headers
        LOG.info(
            '%s "%s %s" status: %s len: %s microversion: %s time: %.6f',
            request.META.get("REMOTE_ADDR", "-"),
            request.method,
            uri,
            response.status_code,
            headers.get("Content-Length"),
            headers.get(VERSION_HEADER) or getattr(request, "microversion", "-"),
            perf_counter() - start,
        )
        return response
