"""Users and groups: made, changed and deleted with all that hangs on them."""

from typing import Any

from django.db import IntegrityError
from django.db.models import Q

from cloud.identity import attributes, passwords, revision, timestamps, tokens
from cloud.identity.errors import BadRequest, Conflict, NotFound, Unauthorized, not_found
from cloud.identity.models import Assignment, Group, Membership, Project, User
from cloud.identity.projects import get_domain

_COLUMNS = ("name", "domain_id", "default_project_id", "enabled", "description", "options")


def get(user_id: str | None) -> User:
    """The user of an id."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise not_found("user", user_id)
    return user


def get_group(group_id: str | None) -> Group:
    """The group of an id."""
    group = Group.objects.filter(pk=group_id).first()
    if group is None:
        raise not_found("group", group_id)
    return group


def create(values: dict[str, Any]) -> User:
    """Make a user."""
    password = values.pop("password", None)
    attributes.boolean(values, "enabled")
    fields = attributes.split(values, _COLUMNS)
    _check_default_project(fields.get("default_project_id"))
    get_domain(fields["domain_id"])
    fields["name"] = fields["name"].strip()
    fields["options"] = _kept(fields.get("options"))
    user = User(**fields)
    if password is not None:
        user.password = passwords.conceal(password)
    try:
        with revision.change():
            user.save(force_insert=True)
    except IntegrityError:
        raise _taken("user", user) from None
    return user


def _taken(kind: str, thing: User | Group) -> Conflict:
    details = f"Duplicate entry found with name {thing.name} at domain ID {thing.domain_id}"
    return Conflict(kind, details)


def _kept(options: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (options or {}).items() if value is not None}


def _check_default_project(project_id: str | None) -> None:
    if project_id and Project.objects.filter(pk=project_id, is_domain=True).exists():
        raise BadRequest(f"User's default project ID cannot be a domain ID: {project_id}")


def update(user: User, values: dict[str, Any]) -> User:
    """Change a user; a new password and being disabled end the user's tokens."""
    if "domain_id" in values and values["domain_id"] != user.domain_id:
        raise BadRequest("Cannot change Domain ID")
    values.pop("domain_id", None)
    password = values.pop("password", None)
    attributes.boolean(values, "enabled")
    changes = attributes.split(values, _COLUMNS)
    _check_default_project(changes.get("default_project_id"))
    if "name" in changes:
        changes["name"] = changes["name"].strip()
    is_ended = password is not None or (user.enabled and changes.get("enabled") is False)
    attributes.merge(user, changes)
    if password is not None:
        user.password = passwords.conceal(password)
    try:
        with revision.change():
            user.save()
            if is_ended:
                _end_tokens(user)
    except IntegrityError:
        raise _taken("user", user) from None
    return user


def _end_tokens(user: User) -> None:
    tokens.revoke_all(user_id=user.pk)
    tokens.revoke_all(trust__trustor_user_id=user.pk, trust__impersonation=True)


def change_password(user_id: str, *, original: str, new: str) -> None:
    """Let a user who knows the old password set a new one."""
    user = User.objects.select_related("domain").filter(pk=user_id).first()
    # Keystone: who cannot log in is not told whether there is such a user.
    if user is None or not user.enabled or not passwords.matches(original, user.password):
        raise Unauthorized
    if user.options.get("lock_password"):
        raise BadRequest(
            "You cannot change your password at this time due to password policy disallowing "
            "password changes. Please contact your administrator to reset your password."
        )
    with revision.change():
        User.objects.filter(pk=user.pk).update(password=passwords.conceal(new))
        _end_tokens(user)


def end_tokens(user: User) -> None:
    """Revoke all tokens of a user."""
    with revision.change():
        _end_tokens(user)


def delete(user: User) -> None:
    """Delete a user with tokens, credentials, trusts and assignments."""
    with revision.change():
        Assignment.objects.filter(actor_id=user.pk).delete()
        user.delete()


def expiring(condition: str) -> Q:
    """Read `password_expires_at=lt:2016-12-08T22:02:00Z` as a filter on users."""
    operators = {"lt": "__lt", "lte": "__lte", "gt": "__gt", "gte": "__gte", "eq": "", "neq": ""}
    operator, _, text = condition.partition(":")
    moment = timestamps.parse(text)
    if moment is None:
        raise BadRequest(
            "Timestamp not in expected format. The server could not comply with the request "
            "since it is either malformed or otherwise incorrect. The client is assumed to be "
            "in error."
        )
    if operator not in operators:
        raise BadRequest(
            f"The given operator {operator} is not valid. It must be one of the following: "
            "'eq', 'neq', 'lt', 'lte', 'gt', or 'gte'."
        )
    which = Q(**{f"password_expires_at{operators[operator]}": moment})
    return ~which if operator == "neq" else which


# Groups


def create_group(values: dict[str, Any]) -> Group:
    """Make a group."""
    fields = attributes.split(values, ("name", "domain_id", "description"))
    get_domain(fields["domain_id"])
    fields["name"] = fields["name"].strip()
    fields.setdefault("description", "")
    group = Group(**fields)
    try:
        with revision.change():
            group.save(force_insert=True)
    except IntegrityError:
        raise _taken("group", group) from None
    return group


def update_group(group: Group, values: dict[str, Any]) -> Group:
    """Change a group."""
    if "domain_id" in values and values.pop("domain_id") != group.domain_id:
        raise BadRequest("Cannot change Domain ID")
    changes = attributes.split(values, ("name", "description"))
    if "name" in changes:
        changes["name"] = changes["name"].strip()
    attributes.merge(group, changes)
    try:
        with revision.change():
            group.save()
    except IntegrityError:
        raise _taken("group", group) from None
    return group


def delete_group(group: Group) -> None:
    """Delete a group with its assignments."""
    with revision.change():
        Assignment.objects.filter(actor_id=group.pk).delete()
        group.delete()


def join(user: User, group: Group) -> None:
    """Put a user into a group, if not there yet."""
    with revision.change():
        Membership.objects.get_or_create(user=user, group=group)


def is_member(user: User, group: Group) -> bool:
    return Membership.objects.filter(user=user, group=group).exists()


def leave(user: User, group: Group) -> None:
    """Take a user out of a group."""
    with revision.change():
        if not Membership.objects.filter(user=user, group=group).delete()[0]:
            raise not_member(user, group)


def not_member(user: User, group: Group) -> NotFound:
    return NotFound(f"User '{user.pk}' not found in group '{group.pk}'")
