"""The error pages of WebOb, which Nova shows where no fault of its own covers an error.

HTML, JSON or text by the Accept header; text where there is none.
"""

import json
import re
from html import escape
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from middleware.accept import acceptable

_OFFERS = ("text/html", "application/json")
_BREAK = re.compile(r"<br.*?>", re.I | re.S)
_TAG = re.compile(r"<.*?>", re.S)

# fmt: off
# status: (title, explanation)
PAGES: Final[dict[int, tuple[str, str]]] = {
    400: ("Bad Request", "The server could not comply with the request since it is either malformed or otherwise incorrect."),  # noqa: E501
    401: ("Unauthorized", "This server could not verify that you are authorized to access the document you requested. Either you supplied the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials required."),  # noqa: E501
    403: ("Forbidden", "Access was denied to this resource."),
    404: ("Not Found", "The resource could not be found."),
    409: ("Conflict", "There was a conflict when trying to complete your request."),
    413: ("Request Entity Too Large", "The body of your request was too large for this server."),
    500: ("Internal Server Error", "The server has either erred or is incapable of performing the requested operation."),  # noqa: E501
    503: ("Service Unavailable", "The server is currently unavailable. Please try again at a later time."),  # noqa: E501
}
# fmt: on


def page(
    request: HttpRequest, status: int, explanation: str | None = None, detail: str = ""
) -> HttpResponse:
    """The page of `status`, with an explanation or a detail of its own."""
    title, standard = PAGES[status]
    if request.method == "HEAD":
        return _response(b"", status, "text/html; charset=UTF-8")
    line = f"{status} {title}"
    explanation = standard if explanation is None else explanation
    kind = acceptable(request.META.get("HTTP_ACCEPT", ""), _OFFERS)
    if kind == "text/html":
        body = f"{escape(explanation)}<br /><br />\n{escape(detail)}\n\n"
        text = (
            f"<html>\n <head>\n  <title>{line}</title>\n </head>\n"
            f" <body>\n  <h1>{line}</h1>\n  {body}\n </body>\n</html>"
        )
        return _response(text.encode(), status, "text/html; charset=UTF-8")
    body = f"{explanation}<br /><br />\n{detail}\n\n"
    if kind == "application/json":
        answer = {"message": body, "code": line, "title": title}
        return _response(json.dumps(answer).encode(), status, "application/json")
    plain = _TAG.sub("", _BREAK.sub("\n", body.replace("\n", " ")))
    return _response(f"{line}\n\n{plain}".encode(), status, "text/plain; charset=UTF-8")


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """What a path without a route answers, and a method that the route does not know."""
    return page(request, 404)


def _response(content: bytes, status: int, content_type: str) -> HttpResponse:
    return HttpResponse(
        content,
        status=status,
        content_type=content_type,
        headers={"Content-Length": str(len(content))},
    )
