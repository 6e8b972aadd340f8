"""Which roles a user has where: direct, through groups, inherited and implied."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from cloud.identity import revision
from cloud.identity.models import Assignment, ImpliedRole, Membership, Project, Role
from cloud.identity.models.assignment import DOMAIN, PROJECT, SYSTEM

SYSTEM_ID = "system"


@dataclass(frozen=True, slots=True)
class Roles:
    """All roles and what follows from each: few, and asked for with every token."""

    names: dict[str, str]
    domains: dict[str, str]
    implied: dict[str, tuple[str, ...]]

    def expand(self, role_ids: Iterable[str]) -> list[str]:
        """`role_ids` and all that they imply, each once, in order."""
        found: dict[str, None] = {}
        waiting = list(role_ids)
        while waiting:
            role_id = waiting.pop(0)
            if role_id not in found and role_id in self.names:
                found[role_id] = None
                waiting.extend(self.implied.get(role_id, ()))
        return list(found)

    def shown(self, role_ids: Iterable[str]) -> list[dict[str, str]]:
        """The roles as a token shows them: expanded, without those of a domain."""
        return [
            {"id": role_id, "name": self.names[role_id]}
            for role_id in self.expand(role_ids)
            if not self.domains[role_id]
        ]


def _load() -> Roles:
    names, domains = {}, {}
    for role_id, name, domain_id in Role.objects.values_list("id", "name", "domain_id"):
        names[role_id], domains[role_id] = name, domain_id
    implied: dict[str, list[str]] = {}
    for prior, role_id in ImpliedRole.objects.order_by("id").values_list("prior", "implied"):
        implied.setdefault(prior, []).append(role_id)
    return Roles(names, domains, {prior: tuple(ids) for prior, ids in implied.items()})


_roles = revision.Cached(_load)


def roles(number: int | None = None) -> Roles:
    """The roles of the state whose revision is `number` (None: the present one)."""
    return _roles.get(revision.current() if number is None else number)


def ancestors(project: Any) -> list[str]:
    """The ids of the projects above `project`, nearest first, its domain last."""
    found = []
    parent_id, domain_id = project.parent_id, project.domain_id
    while parent_id is not None and parent_id != domain_id:
        found.append(parent_id)
        row = Project.objects.filter(pk=parent_id).values_list("parent_id", flat=True).first()
        parent_id = row
    if domain_id is not None:
        found.append(domain_id)
    return found


def actors(user_id: str) -> Q:
    """The assignments of a user and of the user's groups."""
    groups = Membership.objects.filter(user_id=user_id).values("group_id")
    return Q(actor_id=user_id) | Q(actor_id__in=groups)


def on_project(user_id: str, project: Any) -> list[str]:
    """The ids of the roles that a user has on a project, before implications."""
    here = Q(target_id=project.pk, target=PROJECT, inherited=False)
    above = Q(target_id__in=ancestors(project), inherited=True)
    return _ids(actors(user_id) & (here | above))


def on_domain(user_id: str, domain_id: str) -> list[str]:
    """The ids of the roles that a user has on a domain, before implications."""
    return _ids(actors(user_id) & Q(target_id=domain_id, target=DOMAIN, inherited=False))


def on_system(user_id: str) -> list[str]:
    """The ids of the roles that a user has on the system, before implications."""
    return _ids(actors(user_id) & Q(target_id=SYSTEM_ID, target=SYSTEM))


def _ids(which: Q) -> list[str]:
    found = Assignment.objects.filter(which).order_by("id").values_list("role_id", flat=True)
    return list(dict.fromkeys(found))


def projects_of(user_id: str) -> list[str]:
    """The ids of the projects on which a user has any role."""
    rows = Assignment.objects.filter(actors(user_id)).exclude(target=SYSTEM)
    direct, above = set(), set()
    for target, target_id, inherited in rows.values_list("target", "target_id", "inherited"):
        if inherited:
            above.add(target_id)
        elif target == PROJECT:
            direct.add(target_id)
    return sorted(direct | below(above))


def below(ids: Iterable[str]) -> set[str]:
    """The ids of all projects below some projects or domains."""
    found: set[str] = set()
    level: Sequence[str] = list(ids)
    while level:
        level = list(
            Project.objects.filter(parent_id__in=level)
            .exclude(pk__in=found)
            .values_list("pk", flat=True)
        )
        found.update(level)
    return found


def domains_of(user_id: str) -> list[str]:
    """The ids of the domains on which a user has any role."""
    rows = Assignment.objects.filter(actors(user_id) & Q(target=DOMAIN, inherited=False))
    return sorted(set(rows.values_list("target_id", flat=True)))
