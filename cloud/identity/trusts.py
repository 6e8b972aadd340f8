"""Trusts: made, handed on and deleted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cloud.identity import attributes, projects, revision, scopes, timestamps, tokens, users
from cloud.identity.errors import BadRequest, Conflict, Forbidden, NotFound, not_found
from cloud.identity.models import Role, Trust

# Keystone: max_redelegation_count.
DEEPEST = 3
# What bodies bring that is neither a column nor kept as it came.
_SAID_OTHERWISE = (
    "roles",
    "expires_at",
    "allow_redelegation",
    "redelegation_count",
    "redelegated_trust_id",
    "deleted_at",
)


def get(trust_id: str) -> Trust:
    """The trust of an id, if it still holds."""
    trust = (
        Trust.objects.filter(pk=trust_id, deleted_at=None)
        .exclude(expires_at__lte=timestamps.now())
        .first()
    )
    if trust is None:
        raise not_found("trust", trust_id)
    return trust


def create(values: dict[str, Any], *, expires_at: datetime | None, parent: Trust | None) -> Trust:
    """Make a trust; `parent` is the one that is handed on."""
    users.get(values["trustee_user_id"])
    role_ids = _role_ids(values.get("roles") or ())
    project_id = values.get("project_id")
    if values.get("redelegated_trust_id"):
        # Keystone: looks for it, and goes by the token all the same.
        get(values["redelegated_trust_id"])
    _check_roles(parent.pk if parent else None, values["trustor_user_id"], project_id, role_ids)
    uses, asked = values.get("remaining_uses"), values.get("redelegation_count")
    may_go_on = bool(values.get("allow_redelegation")) and asked != 0
    if may_go_on:
        if asked and asked > DEEPEST:
            raise Forbidden
        if uses is not None:
            raise BadRequest("remaining_uses must not be set if redelegation is allowed")
    else:
        asked = 0
    if parent is not None:
        left = parent.redelegation_count - 1
        if may_go_on and asked and asked != left:
            raise Forbidden
        asked = left if asked is None else asked
        expires_at = _check_redelegation(parent, role_ids, uses, expires_at)
        if values["impersonation"] and not parent.impersonation:
            raise Forbidden
    known = (
        "trustor_user_id",
        "trustee_user_id",
        "project_id",
        "impersonation",
        "remaining_uses",
    )
    fields = attributes.split(values, known)
    for name in _SAID_OTHERWISE:
        fields.get("extra", {}).pop(name, None)
    trust = Trust(
        **fields,
        expires_at=expires_at,
        redelegation_count=DEEPEST if asked is None else asked,
        redelegated_trust=parent,
    )
    with revision.change():
        _refuse_twins(trust, role_ids)
        trust.save(force_insert=True)
        trust.roles.set(role_ids)
    return trust


def _refuse_twins(trust: Trust, role_ids: Sequence[str]) -> None:
    """Refuse what Keystone's tables have no room for: the same trust, or a role, twice."""
    twins = Trust.objects.filter(
        trustor_user_id=trust.trustor_user_id,
        trustee_user_id=trust.trustee_user_id,
        project_id=trust.project_id,
        impersonation=trust.impersonation,
        expires_at=trust.expires_at,
    )
    # Deleted trusts count; those without a project or an end are all different.
    is_whole = trust.project_id is not None and trust.expires_at is not None
    if len(set(role_ids)) < len(role_ids) or (is_whole and twins.exists()):
        raise Conflict("trust", f"Duplicate entry found with ID {trust.pk}")


def _role_ids(wanted: Sequence[dict[str, Any]]) -> list[str]:
    ids = []
    for role in wanted:
        if role.get("id"):
            ids.append(role["id"])
            continue
        found = Role.objects.filter(name=role.get("name"), domain_id="").first()
        if found is None:
            raise NotFound(f"Role {role.get('name')} is not defined")
        ids.append(found.pk)
    return ids


def _check_roles(
    parent_id: str | None, trustor_id: str, project_id: str | None, role_ids: Sequence[str]
) -> None:
    """Refuse to lend a role that the first trustor does not have."""
    while parent_id is not None:
        parent = Trust.objects.get(pk=parent_id)
        parent_id, trustor_id = parent.redelegated_trust_id, parent.trustor_user_id
    held: set[str] = set()
    if project_id:
        project = projects.get(project_id)
        held = set(scopes.roles().expand(scopes.on_project(trustor_id, project)))
    for role_id in role_ids:
        if role_id not in held:
            raise not_found("role", role_id)


def _check_redelegation(
    parent: Trust, role_ids: Sequence[str], uses: int | None, expires_at: datetime | None
) -> datetime | None:
    """Refuse to hand on more than was lent; return the end that the new trust gets."""
    if not 0 < parent.redelegation_count <= DEEPEST or uses is not None:
        raise Forbidden
    if expires_at is None:
        expires_at = parent.expires_at
    elif parent.expires_at is not None and parent.expires_at < expires_at:
        raise Forbidden
    if not set(parent.roles.values_list("pk", flat=True)).issuperset(role_ids):
        raise Forbidden
    return expires_at


def delete(trust: Trust) -> None:
    """Delete a trust and those that were made of it; their tokens end."""
    gone, level = [trust.pk], [trust.pk]
    while level:
        below = Trust.objects.filter(redelegated_trust_id__in=level, deleted_at=None)
        level = list(below.values_list("pk", flat=True))
        gone += level
    with revision.change():
        Trust.objects.filter(pk__in=gone).update(deleted_at=timestamps.now())
        tokens.revoke_all(trust_id__in=gone)
