"""Tokens: issued, described and revoked.  Only a hash of a token's text is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from cloud.identity import revision, scopes, timestamps
from cloud.identity.errors import Forbidden, NotFound, Unauthorized, not_found
from cloud.identity.models import (
    AccessToken,
    ApplicationCredential,
    FederatedUser,
    Membership,
    Role,
    Token,
    Trust,
    User,
)

# Keystone: fernet tokens begin so, and people know a token by it.
_PREFIX = "gAAAAA"
# How long after its end a token can still be asked for with allow_expired.
EXPIRED_WINDOW = timedelta(hours=48)
_PURGE_EVERY = timedelta(minutes=10)
_purged_at: list[datetime] = []

# Keystone: methods by which somebody acts with what was lent, and may not lend it on.
LENT = frozenset({"application_credential", "ec2credential", "oauth1"})

RELATED = ("user__domain", "project__domain")


def digest(text: str) -> str:
    """Hash a token's text, as it is stored."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def issue(token: Token) -> tuple[str, dict[str, Any]]:
    """Store a token for the scope that `token` holds; return its text and its body."""
    text = _PREFIX + secrets.token_urlsafe(132)
    token.hash = digest(text)
    token.audit_id = secrets.token_urlsafe(16)
    token.issued_at = timestamps.now().replace(microsecond=0)
    if not token.expires_at:
        lifetime = int(getattr(settings, "IDENTITY_TOKEN_EXPIRATION", 3600))
        token.expires_at = token.issued_at + timedelta(seconds=lifetime)
    for limit in (token.application_credential, token.trust):
        if limit is not None and limit.expires_at is not None:
            token.expires_at = min(token.expires_at, limit.expires_at)
    body = describe(token)
    if token.trust is not None and token.trust.remaining_uses is not None:
        with revision.change():
            _use(token.trust)
            token.save(force_insert=True)
    else:
        token.save(force_insert=True)
    _purge(token.issued_at)
    return text, body


def _use(trust: Trust) -> None:
    """Take one of a trust's uses, or refuse when none is left."""
    left = Trust.objects.select_for_update().get(pk=trust.pk).remaining_uses
    if left is not None:
        if left <= 0:
            raise Forbidden(f"No remaining uses for trust: {trust.pk}.")
        changes: dict[str, Any] = {"remaining_uses": left - 1}
        if left == 1:
            # Keystone: the last use deletes the trust; its token goes on.
            changes["deleted_at"] = timestamps.now()
        Trust.objects.filter(pk=trust.pk).update(**changes)


def _purge(now: datetime) -> None:
    """Forget, from time to time, the tokens that nobody may ask for any more."""
    if not _purged_at or now - _purged_at[-1] > _PURGE_EVERY:
        _purged_at[:] = [now]
        Token.objects.filter(expires_at__lt=now - EXPIRED_WINDOW).delete()


def revoke(text: str, *, with_descendants: bool) -> None:
    """Revoke a token, and the tokens that were made from it."""
    with revision.change():
        row = Token.objects.filter(hash=digest(text)).first()
        if row is not None:
            Token.objects.filter(pk=row.pk).update(is_revoked=True)
            if with_descendants:
                Token.objects.filter(parent_audit_id=row.audit_id).update(is_revoked=True)


def revoke_all(**which: Any) -> None:
    """Revoke every token that matches; part of the transaction that makes them void."""
    Token.objects.filter(**which).update(is_revoked=True)


def describe(token: Token) -> dict[str, Any]:
    """The body of a token as GET /v3/auth/tokens shows it, without its catalog.

    Raises what Keystone raises when the user, the scope or the roles are gone.
    """
    user = token.user
    if not user.enabled:
        raise Unauthorized
    if not user.domain.enabled:
        raise NotFound(f"Unable to validate token because domain {user.domain_id} is disabled")
    body: dict[str, Any] = {
        "methods": token.methods.split(","),
        "user": _shown(user),
        "audit_ids": [token.audit_id] + ([token.parent_audit_id] if token.parent_audit_id else []),
        "expires_at": timestamps.precise(token.expires_at),
        "issued_at": timestamps.precise(token.issued_at),
    }
    if token.is_system:
        _add_roles(body, scopes.on_system(user.pk))
        body["system"] = {"all": True}
    elif token.domain is not None:
        if not token.domain.enabled:
            raise NotFound(f"Unable to validate token because domain {token.domain_id} is disabled")
        body["domain"] = {"id": token.domain.pk, "name": token.domain.name}
        _add_roles(body, scopes.on_domain(user.pk, token.domain.pk))
    elif token.trust is not None:
        _describe_trust(token, body)
    elif token.project is not None:
        _add_project(token, body)
        granted = scopes.on_project(user.pk, token.project)
        if token.application_credential is None and token.access_token_id is None:
            _add_roles(body, granted)
    if token.application_credential is not None:
        _add_application_credential(body, token.application_credential, granted)
    if token.access_token_id is not None:
        _add_access_token(body, token.access_token_id, granted)
    return body


