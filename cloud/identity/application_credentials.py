"""Application credentials and access rules: made and deleted."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from cloud.identity import passwords, revision, roles, scopes
from cloud.identity.errors import BadRequest, Conflict, Forbidden, TooLong, not_found
from cloud.identity.models import AccessRule, ApplicationCredential

_LONGEST_SYSTEM = 64
_RULE = ("id", "service", "path", "method")


def get(credential_id: str) -> ApplicationCredential:
    """The application credential of an id."""
    credential = ApplicationCredential.objects.filter(pk=credential_id).first()
    if credential is None:
        raise not_found("application credential", credential_id)
    return credential


def create(
    values: dict[str, Any],
    *,
    user_id: str,
    project_id: str,
    held: Sequence[str],
    expires_at: datetime | None,
) -> tuple[ApplicationCredential, str]:
    """Make a credential with some of the roles that its user holds; return it and its secret."""
    secret = values.get("secret") or secrets.token_urlsafe(64)
    kept = _roles(values.get("roles"), held)
    rules = values.get("access_rules")
    system = values.get("system")
    if system is not None and len(system) > _LONGEST_SYSTEM:
        raise TooLong(system, "system", _LONGEST_SYSTEM)
    credential = ApplicationCredential(
        name=values["name"],
        description=values.get("description"),
        user_id=user_id,
        project_id=project_id,
        secret=passwords.conceal(secret),
        expires_at=expires_at,
        unrestricted=values.get("unrestricted"),
        system=system,
        has_access_rules=bool(rules),  # Keystone: an empty list limits nothing
    )
    try:
        with revision.change():
            credential.save(force_insert=True)
            _refuse_twins(credential, kept)
            credential.roles.set(kept)
            found = [_rule(user_id, rule) for rule in rules or ()]
            _refuse_twins(credential, [rule.pk for rule in found])
            for rule in found:
                # One by one: they are shown in the order in which they were given.
                credential.access_rules.add(rule)
    except IntegrityError:
        raise _taken(credential) from None
    return credential, secret


def _taken(credential: ApplicationCredential) -> Conflict:
    detail = f"Duplicate entry found with name {credential.name}"
    return Conflict("application_credential", detail)


def _refuse_twins(credential: ApplicationCredential, ids: Sequence[str]) -> None:
    # Keystone: its tables have no room for a role or a rule twice; it speaks of the name.
    if len(set(ids)) < len(ids):
        raise _taken(credential)


def _roles(wanted: Sequence[dict[str, Any]] | None, held: Sequence[str]) -> list[str]:
    """The ids of the roles that are asked for and what they imply, or of all that are held."""
    if not wanted:
        return list(held)
    ids = [role.get("id") or roles.id_of(role.get("name")) for role in wanted]
    expanded = scopes.roles().expand(ids)
    if not set(held).issuperset(expanded) or not set(expanded).issuperset(ids):
        raise BadRequest(
            "Invalid application credential: Cannot create an application credential with "
            "unassigned role"
        )
    # Who names a role twice is told so later.
    return [*ids, *(role_id for role_id in expanded if role_id not in ids)]


def _rule(user_id: str, rule: dict[str, Any]) -> AccessRule:
    """An access rule by its id, or the one that says the same, or a new one."""
    for name in rule:
        if name not in _RULE:
            raise BadRequest(f"'{name}' is an invalid keyword argument for AccessRuleModel")
    if rule.get("id"):
        return get_rule(rule["id"], user_id)
    found, _ = AccessRule.objects.get_or_create(
        user_id=user_id, service=rule["service"], path=rule["path"], method=rule["method"]
    )
    return found


def rules_of(credential_ids: Iterable[str]) -> dict[str, list[AccessRule]]:
    """The access rules of credentials, in the order in which they were given."""
    rows = ApplicationCredential.access_rules.through.objects.filter(
        applicationcredential__in=list(credential_ids)
    )
    found: dict[str, list[AccessRule]] = {}
    for row in rows.select_related("accessrule").order_by("pk"):
        found.setdefault(row.applicationcredential_id, []).append(row.accessrule)
    return found


def delete(credential: ApplicationCredential) -> None:
    """Delete a credential with its tokens."""
    with revision.change():
        credential.delete()


def get_rule(rule_id: str, user_id: str) -> AccessRule:
    """The access rule of an id, if it is the user's."""
    rule = AccessRule.objects.filter(pk=rule_id, user_id=user_id).first()
    if rule is None:
        raise not_found("access rule", rule_id)
    return rule


def delete_rule(rule: AccessRule) -> None:
    """Delete an access rule that no credential uses."""
    with revision.change():
        if ApplicationCredential.objects.filter(access_rules=rule).exists():
            raise Forbidden("May not delete access rule in use")
        rule.delete()
