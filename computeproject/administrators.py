"""The admin site's log-in by password: Identity says who that is, and whether an administrator.

Identity is the embedded one, or the Keystone of NEIGHBOURS.  Whoever has the role admin in one of
ADMIN_SCOPES is let in, for as long as the token is good that Identity gave for it.
"""

import logging
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import requests
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend

from compute.clients.transport import InProcess
from middleware.context import RequestContext

LOG = logging.getLogger(__name__)
# Status, headers, body.
Answer = tuple[int, Any, Any]
_TIMEOUT = 30
_MOST_REMEMBERED = 1024
_judged: dict[str, tuple[float, bool]] = {}


class PasswordBackend(ModelBackend):
    """Lets in whom Identity calls an administrator, under the id that it knows them by."""

    def authenticate(
        self, request: Any, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """The administrator of a name and a password of Identity's; None for anybody else."""
        if not username or not password:
            return None
        for scope in settings.ADMIN_SCOPES:
            token, body = _log_in(username, password, scope)
            if token is None or body is None:
                continue
            if is_administrator(body):
                user = _row(body["user"])
                user.admin_token = seal(token)
                return user
        return None


def _log_in(name: str, password: str, scope: Any) -> tuple[str | None, dict[str, Any] | None]:
    """A token of Identity and its body; nothing when it gives none."""
    user = {"name": name, "password": password, "domain": {"id": settings.ADMIN_DOMAIN}}
    identity = {"methods": ["password"], "password": {"user": user}}
    auth = {"auth": {"identity": identity, "scope": scope}}
    status, headers, body = _ask("POST", "/v3/auth/tokens", auth)
    if status != 201:
        return None, None
    return headers["X-Subject-Token"], body["token"]


def _ask(
    method: str, path: str, body: Any = None, token: str | None = None
) -> tuple[int, Any, Any]:
    """Ask Identity as whoever logs in, not as the cloud itself; status 503 if it is not there."""
    headers = {"X-Auth-Token": token, "X-Subject-Token": token} if token else {}
    elsewhere = settings.NEIGHBOURS.get("identity")
    if elsewhere is None:
        context = RequestContext()
        found = InProcess("identity").call(
            method, path, context=context, body=body, headers=headers
        )
        return found.status, found.headers, found.body
    try:
        answer = requests.request(
            method, elsewhere.rstrip("/") + path, json=body, headers=headers, timeout=_TIMEOUT
        )
        return answer.status_code, answer.headers, answer.json() if answer.content else None
    except (OSError, ValueError) as exc:
        LOG.warning("Identity did not answer the admin site: %s", type(exc).__name__)
        return 503, {}, None


def _row(told: dict[str, Any]) -> Any:
    """The admin site's own row of an administrator, made at the first time."""
    user, _ = get_user_model().objects.update_or_create(
        # No name of a person has a slash in front, so that nobody becomes somebody else's row.
        username=f"/{told['domain']['id']}/{told['id']}",
        defaults={"first_name": told["name"][:150], "is_staff": True, "is_superuser": True},
        create_defaults={
            "first_name": told["name"][:150],
            "is_staff": True,
            "is_superuser": True,
            "password": "!",
        },
    )
    return user


def is_administrator(body: dict[str, Any]) -> bool:
    """Whether the body of a token holds the role admin."""
    return any(role["name"] == "admin" for role in body.get("roles", ()))


# While the session lasts


def seal(token: str) -> str:
    """A token as sessions keep it: whoever reads their table cannot use it."""
    return _fernet().encrypt(token.encode()).decode()


def still_holds(sealed: str) -> bool:
    """Whether the token of a session is good, and still an administrator's."""
    try:
        token = _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return False
    if settings.NEIGHBOURS.get("identity") is None:
        from cloud.identity.validation import validate

        body = validate(token)
        return body is not None and is_administrator(body)
    return _remembered(sealed, token)


def _remembered(sealed: str, token: str) -> bool:
    """As above, of a Keystone elsewhere, which is asked as seldom as about other tokens."""
    key, now = sha256(sealed.encode()).hexdigest(), time.monotonic()
    held = _judged.get(key)
    if held is None or held[0] <= now:
        status, _, body = _ask("GET", "/v3/auth/tokens", token=token)
        is_good = status == 200 and is_administrator(body["token"])
        if len(_judged) >= _MOST_REMEMBERED:
            _judged.clear()
        seconds = float(str(settings.KEYSTONE_AUTHTOKEN.get("token_cache_time") or 300))
        held = _judged[key] = (now + max(seconds, 0.0), is_good)
    return held[1]


def _fernet() -> Fernet:
    key = sha256(b"kilonova.administrators:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(urlsafe_b64encode(key))
