"""Users and groups: made, changed and deleted with all that hangs on them."""

from typing import Any

from django.db import IntegrityError
from django.db.models import Q

from cloud.identity import attributes, listing, passwords, revision, timestamps, tokens
from cloud.identity.errors import BadRequest, Conflict, NotFound, Unauthorized, not_found
from cloud.identity.models import Assignment, Group, IdentityProvider, Membership, Project, User
from cloud.identity.projects import get_domain

_LENGTH = 64
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
    _drop_derived(values)
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
        raise _taken("user", user.name, user.domain_id) from None
    return user


def _taken(kind: str, name: str, domain_id: str | None) -> Conflict:
    # Keystone: a change is told the domain only if it names one.
    where = f" at domain ID {domain_id}" if domain_id else ""
    return Conflict(kind, f"Duplicate entry found with name {name}{where}")


def _kept(options: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (options or {}).items() if value is not None}


def _drop_derived(values: dict[str, Any]) -> None:
    """Take away what follows from elsewhere; refuse who should come from an identity provider."""
    values.pop("password_expires_at", None)
    for origin in values.pop("federated", None) or ():
        provider_id = origin["idp_id"]
        if not IdentityProvider.objects.filter(pk=provider_id).exists():
            raise BadRequest(f"Could not find Identity Provider: {provider_id}")
        raise BadRequest("Users of an identity provider are made when they first log in.")


def _check_default_project(project_id: str | None) -> None:
    attributes.check_length("default_project_id", project_id, _LENGTH)
    if project_id and Project.objects.filter(pk=project_id, is_domain=True).exists():
        raise BadRequest(f"User's default project ID cannot be a domain ID: {project_id}")


def update(user: User, values: dict[str, Any]) -> User:
    """Change a user; a new password and being disabled end the user's tokens."""
    if "domain_id" in values and values["domain_id"] != user.domain_id:
        raise BadRequest("Cannot change Domain ID")
    domain_id = values.pop("domain_id", None)
    _drop_derived(values)
    password = values.pop("password", None)
    attributes.strict_boolean(values, "enabled")
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
                _end_tokens([user.pk])
    except IntegrityError:
        raise _taken("user", user.name, domain_id) from None
    return user


def _end_tokens(user_ids: list[str]) -> None:
    tokens.revoke_all(user_id__in=user_ids)
    tokens.revoke_all(trust__trustor_user_id__in=user_ids, trust__impersonation=True)


def change_password(user_id: str, *, original: str, new: str) -> None:
    """Let a user who knows the old password set a new one."""
    user = User.objects.select_related("domain").filter(pk=user_id).first()
    # Keystone: who cannot log in is not told whether there is such a user.
    if user is None or not passwords.matches(original, user.password):
        raise Unauthorized
    if not user.enabled:
        raise Unauthorized(f"The account is disabled for user: {user.pk}.")
    if user.options.get("lock_password"):
        raise BadRequest(
            "You cannot change your password at this time due to password policy disallowing "
            "password changes. Please contact your administrator to reset your password."
        )
    with revision.change():
        User.objects.filter(pk=user.pk).update(password=passwords.conceal(new))
        _end_tokens([user.pk])


def end_tokens(user: User) -> None:
    """Revoke all tokens of a user."""
    with revision.change():
        _end_tokens([user.pk])


def delete(user: User) -> None:
    """Delete a user with tokens, credentials, trusts and assignments."""
    with revision.change():
        Assignment.objects.filter(actor_id=user.pk).delete()
        user.delete()


def expiring(params: listing.Params) -> Q:
    """Read `password_expires_at=lt:2016-12-08T22:02:00Z` of a query as a filter on users."""
    which = Q()
    for name, conditions in params.items():
        if name.partition("__")[0] == "password_expires_at":
            for condition in conditions:
                which &= _expiring(condition)
    return which


def _expiring(condition: str) -> Q:
    operators = {"lt": "__lt", "lte": "__lte", "gt": "__gt", "gte": "__gte", "eq": "", "neq": ""}
    # Keystone: a colon behind two or three letters ends the operator; without it is eq.
    operator, _, text = condition.partition(":") if ":" in condition[2:4] else ("eq", "", condition)
    moment = timestamps.parse(text) or timestamps.parse(f"{text}T00:00:00Z")
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
    if operator == "neq":
        # Keystone: passwords that never expire are on neither side.
        return ~which & Q(password_expires_at__isnull=False)
    return which


# Groups


def create_group(values: dict[str, Any]) -> Group:
    """Make a group."""
    fields = attributes.split(values, ("name", "domain_id", "description"))
    get_domain(fields["domain_id"])
    fields["name"] = fields["name"].strip()
    attributes.check_length("name", fields["name"], _LENGTH)
    fields.setdefault("description", "")
    group = Group(**fields)
    try:
        with revision.change():
            group.save(force_insert=True)
    except IntegrityError:
        raise _taken("group", group.name, group.domain_id) from None
    return group


def update_group(group: Group, values: dict[str, Any]) -> Group:
    """Change a group."""
    domain_id = values.get("domain_id", group.domain_id)
    if domain_id != group.domain_id:
        raise BadRequest("Cannot change Domain ID")
    domain_id = values.pop("domain_id", None)
    changes = attributes.split(values, ("name", "description"))
    if "name" in changes:
        changes["name"] = changes["name"].strip()
        attributes.check_length("name", changes["name"], _LENGTH)
    attributes.merge(group, changes)
    try:
        with revision.change():
            group.save()
    except IntegrityError:
        raise _taken("group", group.name, domain_id) from None
    return group


def delete_group(group: Group) -> None:
    """Delete a group with its assignments; what they let its members do ends."""
    members = Membership.objects.filter(group=group).values_list("user_id", flat=True)
    with revision.change():
        granted, _ = Assignment.objects.filter(actor_id=group.pk).delete()
        if granted:
            _end_tokens(list(members))
        group.delete()


def join(user: User, group: Group) -> None:
    """Put a user into a group, if not there yet."""
    with revision.change():
        Membership.objects.get_or_create(user=user, group=group)


def is_member(user: User, group: Group) -> bool:
    return Membership.objects.filter(user=user, group=group).exists()


def leave(user: User, group: Group) -> None:
    """Take a user out of a group, and end the user's tokens."""
    with revision.change():
        if not Membership.objects.filter(user=user, group=group).delete()[0]:
            raise not_member(user, group)
        _end_tokens([user.pk])


def not_member(user: User, group: Group) -> NotFound:
    return NotFound(f"User '{user.pk}' not found in group '{group.pk}'")
