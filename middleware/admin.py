"""Django's own filters, for the admin site only: nobody else pays for sessions."""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware

from middleware.base import GetResponse
from middleware.pipelines import pipelines_with


class _InPipelines:
    """Skips one of Django's filters in the pipelines that do not name it."""

    async_capable = False
    name: str
    get_response: Any

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)  # type: ignore[call-arg]
        self.pipelines = pipelines_with(self.name)

    def __call__(self, request: Any) -> Any:
        if request.pipeline in self.pipelines:
            return super().__call__(request)  # type: ignore[misc]
        return self.get_response(request)


class Security(_InPipelines, SecurityMiddleware):
    name = "security"


class FrameOptions(_InPipelines, XFrameOptionsMiddleware):
    name = "frame_options"


class Sessions(_InPipelines, SessionMiddleware):
    name = "sessions"


class Common(_InPipelines, CommonMiddleware):
    name = "common"


class Csrf(_InPipelines, CsrfViewMiddleware):
    name = "csrf"

    def process_view(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.pipeline not in self.pipelines:
            return None
        return super().process_view(request, *args, **kwargs)


class Authentication(_InPipelines, AuthenticationMiddleware):
    name = "authentication"

    def process_view(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return None


class Messages(_InPipelines, MessageMiddleware):
    name = "messages"
