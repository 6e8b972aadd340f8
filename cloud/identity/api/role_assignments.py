"""Who has which role where.  /v3/role_assignments"""

from typing import Any

from cloud.identity import listing, projects, users
from cloud.identity.api import types
from cloud.identity.api.base import IdentityViewSet, query
from cloud.identity.assignments import Granted, Names, Wanted, assignments
from cloud.identity.errors import BadRequest
from cloud.identity.models import Project
from cloud.identity.models.assignment import DOMAIN, SYSTEM, USER
from versioned.operation import operation

LIST = query(
    **{
        "group.id": types.ID,
        "role.id": types.ID,
        "scope.domain.id": types.ID,
        "scope.project.id": types.ID,
        "user.id": types.STRING,
    }
)
_EITHER = (
    ("scope.domain.id", "scope.project.id", "Specify a domain or project, not both"),
    ("scope.domain.id", "scope.system", "Specify system or domain, not both"),
    ("scope.project.id", "scope.system", "Specify system or project, not both"),
)


class RoleAssignmentViewSet(IdentityViewSet):
    """The assignments as they were granted, or with what comes of them."""

    @operation(policy="list_role_assignments", target="found", query=LIST)
    def list(self, request: Any) -> dict[str, Any]:
        self._check_company()
        wanted = self._wanted()
        own = self.context.domain_id
        if wanted.with_subtree:
            target: dict[str, Any] = {}
            if wanted.project_id is not None:
                target["domain_id"] = projects.get(wanted.project_id).domain_id
            self.authorize(target, rule="list_role_assignments_for_tree")
        else:
            self.authorize({"domain_id": own} if own else {})
        self._check_combination(wanted)
        if wanted.is_effective:
            # Keystone: looks for the groups of the one and the parents of the other.
            if wanted.user_id is not None:
                users.get(wanted.user_id)
            if wanted.project_id is not None and wanted.inherited is not False:
                projects.get(wanted.project_id)
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
            user_id=listing.first(params, "user.id") or None,
            group_id=listing.first(params, "group.id"),
            project_id=listing.first(params, "scope.project.id"),
            domain_id=listing.first(params, "scope.domain.id"),
            is_system=listing.first(params, "scope.system") == "all",
            inherited=None if inherited is None else inherited == "projects",
            is_effective=listing.is_asked(params, "effective"),
            with_subtree=listing.is_asked(params, "include_subtree"),
        )

    def _check_company(self) -> None:
        """Refuse parameters that want or bear no others, in the words of schemas."""
        if "include_subtree" in self.params and "scope.project.id" not in self.params:
            raise BadRequest("'scope.project.id' is a dependency of 'include_subtree'")
        if "user.id" in self.params and "group.id" in self.params:
            given = [(name, value) for name, found in self.params.items() for value in found]
            # Keystone: shows the query as the framework holds it.
            raise BadRequest(
                f"ImmutableMultiDict({given}) is valid under each of {{'required': ['group.id']}}, "
                "{'required': ['user.id']}"
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
