"""Behind a proxy: take scheme, host, client address and prefix from the proxy's headers.

Off unless `ENABLE_PROXY_HEADERS_PARSING`, because anybody can send such headers.
"""

from django.core.exceptions import MiddlewareNotUsed
from django.http.response import HttpResponseBase

from middleware.base import GetResponse, Middleware, Request
from middleware.conf import conf

_FORWARDED = {"proto": "wsgi.url_scheme", "host": "HTTP_HOST", "for": "REMOTE_ADDR"}
_OLDER = {
    "HTTP_X_FORWARDED_PROTO": "wsgi.url_scheme",
    "HTTP_X_FORWARDED_HOST": "HTTP_HOST",
    "HTTP_X_FORWARDED_FOR": "REMOTE_ADDR",
}


class HttpProxy(Middleware):
    """Believe `Forwarded` (its first entry), or else the `X-Forwarded-*` headers."""

    name = "http_proxy"

    def __init__(self, get_response: GetResponse) -> None:
        if not conf.enable_proxy_headers_parsing:
            raise MiddlewareNotUsed
        super().__init__(get_response)

    def handle(self, request: Request) -> HttpResponseBase:
        meta = request.META
        # Whom the connection is really with, for those who do not go by what is said.
        meta["kilonova.peer"] = meta.get("REMOTE_ADDR", "")
        forwarded = meta.get("HTTP_FORWARDED")
        if forwarded:
            for pair in forwarded.split(",")[0].split(";"):
                key, _, value = pair.partition("=")
                name = _FORWARDED.get(key.strip().lower())
                if name and value.strip():
                    meta[name] = value.strip()
        else:
            for header, name in _OLDER.items():
                if meta.get(header):
                    meta[name] = meta[header]
        prefix = meta.get("HTTP_X_FORWARDED_PREFIX")
        if prefix:
            meta["SCRIPT_NAME"] = prefix + meta.get("SCRIPT_NAME", "")
            request.path = prefix.rstrip("/") + request.path
        return self.get_response(request)
