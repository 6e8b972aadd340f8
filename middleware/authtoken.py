"""Who asks: the token of a request becomes the identity headers that keystonemiddleware sets.

Headers that a client made up are taken out first.  Tokens are judged by the callable that
`AUTHTOKEN_VALIDATOR` names: a token in, its body as Keystone shows it out, or None.
"""

import json
import logging
from collections.abc import Callable
from functools import cached_property
from inspect import signature
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from middleware.access_rules import allows
from middleware.base import GetResponse, Middleware, Request
from middleware.conf import conf
from middleware.webob_errors import page

LOG = logging.getLogger("keystonemiddleware.auth_token")

_BODY = json.dumps(
    {
        "error": {
            "code": 401,
            "title": "Unauthorized",
            "message": "The request you have made requires authentication.",
        }
    }
).encode()

_NAMES = (
    "DOMAIN_ID",
    "DOMAIN_NAME",
    "PROJECT_ID",
    "PROJECT_NAME",
    "PROJECT_DOMAIN_ID",
    "PROJECT_DOMAIN_NAME",
    "USER_ID",
    "USER_NAME",
    "USER_DOMAIN_ID",
    "USER_DOMAIN_NAME",
    "ROLES",
)
FORGED = frozenset(
    {
        *(f"HTTP_X_{name}" for name in _NAMES),
        *(f"HTTP_X_SERVICE_{name}" for name in _NAMES),
        "HTTP_X_IDENTITY_STATUS",
        "HTTP_X_SERVICE_IDENTITY_STATUS",
        "HTTP_X_SERVICE_CATALOG",
        "HTTP_X_IS_ADMIN_PROJECT",
        "HTTP_OPENSTACK_SYSTEM_SCOPE",
        "HTTP_X_ROLE",
        "HTTP_X_USER",
        "HTTP_X_TENANT_ID",
        "HTTP_X_TENANT_NAME",
        "HTTP_X_TENANT",
    }
)
_MOST_REMEMBERED = 4096

Token = dict[str, Any]


class AuthToken(Middleware):
    """Refuse requests without a valid token with 401, and describe the others in META."""

    name = "authtoken"
    # What is said while nobody can tell whether a token is good.
    unavailable = "The Keystone service is temporarily unavailable."

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.uri = conf.www_authenticate_uri
        self.service_roles = conf.service_token_roles
        self.service_roles_required = conf.service_token_roles_required
        self.service_types = conf.service_types
        # Headers by token; good as long as the validator hands out the very same body.
        self.remembered: dict[str, tuple[Token, dict[str, Any]]] = {}

    @cached_property
    def validate(self) -> Callable[..., Token | None]:
        """The validator; found at the first request, because it may need the app registry."""
        return conf.validate

    @cached_property
    def takes_expired(self) -> bool:
        return "allow_expired" in signature(self.validate).parameters

    def handle(self, request: Request) -> HttpResponseBase:
        meta = request.META
        for key in FORGED & meta.keys():
            del meta[key]
        try:
            is_valid = self._identify(request, meta)
        except OSError as exc:
            LOG.critical("Unable to validate token: %s", exc)
            return page(request, 503, detail=self.unavailable)
        if not is_valid:
            LOG.info("Rejecting request")
            return self._refusal(request)
        response = self.get_response(request)
        if response.status_code == 401:
            response.headers["WWW-Authenticate"] = self._challenge(request)
        return response

    def _identify(self, request: Request, meta: dict[str, Any]) -> bool:
        """Put what the tokens say into META; False if the request must be refused."""
        is_good, allows_expired = self._identify_service(meta)
        if not is_good:
            return False
        token = meta.get("HTTP_X_AUTH_TOKEN")
        if token is None:
            token = meta.get("HTTP_X_STORAGE_TOKEN")
        if not token:
            return False
        if allows_expired and self.takes_expired:
            body = self.validate(token, allow_expired=True)
        else:
            body = self.validate(token)
        return self._accept(request, token, body)

    def _identify_service(self, meta: dict[str, Any]) -> tuple[bool, bool]:
        """Whether the service token is none or good; whether it lets expired tokens pass."""
        service_token = meta.get("HTTP_X_SERVICE_TOKEN")
        if not service_token:
            return True, False
        service = self.validate(service_token)
        if service is None:
            return False, False
        is_service = any(role["name"] in self.service_roles for role in service.get("roles", ()))
        if self.service_roles_required and not is_service:
            return False, False
        meta.update(_described(service, "HTTP_X_SERVICE_"))
        meta["HTTP_X_SERVICE_IDENTITY_STATUS"] = "Confirmed"
        return True, is_service

    def _accept(self, request: Request, token: str, body: Token | None) -> bool:
        """Put into META what a token's body says, unless there is none or it allows too little."""
        if body is None:
            return False
        meta = request.META
        if body.get("application_credential") and not meta.get("HTTP_X_SERVICE_TOKEN"):
            kind = self.service_types.get(request.pipeline)
            if not allows(body, request.method or "", request.path, kind):
                return False
        known = self.remembered.get(token)
        if known is None or known[0] is not body:
            if len(self.remembered) >= _MOST_REMEMBERED:
                self.remembered.clear()
            known = self.remembered[token] = (body, headers_of(body))
        meta.update(known[1])
        return True

    def _challenge(self, request: Request) -> str:
        uri = self.uri or f"{request.scheme}://{request.get_host()}/identity"
        return f'Keystone uri="{uri}"'

    def _refusal(self, request: Request) -> HttpResponse:
        return HttpResponse(
            _BODY,
            status=401,
            content_type="application/json",
            headers={
                "Content-Length": str(len(_BODY)),
                "WWW-Authenticate": self._challenge(request),
            },
        )


