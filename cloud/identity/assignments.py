"""The list of role assignments: as they were granted, or (effective) what comes of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from cloud.identity import scopes
from cloud.identity.models import Assignment, Group, Membership, Project, Role, User
from cloud.identity.models.assignment import DOMAIN, GROUP, PROJECT, SYSTEM, USER


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of assignments is to be narrowed to."""

    role_id: str | None = None
    user_id: str | None = None
    group_id: str | None = None
    project_id: str | None = None
    domain_id: str | None = None
    is_system: bool = False
    # None: both kinds.
    inherited: bool | None = None
    is_effective: bool = False
    with_subtree: bool = False


@dataclass(frozen=True, slots=True)
class Granted:
    """One assignment, and the group, target or prior role that it came by."""

    actor: str
    actor_id: str
    target: str
    target_id: str
    role_id: str
    inherited: bool
    group_id: str | None = None
    above: tuple[str, str] | None = None
    prior_id: str | None = None


def assignments(wanted: Wanted) -> list[Granted]:
    """The assignments that match, in order."""
    found: Iterable[Granted] = _rows()
    if wanted.is_effective:
        found = _effective(list(found))
    return list(dict.fromkeys(item for item in found if _matches(item, wanted, _scope(wanted))))


def _rows() -> Iterator[Granted]:
    columns = ("actor", "actor_id", "target", "target_id", "role_id", "inherited")
    for row in Assignment.objects.order_by("pk").values_list(*columns):
        yield Granted(*row)


def _scope(wanted: Wanted) -> set[str] | None:
    if wanted.project_id is None:
        return None
    ids = {wanted.project_id}
    return ids | scopes.below(ids) if wanted.with_subtree else ids


def _matches(item: Granted, wanted: Wanted, projects: set[str] | None) -> bool:
    if wanted.role_id is not None and item.role_id != wanted.role_id:
        return False
    if wanted.user_id is not None and (item.actor, item.actor_id) != (USER, wanted.user_id):
        return False
    if wanted.group_id is not None and (item.actor, item.actor_id) != (GROUP, wanted.group_id):
        return False
    if projects is not None and (item.target != PROJECT or item.target_id not in projects):
        return False
    if wanted.domain_id is not None and (item.target, item.target_id) != (
        DOMAIN,
        wanted.domain_id,
    ):
        return False
    # Keystone: effective assignments know nothing of the system, and nothing inherits its own.
    if wanted.is_system and not wanted.is_effective and item.target != SYSTEM:
        return False
    if wanted.inherited is None or item.target == SYSTEM:
        return True
    was_inherited = item.above is not None if wanted.is_effective else item.inherited
    return was_inherited == wanted.inherited


def _effective(rows: list[Granted]) -> Iterator[Granted]:
    """Put users in the place of groups, projects below of inheritance, and add what is implied."""
    members: dict[str, list[str]] = {}
    for group_id, user_id in Membership.objects.order_by("pk").values_list("group_id", "user_id"):
        members.setdefault(group_id, []).append(user_id)
    children: dict[str, list[str]] = {}
    pairs = Project.objects.exclude(parent_id=None).order_by("pk").values_list("parent_id", "pk")
    for parent_id, project_id in pairs:
        children.setdefault(parent_id, []).append(project_id)
    known = scopes.roles()
    for row in rows:
        if row.target == SYSTEM:
            continue
        for item in _users(row, members):
            for placed in _projects(item, children):
                for granted in _implications(placed, known.implied):
                    # Keystone: a domain's roles matter only for what they imply.
                    if not known.domains[granted.role_id]:
                        yield granted


def _users(row: Granted, members: dict[str, list[str]]) -> Iterator[Granted]:
    if row.actor == USER:
        yield row
        return
    for user_id in members.get(row.actor_id, ()):
        yield replace(row, actor=USER, actor_id=user_id, group_id=row.actor_id)


def _projects(row: Granted, children: dict[str, list[str]]) -> Iterator[Granted]:
    if not row.inherited:
        yield row
        return
    waiting = list(children.get(row.target_id, ()))
    while waiting:
        project_id = waiting.pop(0)
        yield replace(
            row,
            target=PROJECT,
            target_id=project_id,
            inherited=False,
            above=(row.target, row.target_id),
        )
        waiting.extend(children.get(project_id, ()))


def _implications(row: Granted, implied: dict[str, tuple[str, ...]]) -> Iterator[Granted]:
    yield row
    # Keystone: each implication is shown once, also those that lead back.
    seen: set[tuple[str, str]] = set()
    waiting = [row.role_id]
    while waiting:
        prior_id = waiting.pop(0)
        for role_id in implied.get(prior_id, ()):
            if (prior_id, role_id) not in seen:
                seen.add((prior_id, role_id))
                waiting.append(role_id)
                yield replace(row, role_id=role_id, prior_id=prior_id)


@dataclass(slots=True)
class Names:
    """The names of everything that assignments mention, each kind in one query."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    projects: dict[str, dict[str, Any]] = field(default_factory=dict)
    roles: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, items: Iterable[Granted]) -> "Names":
        items = list(items)
        domains = dict(Project.objects.filter(is_domain=True).values_list("pk", "name"))

        def named(model: Any, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
            found = {}
            rows = model.objects.filter(pk__in=set(ids)).values_list("pk", "name", "domain_id")
            for pk, name, domain_id in rows:
                found[pk] = {"id": pk, "name": name}
                if domain_id:
                    found[pk]["domain"] = {"id": domain_id, "name": domains.get(domain_id)}
            return found

        return cls(
            users=named(User, (item.actor_id for item in items if item.actor == USER)),
            groups=named(Group, (item.actor_id for item in items if item.actor == GROUP)),
            projects=named(Project, (item.target_id for item in items if item.target != SYSTEM)),
            roles=named(Role, (item.role_id for item in items)),
        )
