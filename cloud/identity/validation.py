"""What other services ask of Identity in the same process: is this token good, and for what.

A token that was looked at once is answered from memory as long as nothing in Identity changed.
"""

import re
from contextlib import suppress
from datetime import datetime
from typing import Any

from cloud.identity import catalog as catalogs
from cloud.identity import revision, timestamps, tokens
from cloud.identity.errors import Forbidden, IdentityError, Unauthorized
from cloud.identity.models import Token

_known: revision.Shelf[tuple[datetime, dict[str, Any]]] = revision.Shelf()


def validate(token: str, *, allow_expired: bool = False) -> dict[str, Any] | None:
    """The body of a token (the inside of "token", without its catalog), not to be changed.

    None when the token is unknown, expired or revoked, or its user or scope is gone.  With
    `allow_expired` a token is good for two more days: services go on with what was begun.
    """
    number = revision.current()
    key = tokens.digest(token)
    known = _known.get(key, number)
    if known is None:
        row = Token.objects.select_related(*tokens.RELATED).filter(pk=key, is_revoked=False).first()
        if row is None:
            return None
        try:
            known = (row.expires_at, tokens.describe(row))
        except IdentityError:
            return None
        _known.put(key, known, number)
    expires_at, body = known
    if allow_expired:
        expires_at += tokens.EXPIRED_WINDOW
    return body if timestamps.now() < expires_at else None


def check_scope(token: str) -> None:
    """Refuse a token whose project or domain is disabled, and say which; know nothing of others."""
    # Keystone: scopes are looked at before it is asked whether a token is revoked or expired.
    row = Token.objects.select_related(*tokens.RELATED).filter(pk=tokens.digest(token)).first()
    if row is not None:
        # Keystone: whoever lost a role is told nothing, here neither.
        with suppress(Unauthorized, Forbidden):
            tokens.describe(row)


def catalog(
    project_id: str | None, base_url: str, user_id: str | None = None
) -> list[dict[str, Any]]:
    """The catalog of a project's token; `base_url` is scheme://host:port of the request."""
    return catalogs.render(project_id, base_url, user_id)


def permits(token: dict[str, Any], service: str, method: str, path: str) -> bool:
    """Whether a token's access rules, if it has any, allow an operation of a service."""
    rules = token.get("application_credential", {}).get("access_rules")
    if rules is None:
        return True
    return any(
        rule["service"] == service
        and rule["method"] == method
        and _path_pattern(rule["path"]).fullmatch(path) is not None
        for rule in rules
    )


def _path_pattern(path: str) -> re.Pattern[str]:
    """Read a rule's path: `{name}` and `*` are one segment, `**` is any number of them."""
    pattern = re.escape(path).replace(r"\*\*", ".+").replace(r"\*", "[^/]+")
    return re.compile(re.sub(r"\\\{[^/]*?\\\}", "[^/]+", pattern))