def headers_of(body: Token) -> dict[str, Any]:
    """What META says of the user whose token has `body`."""
    found = _described(body, "HTTP_X_")
    found["HTTP_X_IDENTITY_STATUS"] = "Confirmed"
    found["HTTP_X_IS_ADMIN_PROJECT"] = str(body.get("is_admin_project", True))
    if (body.get("system") or {}).get("all"):
        found["HTTP_OPENSTACK_SYSTEM_SCOPE"] = "all"
    if body.get("catalog"):
        found["HTTP_X_SERVICE_CATALOG"] = json.dumps(_older_catalog(body["catalog"]))
    # Names of old that some programs still read.
    for old, new in (
        ("ROLE", "ROLES"),
        ("USER", "USER_NAME"),
        ("TENANT_ID", "PROJECT_ID"),
        ("TENANT_NAME", "PROJECT_NAME"),
        ("TENANT", "PROJECT_NAME"),
    ):
        if f"HTTP_X_{new}" in found:
            found[f"HTTP_X_{old}"] = found[f"HTTP_X_{new}"]
    found["keystone.token_info"] = {"token": body}
    return found


def _described(body: Token, prefix: str) -> dict[str, Any]:
    user = body.get("user") or {}
    project = body.get("project") or {}
    domain = body.get("domain") or {}
    user_domain = user.get("domain") or {}
    project_domain = project.get("domain") or {}
    values = (
        domain.get("id"),
        domain.get("name"),
        project.get("id"),
        project.get("name"),
        project_domain.get("id"),
        project_domain.get("name"),
        user.get("id"),
        user.get("name"),
        user_domain.get("id"),
        user_domain.get("name"),
        ",".join(role["name"] for role in body.get("roles", ())),
    )
    return {
        prefix + name: value
        for name, value in zip(_NAMES, values, strict=True)
        if value is not None
    }


def _older_catalog(catalog: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The catalog in the form of Identity v2, one entry a region, which the header holds."""
    services = []
    for service in catalog:
        regions: dict[Any, dict[str, Any]] = {}
        for endpoint in service.get("endpoints", ()):
            name = endpoint.get("region")
            fresh: dict[str, Any] = {"region": name} if name else {}
            region = regions.setdefault(name, fresh)
            region[endpoint["interface"].lower() + "URL"] = endpoint["url"]
        known: dict[str, Any] = {key: service[key] for key in ("type", "name") if key in service}
        services.append({**known, "endpoints": list(regions.values())})
    return services
