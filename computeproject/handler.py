"""Django's WSGI handler, less what it does around every request for things that are not here.

A request for a small document spent a third of its time on that.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django import db
from django.conf import settings
from django.core import cache, signals
from django.core.cache.backends.base import BaseCache
from django.core.handlers import base
from django.core.handlers.exception import response_for_exception
from django.core.handlers.wsgi import WSGIHandler
from django.urls import ResolverMatch, clear_script_prefix, get_resolver, set_urlconf
from django.utils.log import log_response

from middleware.base import Middleware, Request
from middleware.pipelines import pipelines
from middleware.urlmap import RAW_PATH
from versioned.answer import Headers
from versioned.prepared.here import here

StartResponse = Callable[..., Any]


class Handler(WSGIHandler):
    """The handler of every WSGI entry point.

    Where Django's own preparations and clearing up have nothing to do, they are left out: see
    `unburden`, which is done when the first handler is made.
    """

    request_class = Request

    def __init__(self) -> None:
        super().__init__()
        self._prefix: str | None = settings.FORCE_SCRIPT_NAME
        unburden()

    def load_middleware(self, is_async: bool = False) -> None:
        """Load the filters, and let each pass a request to the next that its pipeline names."""
        super().load_middleware(is_async)
        chain: Any = self._middleware_chain  # type: ignore[attr-defined]
        _shorten(chain, self._get_response)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Any:
        if self._prefix is not None:
            environ["SCRIPT_NAME"] = self._prefix
        if environ.get("SCRIPT_NAME"):
            answer = super().__call__(environ, start_response)
            clear_script_prefix()
            return answer
        path = environ["PATH_INFO"]
        if not path.isascii():
            environ[RAW_PATH] = path
        if signals.request_started.receivers:
            signals.request_started.send(sender=type(self), environ=environ)
        response: Any = self.get_response(self.request_class(environ))
        response._handler_class = type(self)
        headers = response.headers
        headers = list(headers.pairs() if type(headers) is Headers else headers.items())
        if response.cookies:
            headers += (
                ("Set-Cookie", cookie.output(header="")) for cookie in response.cookies.values()
            )
        start_response(f"{response.status_code} {response.reason_phrase}", headers)
        # A file is read by the response's own iterator: cheroot has no wsgi.file_wrapper.
        return response

    def get_response(self, request: Any) -> Any:
        """The URLconf of a thread is the project's, unless an application has one of its own."""
        chain: Any = self._middleware_chain  # type: ignore[attr-defined]
        response = chain(request)
        response._resource_closers += (request.close, _look_at_connection)
        if hasattr(request, "urlconf"):
            set_urlconf(None)
        if response.status_code >= 400:
            log_response(
                "%s: %s",
                response.reason_phrase,
                request.path,
                response=response,
                request=request,
            )
        return response

    def _get_response(self, request: Any) -> Any:
        """The view's answer; what else Django does around views is of use to the admin site only.

        No view is a transaction as a whole, and no other renders its answer later.
        """
        if request.pipeline == "admin":
            return super()._get_response(request)  # type: ignore[misc]
        match = self.resolve_request(request)
        try:
            response = match.func(request, *match.args, **match.kwargs)
        except Exception as exc:
            response = self.process_exception_by_middleware(exc, request)
            if response is None:
                raise
        if response is None:
            self.check_response(response, match.func)  # type: ignore[arg-type]
        return response

    def resolve_request(self, request: Any) -> ResolverMatch:
        """The view of a path, which is looked for once: many are asked for again and again."""
        urlconf = getattr(request, "urlconf", None)
        if urlconf is not None:
            set_urlconf(urlconf)
        request.resolver_match = match = _resolved(urlconf, request.path_info)
        return match


def _shorten(chain: Any, view: Callable[[Request], Any]) -> None:
    """Take out of the way of each pipeline's requests the filters that would pass them on only.

    `chain` is what Django has made: each filter in a function that makes answers of exceptions,
    around the next; `view` is what the last of them asks.
    """
    # Backwards: each filter is shown its way when those behind it are known.
    filters = []
    while hasattr(chain.__wrapped__, "get_response"):
        filters.append(chain.__wrapped__)
        chain = chain.__wrapped__.get_response
    ways = dict.fromkeys(pipelines(), view)
    for each in reversed(filters):
        each.get_response = _fork(dict(ways))
        if getattr(type(each), "handle", None) is not Middleware.handle:
            handle = getattr(each, "handle", each)
            ways.update(dict.fromkeys(getattr(each, "pipelines", ways), handle))


def _fork(ways: dict[str, Any]) -> Callable[[Request], Any]:
    def pass_on(request: Request) -> Any:
        try:
            return ways[request.pipeline](request)
        except Exception as exc:
            return response_for_exception(request, exc)

    return pass_on


@lru_cache(maxsize=1024)
def _resolved(urlconf: Any, path: str) -> ResolverMatch:
    return get_resolver(urlconf).resolve(path)


def _look_at_connection() -> None:
    """Drop a connection that is broken; there is one database only."""
    here().close_if_unusable_or_obsolete()


def unburden() -> None:
    """Let Django's signals of requests call only what has something to do.

    Connections that are broken are dropped when a request ends, by its handler, so not again when
    the next one begins; queries are kept for debugging only; of Django's caches some need to be
    closed.
    """
    if not settings.DEBUG:
        signals.request_started.disconnect(db.reset_queries)
    signals.request_started.disconnect(db.close_old_connections)
    signals.request_finished.disconnect(db.close_old_connections)
    signals.request_finished.disconnect(base.reset_urlconf)
    if all(type(cache.caches[alias]).close is BaseCache.close for alias in cache.caches):
        signals.request_finished.disconnect(cache.close_caches)
