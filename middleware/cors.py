"""CORS as oslo does it: the outermost filter answers every OPTIONS, before anybody is asked who.

Origins come from django-cors-headers' own settings (`CORS_ALLOWED_ORIGINS` and its like).
"""

from typing import Any
from urllib.parse import urlsplit

from corsheaders.conf import conf
from corsheaders.middleware import CorsMiddleware
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from middleware.base import GetResponse, Request
from middleware.pipelines import pipelines_with

SIMPLE_HEADERS = frozenset(
    {
        "ACCEPT",
        "ACCEPT-LANGUAGE",
        "CONTENT-TYPE",
        "CACHE-CONTROL",
        "CONTENT-LANGUAGE",
        "EXPIRES",
        "LAST-MODIFIED",
        "PRAGMA",
    }
)
# Their apps answer OPTIONS as they answer GET.
_DOCUMENTS = frozenset({"versions", "versions_v2", "versions_v21", "metadata"})
# Their chain has no such filter where no origin is allowed.
_WITHOUT_ORIGINS = frozenset({"placement", "placement_root"})


class Cors(CorsMiddleware):
    """Say which origins may read an answer; and nothing at all when none is allowed."""

    async_capable = False
    name = "cors"
    get_response: Any

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)  # type: ignore[arg-type]
        self.pipelines = pipelines_with(self.name)

    def __call__(self, request: Any) -> HttpResponseBase:
        if request.pipeline not in self.pipelines:
            return self.get_response(request)
        return self.handle(request)

    def handle(self, request: Any) -> HttpResponseBase:
        if request.method == "OPTIONS" and (
            request.pipeline not in _WITHOUT_ORIGINS or self._allows_any()
        ):
            return self.preflight(request)
        response = self.get_response(request)
        origin = request.META.get("HTTP_ORIGIN")
        if origin is not None and "Access-Control-Allow-Origin" not in response.headers:
            self.add_response_headers(request, response)
        return response

    def preflight(self, request: Request) -> HttpResponseBase:
        """Answer OPTIONS: 200, with CORS headers where origin, method and headers are allowed."""
        response: HttpResponseBase | None = None
        if request.pipeline in _DOCUMENTS:
            response = self.get_response(request)
        if response is None or not 200 <= response.status_code < 300:
            response = HttpResponse(headers={"Content-Length": "0"})
            del response.headers["Content-Type"]
        meta = request.META
        origin = self._allowed(meta.get("HTTP_ORIGIN"))
        method = meta.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD")
        listed = meta.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "").split(",")
        asked = [name for part in listed if (name := part.strip())]
        permitted = SIMPLE_HEADERS.union(name.upper() for name in conf.CORS_ALLOW_HEADERS)
        if (
            origin is None
            or method is None
            or method not in conf.CORS_ALLOW_METHODS
            or not permitted.issuperset(name.upper() for name in asked)
        ):
            return response
        headers = response.headers
        headers["Vary"] = "Origin"
        headers["Access-Control-Allow-Origin"] = origin
        if conf.CORS_ALLOW_CREDENTIALS:
            headers["Access-Control-Allow-Credentials"] = "true"
        if conf.CORS_PREFLIGHT_MAX_AGE:
            headers["Access-Control-Max-Age"] = str(conf.CORS_PREFLIGHT_MAX_AGE)
        headers["Access-Control-Allow-Methods"] = method
        if asked:
            headers["Access-Control-Allow-Headers"] = ",".join(asked)
        return response

    def add_response_headers(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        origin = self._allowed(request.META.get("HTTP_ORIGIN"))
        if origin is None:
            return response
        headers = response.headers
        vary = headers.get("Vary")
        headers["Vary"] = f"{vary},Origin" if vary else "Origin"
        headers["Access-Control-Allow-Origin"] = origin
        if conf.CORS_ALLOW_CREDENTIALS:
            headers["Access-Control-Allow-Credentials"] = "true"
        if conf.CORS_EXPOSE_HEADERS:
            headers["Access-Control-Expose-Headers"] = ",".join(conf.CORS_EXPOSE_HEADERS)
        return response

    def _allows_any(self) -> bool:
        return bool(
            conf.CORS_ALLOW_ALL_ORIGINS
            or conf.CORS_ALLOWED_ORIGINS
            or conf.CORS_ALLOWED_ORIGIN_REGEXES
        )

    def _allowed(self, origin: str | None) -> str | None:
        """The origin to name in an answer to `origin`; None when it is not allowed."""
        if origin is None:
            return None
        try:
            if self.origin_found_in_white_lists(origin, urlsplit(origin)):
                return origin
        except ValueError:
            return None
        return "*" if conf.CORS_ALLOW_ALL_ORIGINS else None
