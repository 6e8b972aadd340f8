"""Roles, what implies what, and who is granted which of them where."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError

from cloud.identity import attributes, projects, revision, scopes, users
from cloud.identity.errors import BadRequest, Conflict, Forbidden, NotFound, not_found
from cloud.identity.models import ApplicationCredential, Assignment, ImpliedRole, Role
from cloud.identity.models.assignment import DOMAIN, GROUP, PROJECT, SYSTEM, USER

# Keystone: prohibited_implied_role.
_NEVER_IMPLIED = frozenset({"admin"})
# Of a description; the schema says nothing of it.
_LONGEST = 255


def get(role_id: str | None) -> Role:
    """The role of an id."""
    role = Role.objects.filter(pk=role_id).first()
    if role is None:
        raise not_found("role", role_id)
    return role


def id_of(name: str | None) -> str:
    """The id of the only role of a name, of a domain or of none."""
    found = list(Role.objects.filter(name=name).values_list("pk", flat=True)[:2])
    if not found:
        raise NotFound(f"Role {name} is not defined")
    if len(found) > 1:
        raise BadRequest(
            f"There are multiple role entities named '{name}'. Please use ID instead of names to "
            "resolve the ambiguity."
        )
    return str(found[0])


def create(values: dict[str, Any]) -> Role:
    """Make a role."""
    fields = attributes.split(values, ("name", "domain_id", "description", "options"))
    fields["domain_id"] = fields.get("domain_id") or ""
    fields["options"] = fields.get("options") or {}
    role = Role(**fields)
    attributes.check_length("description", role.description, _LONGEST)
    try:
        with revision.change():
            role.save(force_insert=True)
    except IntegrityError:
        raise _taken(role.name, role.domain_id) from None
    return role


def _taken(name: str, domain_id: str | None) -> Conflict:
    where = f" at domain ID {domain_id}" if domain_id else ""
    return Conflict("role", f"Duplicate entry found with name {name}{where}")


def update(role: Role, values: dict[str, Any]) -> Role:
    """Change a role."""
    attributes.check_mutable(role, "role", values)
    domain_id = role.domain_id or None
    if values.get("domain_id", domain_id) != domain_id:
        raise BadRequest("Update of `domain_id` is not allowed.")
    # Keystone: names the domain of a name that is taken when the request did.
    named = values.pop("domain_id", None)
    attributes.merge(role, attributes.split(values, ("name", "description", "options")))
    attributes.check_length("description", role.description, _LONGEST)
    try:
        with revision.change():
            role.save()
    except IntegrityError:
        raise _taken(role.name, named) from None
    return role


def delete(role: Role) -> None:
    """Delete a role with its assignments and implications."""
    attributes.check_mutable(role, "role", None)
    with revision.change():
        role.delete()


# Implications


def imply(prior: Role, implied: Role) -> None:
    """Make `implied` follow from `prior`."""
    if implied.name in _NEVER_IMPLIED:
        raise Forbidden(f"{implied.pk} cannot be an implied roles.")
    if not prior.domain_id and implied.domain_id:
        raise Forbidden(f"{implied.pk} cannot be an implied roles.")
    with revision.change():
        _, is_new = ImpliedRole.objects.get_or_create(prior=prior, implied=implied)
        if not is_new:
            raise Conflict("implied_role", "Duplicate entry")


def check_implied(prior: Role, implied: Role) -> None:
    """Refuse when `implied` does not follow from `prior`."""
    if not ImpliedRole.objects.filter(prior=prior, implied=implied).exists():
        raise NotFound(f"{prior.pk} does not imply {implied.pk}.")


def stop_implying(prior: Role, implied: Role) -> None:
    """Undo an implication."""
    with revision.change():
        check_implied(prior, implied)
        ImpliedRole.objects.filter(prior=prior, implied=implied).delete()


def implied_by(prior: Role) -> Iterable[Role]:
    """The roles that follow from a role, one step."""
    ids = ImpliedRole.objects.filter(prior=prior).values("implied_id")
    return Role.objects.filter(pk__in=ids).order_by("pk")


# Grants


@dataclass(frozen=True, slots=True)
class Place:
    """An actor at a target: where roles are granted."""

    actor: str
    actor_id: str
    target: str
    target_id: str
    inherited: bool = False

    def rows(self) -> Any:
        # Keystone: a domain is a project, too, and has its grants as either.
        return Assignment.objects.filter(
            actor=self.actor,
            actor_id=self.actor_id,
            target_id=self.target_id,
            inherited=self.inherited,
        )


def grant(place: Place, role: Role) -> None:
    """Grant a role; doing it twice is no mistake."""
    if role.domain_id:
        if place.target == SYSTEM:
            raise BadRequest(
                f"Role {role.pk} is a domain-specific role. Unable to use a domain-specific role "
                "in a system assignment."
            )
        if place.target == PROJECT and projects.get(place.target_id).domain_id != role.domain_id:
            raise Forbidden(
                f"Project {place.target_id} must be in the same domain as the role {role.pk} "
                "being assigned."
            )
    with revision.change():
        if not place.rows().filter(role=role, target=place.target).exists():
            Assignment.objects.create(
                actor=place.actor,
                actor_id=place.actor_id,
                target=place.target,
                target_id=place.target_id,
                role=role,
                inherited=place.inherited,
            )


def check_granted(place: Place, role: Role) -> None:
    """Refuse when the role is not granted there."""
    if not place.rows().filter(role=role).exists():
        raise _no_grant(place, role)


def _no_grant(place: Place, role: Role) -> NotFound:
    return NotFound(
        f"Could not find role assignment with role: {role.pk}, user or group: {place.actor_id}, "
        f"project, domain, or system: {place.target_id}."
    )


def revoke(place: Place, role: Role) -> None:
    """Take a granted role away."""
    with revision.change():
        if not place.rows().filter(role=role).delete()[0]:
            raise _no_grant(place, role)
        if (place.actor, place.target) == (USER, PROJECT):
            # Keystone: application credentials end with any role that their user loses there.
            ApplicationCredential.objects.filter(
                user_id=place.actor_id, project_id=place.target_id
            ).delete()


def granted(place: Place) -> list[dict[str, Any]]:
    """The rows of the roles that are granted there."""
    ids = place.rows().values("role_id")
    rows: Any = Role.objects.filter(pk__in=ids).order_by("pk").values()
    return list(rows)


def place(
    *,
    user_id: str | None = None,
    group_id: str | None = None,
    project_id: str | None = None,
    domain_id: str | None = None,
    inherited: bool = False,
) -> Place:
    """The place that a URL names."""
    actor = (USER, user_id) if user_id is not None else (GROUP, group_id)
    if project_id is not None:
        target: tuple[str, str] = (PROJECT, project_id)
    elif domain_id is not None:
        target = (DOMAIN, domain_id)
    else:
        target = (SYSTEM, scopes.SYSTEM_ID)
    return Place(actor[0], str(actor[1]), *target, inherited)


def rule_target(place: Place, role: Role | None, *, may_be_gone: bool = False) -> dict[str, Any]:
    """What rules ask of a grant; 404 for what is not there (`may_be_gone`: but the actor)."""
    found = {} if role is None else _role_target(role)
    try:
        found.update(_actor_target(place))
    except NotFound:
        if not may_be_gone:
            raise
    return {**found, **_place_target(place)}


def known_target(place: Place, role_id: str | None) -> dict[str, Any]:
    """What rules ask of a grant, as far as the things that it is about are there."""
    found: dict[str, Any] = {}
    if role_id is not None:
        with suppress(NotFound):
            found.update(_role_target(get(role_id)))
    for target_of in (_actor_target, _place_target):
        with suppress(NotFound):
            found.update(target_of(place))
    return found


def check_target(place: Place) -> None:
    """Refuse when the project or the domain is not there."""
    _place_target(place)


def _role_target(role: Role) -> dict[str, Any]:
    return {"role": {"id": role.pk, "name": role.name, "domain_id": role.domain_id or None}}


def _actor_target(place: Place) -> dict[str, Any]:
    if place.actor == USER:
        return {"user": {"domain_id": users.get(place.actor_id).domain_id}}
    return {"group": {"domain_id": users.get_group(place.actor_id).domain_id}}


def _place_target(place: Place) -> dict[str, Any]:
    if place.target == DOMAIN:
        return {"domain": {"id": projects.get_domain(place.target_id).pk}}
    if place.target == PROJECT:
        project = projects.get(place.target_id)
        return {"project": {"id": project.pk, "domain_id": project.domain_id}}
    return {}
