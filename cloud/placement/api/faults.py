"""Placement's errors: {"errors": [...]}, or text or HTML for those who accept no JSON."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse
from django.http.request import MediaType
from rest_framework.exceptions import MethodNotAllowed

from cloud.placement import errors
from cloud.placement.api.history import FIRST, LAST
from versioned import wire
from versioned.negotiation import BadVersionString, VersionNotAcceptable
from versioned.operation import NotInThisVersion
from versioned.versions import Version, show

UNDEFINED: Final = "placement.undefined_code"
INVENTORY_IN_USE: Final = "placement.inventory.inuse"
CONCURRENT_UPDATE: Final = "placement.concurrent_update"
DUPLICATE_NAME: Final = "placement.duplicate_name"
PROVIDER_IN_USE: Final = "placement.resource_provider.inuse"
PROVIDER_IS_PARENT: Final = "placement.resource_provider.cannot_delete_parent"
PROVIDER_NOT_FOUND: Final = "placement.resource_provider.not_found"
DUPLICATE_KEY: Final = "placement.query.duplicate_key"
BAD_VALUE: Final = "placement.query.bad_value"
MISSING_VALUE: Final = "placement.query.missing_value"

CODES_SINCE: Final[Version] = (1, 23)

TITLES: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    415: "Unsupported Media Type",
    500: "Internal Server Error",
}
_BREAK: Final = "<br /><br />\n"
# What a status says of itself, in front of the detail.
_EXPLANATIONS: Final = {
    400: "The server could not comply with the request since\r\n"
    "it is either malformed or otherwise incorrect.",
    401: "This server could not verify that you are authorized to\r\n"
    "access the document you requested.  Either you supplied the\r\n"
    "wrong credentials (e.g., bad password), or your browser\r\n"
    "does not understand how to supply the credentials required.",
    403: "Access was denied to this resource.",
    404: "The resource could not be found.",
    409: "There was a conflict when trying to complete your request.",
    500: "The server has either erred or is incapable of performing\r\nthe requested operation.",
}
_LINE_BREAK = re.compile(r"<br.*?>", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"<!--.*?-->|<.*?>", re.DOTALL)


class Fault(Exception):
    """An answer that is an error."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        code: str = UNDEFINED,
        headers: dict[str, str] | None = None,
        *,
        varies: bool = True,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.code = status, detail, code
        self.headers = headers or {}
        # Placement: what passes all of its handlers is not said to vary with the version.
        self.varies = varies


Rule = tuple[type[errors.PlacementError], int, str, str]


@contextmanager
def refusing(*rules: Rule) -> Iterator[None]:
    """Answer a domain's error with (status, what to say before it, code), first match first."""
    try:
        yield
    except errors.PlacementError as exc:
        for kind, status, prefix, code in rules:
            if isinstance(exc, kind):
                raise Fault(status, prefix + str(exc), code) from exc
        raise


def fault_of(exc: Exception, allowed: str) -> Fault | None:
    """The fault that an exception stands for, or None for one that nobody expected."""
    match exc:
        case Fault():
            return exc
        case errors.NotFound():
            return Fault(404, str(exc), varies=False)
        case errors.ConcurrentUpdate():
            return Fault(409, str(exc), CONCURRENT_UPDATE)
        case errors.PlacementError():
            return Fault(409, str(exc))
        case NotInThisVersion():
            return Fault(404)
        case MethodNotAllowed():
            text = "The method specified is not allowed for this resource."
            return Fault(405, text, headers={"Allow": allowed})
        case VersionNotAcceptable():
            return _not_acceptable(show(exc.version))
        case BadVersionString():
            return _bad_version(exc.text)
    return None


def _not_acceptable(version: str) -> Fault:
    return Fault(406, f"Invalid microversion: Unacceptable version header: {version}")


def _bad_version(text: str) -> Fault:
    try:
        numbers = [int(part) for part in text.split(".", 1)]
    except ValueError as exc:
        why = str(exc)
    else:
        if len(numbers) == 2:
            return _not_acceptable(text)
        why = "Version.__new__() missing 1 required positional argument: 'minor'"
    return Fault(400, f"Invalid microversion: invalid version string: {text}; {why}")


def render(
    fault: Fault, request: HttpRequest, version: Version | None, request_id: str
) -> HttpResponse:
    """Write a fault in the form that the client accepts."""
    title = TITLES[fault.status]
    kind = _preferred(request)
    if kind == "text/html":
        content = (
            f"<html>\n <head>\n  <title>{fault.status} {title}</title>\n </head>\n <body>\n"
            f"  <h1>{fault.status} {title}</h1>\n  {_body(fault, request, html.escape)}\n"
            " </body>\n</html>"
        ).encode()
        response = HttpResponse(content, status=fault.status, content_type=f"{kind}; charset=UTF-8")
    elif kind == "text/plain":
        text = f"{fault.status} {title}\n\n{_without_markup(_body(fault, request, str))}"
        response = HttpResponse(text, status=fault.status, content_type=f"{kind}; charset=UTF-8")
    else:
        error: dict[str, Any] = {
            "status": fault.status,
            "title": title,
            "detail": _without_markup(_body(fault, request, str)),
        }
        if version is not None and version >= CODES_SINCE:
            error["code"] = fault.code
        if request_id:
            error["request_id"] = request_id
        if version is None and fault.status == 406:
            error["max_version"], error["min_version"] = show(LAST), show(FIRST)
        response = wire.json_response({"errors": [error]}, fault.status)
    response.headers["Content-Length"] = str(len(response.content))
    if request.method == "HEAD":
        # Placement: webob writes no content for it, and leaves the type as it was.
        response.headers["Content-Type"] = "text/html; charset=UTF-8"
    for name, value in fault.headers.items():
        response.headers[name] = value
    return response


def _body(fault: Fault, request: HttpRequest, escape: Any) -> str:
    detail = escape(fault.detail)
    if fault.status == 405:
        return f"The method {request.method} is not allowed for this resource. {_BREAK}{detail}"
    if fault.status == 406:
        asked = escape(request.META.get("HTTP_ACCEPT") or "application/json")
        return (
            "The resource could not be generated that was acceptable to your browser\n"
            f"(content of type {asked}. {_BREAK}{detail}"
        )
    if fault.status == 415:
        sent = escape(request.META.get("CONTENT_TYPE") or "None")
        return f"The request media type {sent} is not supported by this server.\n{_BREAK}{detail}"
    return f"{_EXPLANATIONS[fault.status]}{_BREAK}{detail}\n\n"


def _without_markup(text: str) -> str:
    text = text.replace("\n", " ").replace("\r", "")
    return _MARKUP.sub("", _LINE_BREAK.sub("\n", text))


def _preferred(request: HttpRequest) -> str:
    """HTML, JSON or plain text: what an error is written in."""
    accept = request.META.get("HTTP_ACCEPT")
    if not accept or accept in ("*/*", "application/json"):
        return "application/json"
    return request.get_preferred_type(["text/html", "application/json"]) or "text/plain"


def check_text(query: str) -> None:
    """Refuse a query whose names or values are no UTF-8."""
    for each in re.split("[&=]", query) if "%" in query else ():
        try:
            unquote_to_bytes(each).decode()
        except UnicodeDecodeError as exc:
            raise Fault(400, f"Invalid query string parameters: {exc}") from None


def accepts_json(request: HttpRequest) -> bool:
    """Say whether the client takes JSON, or says nothing of what it takes."""
    accept = request.META.get("HTTP_ACCEPT")
    if not accept or accept in ("*/*", "application/json"):
        return True
    return any(MediaType(one).match("application/json") for one in accept.split(",") if one.strip())
