"""The APIs that `manage.py serve` can run: where each listens, with how many workers."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]

MAIN = "osapi_compute"


@dataclass(frozen=True, slots=True)
class Api:
    """An API by Nova's name for it; `prefix` is where it stands in the whole cloud's URL space."""

    port: int
    prefix: str = ""
    module: str = "computeproject.wsgi"


# fmt: off
APIS = {
    MAIN:        Api(8774),  # and under its prefix every neighbour
    "metadata":  Api(8775, module="computeproject.metadata_wsgi"),
    "identity":  Api(5000, "/identity"),
    "image":     Api(9292, "/image"),
    "network":   Api(9696, "/network"),
    "volume":    Api(8776, "/volume"),
    "placement": Api(8778, "/placement"),
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Listener:
    """An enabled API, with its settings read and checked."""

    name: str
    listen: str
    port: int
    workers: int
    is_tls: bool

    @property
    def api(self) -> Api:
        return APIS[self.name]

    @property
    def url(self) -> str:
        host = f"[{self.listen}]" if ":" in self.listen else self.listen
        return f"http{'s' if self.is_tls else ''}://{host}:{self.port}/"


def enabled() -> list[Listener]:
    """The listeners that settings ask for; ImproperlyConfigured says what is wrong with them."""
    names = [name.strip() for name in settings.ENABLED_APIS if name.strip()]
    for name in (*names, *settings.ENABLED_SSL_APIS):
        if name not in APIS:
            raise ImproperlyConfigured(f"enabled_apis names {name!r}; there are {', '.join(APIS)}.")
    if not names:
        raise ImproperlyConfigured("enabled_apis is empty: there is nothing to serve.")
    found = [_listener(name) for name in dict.fromkeys(names)]
    if any(each.is_tls for each in found):
        for option in ("SSL_CERT_FILE", "SSL_KEY_FILE"):
            path = getattr(settings, option)
            if not os.path.isfile(path):
                raise ImproperlyConfigured(f"Unable to find {option.lower()} : {path}")
    return found


def _listener(name: str) -> Listener:
    workers = _number(name, "workers", _default_workers())
    if workers < 1:
        # Nova's sentence.
        raise ImproperlyConfigured(
            f"{name}_workers value of {workers} is invalid, must be greater than 0"
        )
    return Listener(
        name=name,
        listen=getattr(settings, f"{name}_listen".upper(), "0.0.0.0"),  # noqa: S104 - as Nova
        port=_number(name, "listen_port", APIS[name].port),
        workers=workers,
        is_tls=name in settings.ENABLED_SSL_APIS,
    )


def _number(name: str, option: str, default: int) -> int:
    given = getattr(settings, f"{name}_{option}".upper(), default)
    try:
        return int(given)
    except ValueError:
        raise ImproperlyConfigured(f"{name}_{option} is {given!r}, not a number") from None


def _default_workers() -> int:
    """As many as there are CPUs; one where the database is a file that has one writer."""
    if str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3"):
        return 1
    return os.cpu_count() or 1


def application(listener: Listener, all_listeners: Iterable[Listener]) -> Wsgi:
    """What answers at the listener."""
    module = import_module(listener.api.module)
    inner: Wsgi = module.application
    if not listener.api.prefix and not settings.PUBLIC_URL:
        return inner
    main = next((each for each in all_listeners if each.name == MAIN), None)
    return _Door(inner, listener.api.prefix, main)


class _Door:
    """An API on a port of its own: a second way to what the main port has under a prefix.

    Links and the catalog name the main port, or PUBLIC_URL, whichever way a request came in.
    """

    def __init__(self, inner: Wsgi, prefix: str, main: Listener | None) -> None:
        self._inner, self._prefix, self._main = inner, prefix, main
        self._public = urlsplit(settings.PUBLIC_URL) if settings.PUBLIC_URL else None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO") or "/"
        # What was signed was signed for this.
        host, scheme = environ.get("HTTP_HOST", ""), environ["wsgi.url_scheme"]
        environ["openstack.url"] = f"{scheme}://{host}{path}"
        if path != self._prefix and not path.startswith(self._prefix + "/"):
            environ["PATH_INFO"] = self._prefix + path
        if self._public is not None:
            environ["HTTP_HOST"] = self._public.netloc
            environ["wsgi.url_scheme"] = self._public.scheme
        elif self._main is not None:
            name = urlsplit(f"//{host}").hostname or environ["SERVER_NAME"]
            shown = f"[{name}]" if ":" in name else name
            environ["HTTP_HOST"] = f"{shown}:{self._main.port}"
            environ["wsgi.url_scheme"] = "https" if self._main.is_tls else "http"
        return self._inner(environ, start_response)
