"""What every filter of the chain shares: it runs only in the pipelines that name it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.handlers.wsgi import LimitedStream, WSGIRequest
from django.http.response import HttpResponseBase

from middleware.context import RequestContext
from middleware.pipelines import pipelines_with


class Request(WSGIRequest):
    """A request on its way through the chain, with what the filters leave on it."""

    pipeline: str
    best_content_type: str
    legacy_v2: bool
    microversion: str
    context: RequestContext

    def __init__(self, environ: dict[str, Any]) -> None:
        if not _is_plain(environ):
            super().__init__(environ)
            return
        # What Django's own comes to, where there is nothing to take apart.
        self.environ = self.META = environ
        self.path = self.path_info = environ["PATH_INFO"]
        self.method = environ["REQUEST_METHOD"].upper()
        self.content_type = environ.get("CONTENT_TYPE", "").strip().lower()
        self.content_params = {}
        try:
            length = int(environ.get("CONTENT_LENGTH", 0))
        except ValueError:
            length = 0
        self._stream = LimitedStream(environ["wsgi.input"], length)  # type: ignore[assignment]
        self._read_started = False
        self.resolver_match = None

    def get_host(self) -> str:
        """The host that was asked for, by whatever name; only allowed ones, if settings name any.

        Nova: answers by any name, those of containers with their underscores included.
        """
        if "*" not in settings.ALLOWED_HOSTS or getattr(self, "pipeline", "admin") == "admin":
            return super().get_host()
        host: str = self._get_raw_host()  # type: ignore[attr-defined]
        return host


def _is_plain(environ: dict[str, Any]) -> bool:
    """Whether a request names the whole of its path, and its content's type is one word."""
    path = environ.get("PATH_INFO")
    return bool(
        path
        and path.isascii()
        and ";" not in environ.get("CONTENT_TYPE", "")
        and not environ.get("SCRIPT_NAME")
        and "SCRIPT_URL" not in environ
        and "REDIRECT_URL" not in environ
    )


GetResponse = Callable[[Request], HttpResponseBase]


class Middleware:
    """A filter, known to `settings.PIPELINES` by its name."""

    sync_capable = True
    async_capable = False
    name: ClassVar[str]

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.pipelines = pipelines_with(self.name)
        if not self.pipelines:
            # Of another strategy: nobody pays for passing it by.
            raise MiddlewareNotUsed

    def __call__(self, request: Request) -> HttpResponseBase:
        if request.pipeline in self.pipelines:
            return self.handle(request)
        return self.get_response(request)

    def handle(self, request: Request) -> HttpResponseBase:
        """Answer `request`, or pass it on and return what came back, as one does without this."""
        return self.get_response(request)
