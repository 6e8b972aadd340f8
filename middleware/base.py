"""What every filter of the chain shares: it runs only in the pipelines that name it."""

from collections.abc import Callable
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.handlers.wsgi import WSGIRequest
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

    def get_host(self) -> str:
        """The host that was asked for, by whatever name; only allowed ones, if settings name any.

        Nova: answers by any name, those of containers with their underscores included.
        """
        if "*" not in settings.ALLOWED_HOSTS or getattr(self, "pipeline", "admin") == "admin":
            return super().get_host()
        host: str = self._get_raw_host()  # type: ignore[attr-defined]
        return host


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
        """Answer `request`, or pass it on and return what came back."""
        raise NotImplementedError
