"""A real Keystone says who asks: `keystonemiddleware`, as Nova has it before itself.

The library is a WSGI filter.  It gets an application behind it that only takes note, and what it
leaves in the environment is what the rest of the chain reads.
"""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from middleware.base import GetResponse, Middleware, Request
from middleware.conf import conf

_PASSED = "kilonova.token_was_judged"

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Keystone(Middleware):
    """Have tokens judged by the Keystone of `KEYSTONE_AUTHTOKEN`."""

    name = "keystone"

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.service_types = conf.service_types
        self._lock = Lock()
        # One for each service, because access rules name services.
        self._judges: dict[str | None, Application] = {}

    def handle(self, request: Request) -> HttpResponseBase:
        judge = self._judge(self.service_types.get(request.pipeline))
        answer = _ask(judge, request.META)
        if answer is not None:
            return answer
        response = self.get_response(request)
        if response.status_code == 401:
            # Nova: auth_token adds this to whatever is refused behind it.
            response.headers["WWW-Authenticate"] = f'Keystone uri="{_uri(judge)}"'
        return response

    def _judge(self, service_type: str | None) -> Application:
        with self._lock:
            found = self._judges.get(service_type)
            if found is None:
                found = self._judges[service_type] = make(service_type)
            return found


def make(service_type: str | None) -> Application:
    """The library's filter with the options of settings, for one of the services."""
    from keystonemiddleware.auth_token import AuthProtocol
    from oslo_config import cfg

    options = dict(conf.keystone_authtoken)
    path = options.pop("config_file", None)
    own = cfg.ConfigOpts()
    own([], project="kilonova", default_config_files=[path] if path else [])
    if service_type is not None:
        options.setdefault("service_type", service_type)
    judge: Application = AuthProtocol(_take_note, {**options, "oslo_config_config": own})
    return judge


def _ask(judge: Application, environ: Environ) -> HttpResponse | None:
    """The refusal of a request, or None when it may pass."""
    environ.pop(_PASSED, None)
    said: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        said.update(status=status, headers=headers)

    content = judge(environ, start)
    if environ.pop(_PASSED, False):
        return None
    response = HttpResponse(b"".join(content), status=int(said["status"].split()[0]))
    del response.headers["Content-Type"]
    for name, value in said["headers"]:
        response.headers[name] = value
    return response


def _take_note(environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
    environ[_PASSED] = True
    start("204 No Content", [])
    return []


def _uri(judge: Any) -> str:
    found: str = judge.www_authenticate_uri
    return found
