"""One line for each request, in the words of Nova's own log."""

import logging
from time import perf_counter

from django.http.response import HttpResponseBase

from middleware.base import Middleware, Request

LOG = logging.getLogger("nova.api.openstack.requestlog")
VERSION_HEADER = "X-OpenStack-Nova-API-Version"


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
