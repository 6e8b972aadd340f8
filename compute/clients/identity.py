"""The Identity service, version 3: projects to check, and the service user's token."""

import threading
import time
from typing import Any

from django.conf import settings

from compute.clients.base import Client
from compute.clients.errors import ProjectNotFound
from middleware.context import RequestContext


class IdentityClient(Client):
    service = "identity"

    def show_project(self, context: RequestContext, project_id: str) -> dict[str, Any]:
        body = self._ask(
            context,
            "GET",
            f"/v3/projects/{project_id}",
            refusals={404: lambda _: ProjectNotFound(project_id=project_id)},
        )
        return body["project"]

    def projects(self, context: RequestContext, **filters: Any) -> list[dict[str, Any]]:
        return self._ask(context, "GET", "/v3/projects", query=filters)["projects"]


_IDENTITY = IdentityClient()


def identity() -> IdentityClient:
    """The Identity service's client."""
    return _IDENTITY


class _ServiceToken:
    """The token of settings' SERVICE_USER, fetched anew shortly before it expires."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token = ""
        self._good_until = 0.0

    def forget(self, token: str) -> None:
        """Do not use this one again: it was refused."""
        with self._lock:
            if token == self._token:
                self._good_until = 0.0

    def get(self) -> str:
        with self._lock:
            if time.monotonic() >= self._good_until:
                self._fetch()
            return self._token

    def _fetch(self) -> None:
        import requests

        user = settings.SERVICE_USER
        domain = {"id": user.get("domain_id", "default")}
        answer = requests.post(
            (user.get("auth_url") or settings.NEIGHBOURS["identity"]).rstrip("/")
            + "/v3/auth/tokens",
            json={
                "auth": {
                    "identity": {
                        "methods": ["password"],
                        "password": {
                            "user": {
                                "name": user["name"],
                                "password": user["password"],
                                "domain": domain,
                            }
                        },
                    },
                    "scope": {"project": {"name": user["project"], "domain": domain}},
                }
            },
            timeout=30,
        )
        answer.raise_for_status()
        self._token = answer.headers["X-Subject-Token"]
        # Tokens live for an hour or longer nearly everywhere; ten minutes need no clock of theirs.
        self._good_until = time.monotonic() + 600


_TOKEN = _ServiceToken()


def service_token() -> str:
    """The cloud's own token, for neighbours that are reached over HTTP."""
    return _TOKEN.get()


def forget_service_token(token: str) -> None:
    """Fetch another token next time: Identity was restarted, or revoked this one."""
    _TOKEN.forget(token)
