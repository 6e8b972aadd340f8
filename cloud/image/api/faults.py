"""Errors as Glance shows them: an HTML page, or JSON or text for those who ask for it."""

import html
import re
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse

from cloud.image.errors import ImageError, MethodNotAllowed, UnsupportedMedia
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
_TITLES = {416: "Requested Range Not Satisfiable"}
_TAG = re.compile(r"<.*?>", re.DOTALL)
_BREAK = re.compile(r"<br.*?>", re.IGNORECASE | re.DOTALL)


def response(error: ImageError, request: Any) -> HttpResponse:
    """The answer for `error` in the form that the request accepts."""
    title = _TITLES.get(error.status) or HTTPStatus(error.status).phrase
    status = f"{error.status} {title}"
    kind = _preferred(request.META.get("HTTP_ACCEPT", ""))
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
        kind = escape(request.META.get("CONTENT_TYPE", ""))
        return (
            f"The request media type {kind} is not supported by this server.\n"
            f"<br /><br />\n{escape(error.detail)}"
        )
    if isinstance(error, MethodNotAllowed):
        return (
            f"The method {request.method} is not allowed for this resource. <br /><br />\n"
            f"{escape(error.detail)}"
        )
    explanation = error.explanation
    if explanation is None:
        explanation = _SENTENCES.get(error.status, "")
    return f"{escape(explanation)}<br /><br />\n{escape(error.detail)}\n\n"


def _preferred(accept: str) -> str:
    """HTML or JSON by the quality that the client gives them, HTML when in doubt."""
    if not accept.strip():
        return "text/html"
    best = {"text/html": (-1, 0.0), "application/json": (-1, 0.0)}
    for part in accept.split(","):
        kind, _, rest = part.strip().lower().partition(";")
        kind, weight = kind.strip(), 1.0
        for parameter in rest.split(";"):
            name, _, value = parameter.strip().partition("=")
            if name == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        for offer, (precision, _) in list(best.items()):
            how = _precision(kind, offer)
            if how > precision:
                best[offer] = (how, weight)
    offers = [(weight, offer) for offer, (_, weight) in best.items() if weight > 0]
    if not offers:
        return "text/plain"
    return max(offers, key=lambda each: (each[0], each[1] == "text/html"))[1]


def _precision(kind: str, offer: str) -> int:
    if kind == offer:
        return 2
    if kind == offer.partition("/")[0] + "/*":
        return 1
    return 0 if kind == "*/*" else -1
