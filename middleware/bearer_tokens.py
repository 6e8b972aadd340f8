"""Bearer tokens of an OpenID provider, judged by its keys or by asking it, and read by a table.

What comes out is the body of a token as Keystone shows it.
"""

import hashlib
import json
import logging
import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import jwt
import requests
from django.core.exceptions import SuspiciousOperation
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from middleware.conf import conf
from middleware.openid_settings import read

LOG = logging.getLogger(__name__)

Claims = dict[str, Any]
_ID = re.compile(r"[A-Za-z0-9._:@|-]{1,64}")
# A key that the provider does not have is looked for again only after this many seconds.
_KEYS_AGAIN_AFTER = 10.0
_KEYS_GOOD_FOR = 600.0
_MOST_REMEMBERED = 4096


class BearerTokens(OIDCAuthenticationBackend):  # type: ignore[misc]
    """Access tokens: JSON Web Tokens by the provider's keys, others by introspection."""

    get_settings = staticmethod(read)

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()
        self._keys: dict[tuple[Any, Any], tuple[float, Any]] = {}
        self._missed_at = float("-inf")
        self._introspected: dict[str, tuple[float, Claims | None]] = {}

    @property
    def audience(self) -> str:
        """Whom a token must be meant for."""
        found: str = self.get_settings("OIDC_AUDIENCE", self.OIDC_RP_CLIENT_ID)
        return found

    def describe(self, token: str) -> dict[str, Any] | None:
        """The body of a good token; None for another one."""
        claims = self.claims(token)
        return None if claims is None else body_of(claims)

    def claims(self, token: str) -> Claims | None:
        """What a good token claims.  Raises OSError when the provider cannot be asked."""
        if token.count(".") == 2 and not self.get_settings("OIDC_ALWAYS_INTROSPECT", False):
            try:
                found: Claims = self.verify_token(token)
                return found
            except (SuspiciousOperation, jwt.PyJWTError, KeyError, ValueError) as exc:
                LOG.info("Bearer token %s refused: %s", fingerprint(token), exc)
                return None
        return self._introspect(token)

    # Tokens that can be read

    def verify_token(self, token: str, **how: Any) -> Claims:
        # A nonce belongs to log-ins; access tokens have none.
        key = self.OIDC_RP_IDP_SIGN_KEY or self.retrieve_matching_jwk(token)
        return self._verify_jws(token, key)

    def _verify_jws(self, payload: Any, key: Any) -> Claims:
        return decode(payload, key, algorithm=self.OIDC_RP_SIGN_ALGO, audience=self.audience)

    def retrieve_matching_jwk(self, token: Any) -> Any:
        header = jwt.get_unverified_header(token)
        wanted = (header.get("kid"), header.get("alg"))
        now = time.monotonic()
        with self._lock:
            held = self._keys.get(wanted)
            if held is not None and held[0] > now:
                return held[1]
            if now - self._missed_at < _KEYS_AGAIN_AFTER:
                # Else whoever sends nonsense makes the cloud ask the provider every time.
                raise SuspiciousOperation("No such key a moment ago")
        try:
            key = super().retrieve_matching_jwk(token)
        except (SuspiciousOperation, KeyError):
            with self._lock:
                self._missed_at = now
            raise
        with self._lock:
            self._keys[wanted] = (now + _KEYS_GOOD_FOR, key)
        return key

    # Tokens that only the provider can read

    def _introspect(self, token: str) -> Claims | None:
        endpoint = self.get_settings("OIDC_OP_INTROSPECTION_ENDPOINT", None)
        if endpoint is None:
            return None
        key, now = hashlib.sha256(token.encode()).hexdigest(), time.monotonic()
        held = self._introspected.get(key)
        if held is None or held[0] <= now:
            held = (
                now + float(self.get_settings("OIDC_INTROSPECTION_CACHE", 5)),
                self._ask(endpoint, token),
            )
            with self._lock:
                if len(self._introspected) >= _MOST_REMEMBERED:
                    self._introspected.clear()
                self._introspected[key] = held
        claims = held[1]
        return claims if claims is not None and self._is_ours(claims) else None

    def _ask(self, endpoint: str, token: str) -> Claims | None:
        answer = requests.post(
            endpoint,
            data={"token": token, "token_type_hint": "access_token"},
            auth=(self.OIDC_RP_CLIENT_ID, self.OIDC_RP_CLIENT_SECRET),
            verify=self.get_settings("OIDC_VERIFY_SSL", True),
            timeout=self.get_settings("OIDC_TIMEOUT", 10),
        )
        answer.raise_for_status()
        claims: Claims = answer.json()
        return claims if claims.get("active") is True else None

    def _is_ours(self, claims: Claims) -> bool:
        meant_for = claims.get("aud") or ()
        meant_for = (meant_for,) if isinstance(meant_for, str) else meant_for
        leeway = float(self.get_settings("OIDC_LEEWAY", 10))
        expires_at = claims.get("exp")
        return (
            claims.get("iss") == self.get_settings("OIDC_OP_ISSUER")
            and self.audience in meant_for
            and isinstance(expires_at, int | float)
            and time.time() < expires_at + leeway
        )


