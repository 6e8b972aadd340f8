"""The admin site's static files, by whitenoise; found when they are first asked for."""

from functools import cached_property
from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware

from middleware.base import GetResponse
from middleware.pipelines import pipelines_with


class StaticFiles:
    """Serves `/static/`; looking for files at start would make everybody wait for the admin's."""

    name = "static"

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.pipelines = pipelines_with(self.name)

    @cached_property
    def _files(self) -> Any:
        return WhiteNoiseMiddleware(self.get_response)

    def __call__(self, request: Any) -> Any:
        if request.pipeline in self.pipelines:
            return self._files(request)
        return self.get_response(request)
