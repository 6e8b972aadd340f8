"""Errors become Nova's faults here, and nowhere else."""

import logging
from typing import Any

from django.http import HttpResponse

from compute.domain.errors import ComputeError
from versioned import wire
from versioned.negotiation import BadVersionString, VersionNotAcceptable
from versioned.operation import MalformedBody, NotInThisVersion, UnsupportedMediaType
from versioned.schema import Invalid
from versioned.versions import show

LOG = logging.getLogger("compute.api")

NAMES = {
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
CONTENT_TYPE = "application/json; charset=UTF-8"
NOT_FOUND = "The resource could not be found."


class ResourceGone(ComputeError):
    """An operation that Nova has taken away for good."""

    status = 410
    message = "This resource is no longer available. No forwarding address is given."


def fault(status: int, message: str, retry_after: str | None = None) -> HttpResponse:
    """Nova's envelope around one error: `{"itemNotFound": {"code": 404, "message": …}}`."""
    inside: dict[str, Any] = {"code": status, "message": message}
    if retry_after is not None and status in (413, 429):
        inside["retryAfter"] = retry_after
    name = NAMES.get(status, "computeFault")
    response = wire.json_response({name: inside}, status, CONTENT_TYPE)
    if retry_after is not None:
        response.headers["Retry-After"] = retry_after
    return response


def fault_for(exc: Exception, request: Any) -> HttpResponse:
    """The fault that says `exc`; anything unforeseen is a 500 and is logged with its request."""
    match exc:
        case ComputeError():
            return fault(exc.status, exc.text, exc.facts.get("retry_after"))  # type: ignore[arg-type]
        case Invalid():
            return fault(400, exc.detail)
        case NotInThisVersion():
            return fault(404, NOT_FOUND)
        case MalformedBody():
            return fault(400, "Malformed request body")
        case UnsupportedMediaType():
            return fault(415, "Unsupported Content-Type")
        case BadVersionString():
            return fault(
                400,
                f"API Version String {exc.text} is of invalid format. "
                "Must be of format MajorNum.MinorNum.",
            )
        case VersionNotAcceptable():
            request.version = exc.version
            return fault(
                406,
                f"Version {show(exc.version)} is not supported by the API. "
                f"Minimum is {show(exc.first)} and maximum is {show(exc.last)}.",
            )
    LOG.error(
        "Unexpected exception in API method (%s)",
        getattr(getattr(request, "context", None), "request_id", "-"),
        exc_info=exc,
    )
    return fault(
        500,
        f"Unexpected API Error. Please contact the administrator\n{type(exc)}",
    )
