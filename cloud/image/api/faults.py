"""Errors as Glance shows them: an HTML page, or JSON or text for those who ask for it."""

import html
import re
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse

from cloud.image.errors import (
    ImageError,
    MethodNotAllowed,
    NotImplementedMethod,
    UnsupportedMedia,
)
from middleware.accept import acceptable
from versioned import wire

# fmt: off
_SENTENCES = {
    400: "The server could not comply with the request since\r\nit is either malformed or "
         "otherwise incorrect.\r\n",
    403: "Access was denied to this resource.",
    404: "The resource could not be found.",
    409: "There was a conflict when trying to complete your request.",
    410: "This resource is no longer available.  No forwarding address is given.",
    413: "The body of your request was too large for this server.",
    416: "The Range requested is not available.",
    500: "The server has either erred or is incapable of performing\r\nthe requested operation."
         "\r\n",
}
# fmt: on
_TITLES = {416: "Request Range Not Satisfiable"}
_OFFERS = ("text/html", "application/json")
_TAG = re.compile(r"<.*?>", re.DOTALL)
_BREAK = re.compile(r"<br.*?>", re.IGNORECASE | re.DOTALL)


def response(error: ImageError, request: Any) -> HttpResponse:
    """The answer for `error` in the form that the request accepts."""
    title = _TITLES.get(error.status) or HTTPStatus(error.status).phrase
    status = f"{error.status} {title}"
    # Glance: who says nothing of what is accepted gets plain text.
    kind = acceptable(request.META.get("HTTP_ACCEPT", ""), _OFFERS) or "text/plain"
    if request.method == "HEAD":
        kind = "text/html"
    if kind == "text/html":
        body = _body(error, request, html.escape)
        content = (
            f"<html>\n <head>\n  <title>{status}</title>\n </head>\n <body>\n"
            f"  <h1>{status}</h1>\n  {body}\n </body>\n</html>"
        ).encode()
    elif kind == "application/json":
        body = _body(error, request, str)
        content = wire.dumps({"message": body, "code": status, "title": title})
    else:
        body = _BREAK.sub("\n", _body(error, request, str).replace("\n", " ").replace("\r", ""))
        content = f"{status}\n\n{_TAG.sub('', body)}".encode()
    answer = HttpResponse(
        content,
        status=error.status,
        content_type=kind if kind == "application/json" else f"{kind}; charset=UTF-8",
        headers=error.headers,
    )
    answer.headers["Content-Length"] = str(len(content))
    return answer


def _body(error: ImageError, request: Any, escape: Any) -> str:
    if isinstance(error, UnsupportedMedia):
        # Glance: what is not there stands as the place it would have.
        kind = escape(request.META.get("CONTENT_TYPE") or "${CONTENT_TYPE}")
        return (
            f"The request media type {kind} is not supported by this server.\n"
            f"<br /><br />\n{escape(error.detail)}"
        )
    if isinstance(error, NotImplementedMethod):
        return (
            f"\nThe request method {request.method} is not implemented for this server. "
            f"<br /><br />\n{escape(error.detail)}"
        )
    if isinstance(error, MethodNotAllowed):
        if error.explanation is not None:
            return str(escape(error.explanation))
        return (
            f"The method {request.method} is not allowed for this resource. <br /><br />\n"
            f"{escape(error.detail)}"
        )
    explanation = error.explanation
    if explanation is None:
        explanation = _SENTENCES.get(error.status, "")
    return f"{escape(explanation)}<br /><br />\n{escape(error.detail)}\n\n"
