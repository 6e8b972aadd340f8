"""How a client's call travels: into this process, or over HTTP."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import BytesIO
from typing import Any, Protocol
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, ResolverMatch, URLResolver, get_resolver

from compute.work.errors import Transient
from middleware.context import RequestContext
from versioned import wire


@dataclass(frozen=True, slots=True)
class Answer:
    """A neighbour's answer: the status, the parsed body (None when empty) and the headers."""

    status: int
    body: Any
    headers: Mapping[str, str]


class NeighbourUnavailable(Transient):
    """The neighbour did not answer at all: work is tried again."""


class Transport(Protocol):
    def call(
        self,
        method: str,
        path: str,
        *,
        context: RequestContext,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request; `path` begins below the service's endpoint."""
        ...


class _Request(HttpRequest):
    """A request that no server has read: it has no form, no cookies and no files."""

    def __init__(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None,
        meta: dict[str, Any],
        raw: bytes,
        context: RequestContext,
    ) -> None:
        self.method, self.path, self.path_info, self.META = method, path, path, meta
        self.content_type, self.content_params = "application/json", {}
        self.resolver_match = None
        self.context = context
        self._query = query or {}
        self._stream = BytesIO(raw)
        self._read_started = False

    @cached_property
    def GET(self) -> QueryDict:  # type: ignore[override]
        found = QueryDict(mutable=True)
        for key, value in self._query.items():
            found.setlist(key, _texts(value))
        return found


def _texts(value: Any) -> list[str]:
    """What `urlencode` would have made of a parameter, and the service have read."""
    one = isinstance(value, str) or not isinstance(value, Iterable)
    return [str(value)] if one else [str(each) for each in value]


class InProcess:
    """Calls the views of an embedded service, without a socket and without the middleware.

    The caller's context is handed over as it is, so no token is needed.  The call takes part in
    the caller's transaction.
    """

    def __init__(self, service: str) -> None:
        self._prefix = service
        self._urlconf = f"cloud.{service}.api.urls"

    def call(
        self,
        method: str,
        path: str,
        *,
        context: RequestContext,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        raw = body if isinstance(body, bytes) else b"" if body is None else wire.dumps(body)
        whole = f"/{self._prefix}{path}"
        meta = {
            "REQUEST_METHOD": method,
            "PATH_INFO": whole,
            "QUERY_STRING": urlencode(query, doseq=True) if query else "",
            "CONTENT_LENGTH": str(len(raw)),
            "CONTENT_TYPE": "application/json",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
        }
        for name, value in (headers or {}).items():
            key = name.upper().replace("-", "_")
            meta[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        request = _Request(method, whole, query, meta, raw, context)
        try:
            match = _match(self._urlconf, path)
        except Resolver404:
            return Answer(404, None, {})
        response = match.func(request, *match.args, **match.kwargs)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        return Answer(response.status_code, _parsed(response, content), response.headers)


@lru_cache(maxsize=1024)
def _match(urlconf: str, path: str) -> ResolverMatch:
    return _resolver(urlconf).resolve(path)


@lru_cache
def _resolver(urlconf: str) -> URLResolver:
    resolver = get_resolver(urlconf)
    # The root resolver expects a leading slash and takes it off; the mounted paths keep theirs.
    from django.urls.resolvers import RegexPattern

    return URLResolver(RegexPattern(r"^"), resolver.urlconf_name)


def _parsed(response: Any, content: bytes) -> Any:
    if not content:
        return None
    if "json" in response.headers.get("Content-Type", ""):
        # A neighbour's answer is no user's body: how deep it is need not be measured.
        return orjson.loads(content)
    return content


class OverHttp:
    """Calls a service by its endpoint, with the service user's token."""

    def __init__(self, endpoint: str) -> None:
        import requests

        self._endpoint = endpoint.rstrip("/")
        self._session = requests.Session()

    def call(
        self,
        method: str,
        path: str,
        *,
        context: RequestContext,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        from compute.clients.identity import forget_service_token, service_token

        sent = {
            "Accept": "application/json",
            **({} if body is None else {"Content-Type": "application/json"}),
            **(headers or {}),
        }
        if context.request_id:
            sent["X-Openstack-Request-Id"] = context.request_id
        data = body if isinstance(body, bytes) or body is None else wire.dumps(body)

        def ask(token: str) -> Any:
            return self._session.request(
                method,
                self._endpoint + path,
                params=query,
                headers=sent | {"X-Auth-Token": token},
                data=data,
                timeout=60,
            )

        try:
            response = ask(token := service_token())
            if response.status_code == 401:
                forget_service_token(token)
                response = ask(service_token())
        except OSError as exc:  # what all of requests' are
            raise NeighbourUnavailable(str(exc)) from exc
        return Answer(response.status_code, _parsed(response, response.content), response.headers)


@lru_cache
def transport(service: str) -> Transport:
    """The transport that settings choose: NEIGHBOURS = {"network": "http://…"} or embedded."""
    endpoint = getattr(settings, "NEIGHBOURS", {}).get(service)
    return OverHttp(endpoint) if endpoint else InProcess(service)