def decode(token: Any, key: Any, *, algorithm: str, audience: str) -> Claims:
    """The claims of a signed token of the issuer that is meant for `audience` and has not ended."""
    if jwt.get_unverified_header(token).get("alg") != algorithm:
        raise SuspiciousOperation("The token is signed by another algorithm")
    found: Claims = jwt.decode(
        token,
        key,
        algorithms=[algorithm],
        audience=audience,
        issuer=read("OIDC_OP_ISSUER"),
        leeway=float(read("OIDC_LEEWAY", 10)),
        options={"require": ["exp", "iss", "aud"]},
    )
    return found


def fingerprint(token: str) -> str:
    """What logs say instead of a token, as keystoneauth writes it."""
    return "{SHA256}" + hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


# Claims


def body_of(claims: Claims) -> dict[str, Any] | None:
    """Read claims by the table OIDC_CLAIMS; None when nobody can be made of them."""
    table = conf.oidc_claims

    def claimed(what: str) -> Any:
        return _find(claims, table.get(what))

    user_id = claimed("user_id")
    if not isinstance(user_id, str) or not _ID.fullmatch(user_id):
        LOG.info("A bearer token was refused: its user has no usable id")
        return None
    body: dict[str, Any] = {
        "methods": [conf.oidc_protocol],
        "user": {
            "id": user_id,
            "name": str(claimed("user_name") or user_id),
            "domain": {"id": conf.oidc_provider, "name": conf.oidc_provider},
        },
        "expires_at": _time(claims.get("exp")),
        "issued_at": _time(claims.get("iat")),
        "roles": [{"id": role, "name": role} for role in roles_of(claimed("roles"))],
    }
    project_id = claimed("project_id")
    if project_id is not None:
        if not isinstance(project_id, str) or not _ID.fullmatch(project_id):
            return None
        body["project"] = {
            "id": project_id,
            "name": str(claimed("project_name") or project_id),
            "domain": dict(conf.oidc_project_domain),
        }
    elif claimed("system_scope") == "all":
        body["system"] = {"all": True}
    return body


def roles_of(claimed: Any) -> list[str]:
    """The roles that claimed names stand for, with those that they imply."""
    if isinstance(claimed, str):
        claimed = claimed.replace(",", " ").split()
    if not isinstance(claimed, Iterable):
        return []
    table = conf.oidc_roles
    names = [name for name in claimed if isinstance(name, str)]
    waiting = [table[name] for name in names if name in table] if table else names
    found: dict[str, None] = {}
    while waiting:
        role = waiting.pop(0)
        if role not in found and "," not in role:
            found[role] = None
            waiting.extend(conf.oidc_implied_roles.get(role, ()))
    return list(found)


def _find(claims: Any, path: str | None) -> Any:
    """A claim by name; dots lead into objects (`realm_access.roles`)."""
    if not path:
        return None
    if isinstance(claims, dict) and path in claims:
        return claims[path]
    for part in path.split("."):
        if not isinstance(claims, dict):
            return None
        claims = claims.get(part)
    return claims


def _time(seconds: Any) -> str | None:
    if not isinstance(seconds, int | float):
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_TOKENS: list[BearerTokens] = []


def _tokens() -> BearerTokens:
    """For who does not hold a BearerTokens of its own."""
    if not _TOKENS:
        _TOKENS.append(BearerTokens())
    return _TOKENS[0]


def describe(token: str) -> dict[str, Any] | None:
    """The body of a good bearer token; None for another one."""
    return _tokens().describe(token)


def assertion(token: str) -> dict[str, str] | None:
    """What a good bearer token says, by the names that mod_auth_openidc gives it before Keystone.

    Each claim is there as OIDC-claim and as HTTP_OIDC_CLAIM, several values with `;` between them,
    and whoever it is as REMOTE_USER.  None for a bad token.
    """
    claims = _tokens().claims(token)
    return None if claims is None else said_of(claims)


def said_of(claims: Claims) -> dict[str, str]:
    """Claims as the texts that Keystone's mappings read."""
    found = {}
    for name, value in claims.items():
        if isinstance(value, bool):
            text = "1" if value else "0"
        elif isinstance(value, list):
            text = ";".join(each if isinstance(each, str) else json.dumps(each) for each in value)
        else:
            text = value if isinstance(value, str) else json.dumps(value)
        found[f"OIDC-{name}"] = text
        found["HTTP_OIDC_" + re.sub("[^A-Za-z0-9]", "_", name).upper()] = text
    if isinstance(claims.get("sub"), str):
        found["REMOTE_USER"] = claims["sub"]
    return found