def _shown(user: User) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "domain": {"id": user.domain.pk, "name": user.domain.name},
        "id": user.pk,
        "name": user.name,
        "password_expires_at": timestamps.plain(user.password_expires_at),
    }
    # Those without a password only: nobody else pays for the question.
    origin = FederatedUser.objects.filter(pk=user.pk).first() if user.password is None else None
    if origin is not None:
        groups = Membership.objects.filter(user=user).order_by("pk").values("group_id")
        shown["OS-FEDERATION"] = {
            "identity_provider": {"id": origin.provider},
            "protocol": {"id": origin.protocol},
            "groups": [{"id": row["group_id"]} for row in groups],
        }
    return shown


def _add_roles(body: dict[str, Any], role_ids: list[str]) -> None:
    shown = scopes.roles().shown(role_ids)
    if not shown:
        raise Unauthorized
    body["roles"] = shown


def _add_project(token: Token, body: dict[str, Any]) -> None:
    project = token.project
    # Keystone: a project that acts as a domain is shown in no domain.
    domain = project.domain if project.domain is not None else project
    if not project.enabled:
        raise NotFound(f"Unable to validate token because project {project.pk} is disabled")
    if not domain.enabled:
        raise NotFound(f"Unable to validate token because domain {domain.pk} is disabled")
    body["project"] = {
        "domain": {"id": domain.pk, "name": domain.name},
        "id": project.pk,
        "name": project.name,
    }
    if token.trust is None:
        body["is_domain"] = project.is_domain


def _describe_trust(token: Token, body: dict[str, Any]) -> None:
    trust, trustor = token.trust, token.trust.trustor_user
    if trust.deleted_at is not None and trust.remaining_uses != 0:
        raise NotFound(f"Could not find trust: {trust.pk}.")
    if token.user_id != trust.trustee_user_id:
        raise Forbidden  # the user is not the trustee
    if trust.project_id is None:
        # Keystone: a trust that lends nothing anywhere can be made, and not be used.
        raise NotFound("Could not find project: None.")
    if not trustor.domain.enabled:
        raise NotFound("Trustor domain is disabled.")
    if not trustor.enabled:
        raise Forbidden
    body["OS-TRUST:trust"] = {
        "id": trust.pk,
        "trustor_user": {"id": trust.trustor_user_id},
        "trustee_user": {"id": trust.trustee_user_id},
        "impersonation": trust.impersonation,
    }
    if trust.impersonation:
        body["user"] = _shown(trustor)
    known = scopes.roles()
    lent = known.expand(trust.roles.order_by("pk").values_list("pk", flat=True))
    original = trust
    while original.redelegated_trust is not None:
        original = original.redelegated_trust
    if token.project is not None:
        _add_project(token, body)
        held = set(known.expand(scopes.on_project(original.trustor_user_id, token.project)))
        if not held.issuperset(lent):
            raise Forbidden  # the trustor has lost a role that was lent
    # Keystone: of roles that were lent it shows all that there is.
    whole = Role.objects.in_bulk(role["id"] for role in known.shown(lent))
    body["roles"] = [
        {
            "id": role.pk,
            "name": role.name,
            "domain_id": role.domain_id,
            "description": role.description,
            "options": role.options,
        }
        for role in (whole[role["id"]] for role in known.shown(lent))
    ]


def _add_application_credential(
    body: dict[str, Any], credential: ApplicationCredential, granted: list[str]
) -> None:
    known = scopes.roles()
    held = set(known.expand(granted))
    kept = credential.roles.order_by("pk").values_list("pk", flat=True)
    roles = [{"id": pk, "name": known.names[pk]} for pk in kept if pk in held]
    if not roles:
        raise Unauthorized
    body["roles"] = roles
    body["application_credential"] = {
        "id": credential.pk,
        "name": credential.name,
        "restricted": not credential.unrestricted,
    }
    if credential.has_access_rules:
        through = ApplicationCredential.access_rules.through.objects
        rows = through.filter(applicationcredential=credential).order_by("pk")
        names = ("id", "service", "path", "method")
        body["application_credential"]["access_rules"] = [
            dict(zip(names, row, strict=True))
            for row in rows.values_list(*(f"accessrule__{name}" for name in names))
        ]


def _add_access_token(body: dict[str, Any], access_id: str, granted: list[str]) -> None:
    access = AccessToken.objects.filter(pk=access_id).first()
    if access is None:
        raise not_found("access token", access_id)
    known = scopes.roles()
    held = set(known.expand(granted))
    # Keystone: a role that follows from two others is named twice.
    roles = [role for role in known.shown(access.role_ids) if role["id"] in held]
    if not roles:
        raise Unauthorized
    body["roles"] = roles
    body["OS-OAUTH1"] = {"access_token_id": access.pk, "consumer_id": access.consumer_id}
