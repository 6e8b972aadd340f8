"""The outermost catch: what nobody else answered becomes a 500 that tells nothing.

Exceptions of views come here as `process_exception`, those of other filters as `handler500`.
"""

import json
import logging
import sys
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse
from django.views.defaults import server_error

from middleware.base import Middleware, Request
from middleware.pipelines import NOVA
from middleware.webob_errors import PAGES, page

LOG = logging.getLogger("nova.api.openstack")

# Those that Django has answers for.
_EXPECTED = (Http404, BadRequest, PermissionDenied, SuspiciousOperation)
_NAMES = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "badMethod",
    409: "conflictingRequest",
    413: "overLimit",
    415: "badMediaType",
    429: "overLimit",
    501: "notImplemented",
    503: "serviceUnavailable",
}


class FaultWrap(Middleware):
    """Turn an exception into a fault, logged once with the request's id."""

    name = "faultwrap"

    def process_exception(self, request: Request, exc: Exception) -> HttpResponse | None:
        if request.pipeline not in self.pipelines or isinstance(exc, _EXPECTED):
            return None
        return answer(request, exc)


def answer(request: Request, exc: BaseException | None) -> HttpResponse:
    """Log `exc` and make the fault for it."""
    request_id = request.META.get("openstack.request_id", "-")
    LOG.error("%s Caught error: %s", request_id, exc, exc_info=exc)
    response = _fault(request, exc)
    # Django would log the same failure again.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _fault(request: Request, exc: BaseException | None) -> HttpResponse:
    if request.pipeline not in NOVA:
        return page(request, 500)
    # Nova: an exception may name its status, and may say that its text is safe to be shown.
    status = getattr(exc, "code", None)
    if not isinstance(status, int) or not 400 <= status < 600:
        status = 500
    message = PAGES[status][1] if status in PAGES else HTTPStatus(status).description
    if getattr(exc, "safe", False):
        message = f"{type(exc).__name__}: {exc}"
    fault = {_NAMES.get(status, "computeFault"): {"code": status, "message": message}}
    content = json.dumps(fault).encode()
    response = HttpResponse(content, status=status, content_type="application/json; charset=UTF-8")
    response.headers["Content-Length"] = str(len(content))
    return response


def handler500(request: Any) -> HttpResponse:
    """Django's hook for what a filter raised."""
    if getattr(request, "pipeline", "admin") == "admin":
        return server_error(request)
    return answer(request, sys.exc_info()[1])
