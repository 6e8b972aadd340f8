"""Who has which role where.  /v3/role_assignments"""

from typing import Any

from cloud.identity import listing, projects
from cloud.identity.api.base import IdentityViewSet
from cloud.identity.assignments import Granted, Names, Wanted, assignments
from cloud.identity.errors import BadRequest
from cloud.identity.models import Project
from cloud.identity.models.assignment import DOMAIN, SYSTEM, USER
from versioned.operation import operation

_EITHER = (
    ("scope.domain.id", "scope.project.id", "Specify a domain or project, not both"),
    ("scope.domain.id", "scope.system", "Specify system or domain, not both"),
    ("scope.project.id", "scope.system", "Specify system or project, not both"),
    ("user.id", "group.id", "Specify a user or group, not both"),
)


class RoleAssignmentViewSet(IdentityViewSet):
    """The assignments as they were granted, or with what comes of them."""

    @operation(policy="list_role_assignments", target="found")
    def list(self, request: Any) -> dict[str, Any]:
        wanted = self._wanted()
        own = self.context.domain_id
        if wanted.with_subtree:
            target: dict[str, Any] = {}
            if wanted.project_id is not None:
                target["domain_id"] = projects.get(wanted.project_id).domain_id
            self.authorize(target, rule="list_role_assignments_for_tree")
            if wanted.project_id is None:
                raise BadRequest("'scope.project.id' is a dependency of 'include_subtree'")
        else:
            self.authorize({"domain_id": own} if own else {})
        self._check_combination(wanted)
        found = assignments(wanted)
        if own and not wanted.with_subtree:
            inside = set(Project.objects.filter(domain_id=own).values_list("pk", flat=True))
            found = [item for item in found if item.target_id in inside | {own}]
        names = None
        if listing.is_asked(self.params, "include_names"):
            names = Names.of(found)
        return self.collection(
            "role_assignments", [self._shown(item, names) for item in found], path=""
        )

    def _wanted(self) -> Wanted:
        params = self.params
        inherited = listing.first(params, "scope.OS-INHERIT:inherited_to")
        return Wanted(
            role_id=listing.first(params, "role.id"),
            user_id=listing.first(params, "user.id"),
            group_id=listing.first(params, "group.id"),
            project_id=listing.first(params, "scope.project.id"),
            domain_id=listing.first(params, "scope.domain.id"),
            is_system=bool(listing.first(params, "scope.system")),
            inherited=None if inherited is None else inherited == "projects",
            is_effective=listing.is_asked(params, "effective"),
            with_subtree=listing.is_asked(params, "include_subtree"),
        )

    def _check_combination(self, wanted: Wanted) -> None:
        for one, other, sentence in _EITHER:
            if listing.first(self.params, one) and listing.first(self.params, other):
                raise BadRequest(sentence)
        if wanted.is_effective and wanted.group_id:
            raise BadRequest(
                "Combining effective and group filter will always result in an empty list."
            )
        if wanted.is_effective and wanted.inherited and wanted.domain_id:
            raise BadRequest(
                "Combining effective, domain and inherited filters will always result in an "
                "empty list."
            )

    def _shown(self, item: Granted, names: Names | None) -> dict[str, Any]:
        """An assignment, with links to where it was granted."""

        def named(kind: str, pk: str) -> dict[str, Any]:
            found: dict[str, Any] = {"id": pk}
            return found if names is None else getattr(names, kind).get(pk, found)

        scope: dict[str, Any]
        if item.target == SYSTEM:
            scope, path = {"system": {"all": True}}, ["system"]
        else:
            scope = {item.target: named("projects", item.target_id)}
            target, target_id = item.above or (item.target, item.target_id)
            path = [f"{target}s", target_id]
            if item.target == DOMAIN and names is not None:
                scope = {DOMAIN: {key: scope[DOMAIN][key] for key in ("id", "name")}}
        links: dict[str, str] = {}
        if item.group_id is not None:
            links["membership"] = self.link("groups", item.group_id, "users", item.actor_id)
            path += ["groups", item.group_id]
        else:
            path += [f"{item.actor}s", item.actor_id]
        path += ["roles", item.prior_id or item.role_id]
        if item.inherited or item.above is not None:
            scope["OS-INHERIT:inherited_to"] = "projects"
            path = ["OS-INHERIT", *path, "inherited_to_projects"]
        links["assignment"] = self.link(*path)
        if item.prior_id is not None:
            # Keystone: the order of the two ids is its own.
            links["prior_role"] = self.link("prior_role", item.role_id, "implies", item.prior_id)
        kind = "users" if item.actor == USER else "groups"
        return {
            "links": links,
            "scope": scope,
            item.actor: named(kind, item.actor_id),
            "role": named("roles", item.role_id),
        }
