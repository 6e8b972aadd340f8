"""Settings of OpenID Connect, by the names of mozilla-django-oidc.

Endpoints that settings do not name are those of the provider's discovery document.
"""

import time
from threading import Lock
from typing import Any

import requests
from django.core.exceptions import ImproperlyConfigured
from mozilla_django_oidc.utils import import_from_settings

_ENDPOINTS = {
    "OIDC_OP_AUTHORIZATION_ENDPOINT": "authorization_endpoint",
    "OIDC_OP_TOKEN_ENDPOINT": "token_endpoint",
    "OIDC_OP_USER_ENDPOINT": "userinfo_endpoint",
    "OIDC_OP_JWKS_ENDPOINT": "jwks_uri",
    "OIDC_OP_INTROSPECTION_ENDPOINT": "introspection_endpoint",
}
_GOOD_FOR = 3600.0


class Discovery:
    """The discovery document of the issuer, fetched when it is first needed and then hourly."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: tuple[str, float, dict[str, Any]] | None = None

    def get(self) -> dict[str, Any]:
        issuer = import_from_settings("OIDC_OP_ISSUER")
        with self._lock:
            held = self._held
            if held is None or held[0] != issuer or held[1] < time.monotonic():
                held = (issuer, time.monotonic() + _GOOD_FOR, _fetch(issuer))
                self._held = held
            return held[2]


def _fetch(issuer: str) -> dict[str, Any]:
    answer = requests.get(
        issuer.rstrip("/") + "/.well-known/openid-configuration",
        verify=import_from_settings("OIDC_VERIFY_SSL", True),
        timeout=import_from_settings("OIDC_TIMEOUT", 10),
    )
    answer.raise_for_status()
    document: dict[str, Any] = answer.json()
    if document.get("issuer") != issuer:
        raise ImproperlyConfigured(f"The provider at {issuer} calls itself otherwise.")
    return document


_DISCOVERY = Discovery()


def read(name: str, *default: Any) -> Any:
    """A setting; an endpoint that is not set, from discovery; else the default."""
    if name in _ENDPOINTS and import_from_settings(name, None) is None:
        found = _DISCOVERY.get().get(_ENDPOINTS[name])
        if found is not None:
            return found
    return import_from_settings(name, *default)
