"""Roles and what follows from them.  /v3/roles and /v3/role_inferences"""

import builtins
from collections.abc import Mapping
from typing import Any

from cloud.identity import listing, roles
from cloud.identity.api import types
from cloud.identity.api.base import IdentityViewSet, query
from cloud.identity.models import ImpliedRole, Role
from versioned.operation import operation

_PROPERTIES = {
    "name": types.NAME,
    "description": types.NULLABLE,
    "options": types.IMMUTABLE,
}
CREATE = types.thing("role", {**_PROPERTIES, "domain_id": types.NULLABLE_ID}, required=("name",))
UPDATE = types.thing("role", {**_PROPERTIES, "domain_id": types.NULLABLE_ID}, at_least=1)

LIST = query(name=types.NAME, domain_id=types.ID)


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A role's representation; clients' own attributes stand beside it."""
    return {
        **row["extra"],
        "id": row["id"],
        "name": row["name"],
        "domain_id": row["domain_id"] or None,
        "description": row["description"],
        "options": row["options"],
    }


class RoleViewSet(IdentityViewSet):
    """Roles; those of a domain ask rules of their own."""

    @operation(policy="list_roles", target="found", query=LIST)
    def list(self, request: Any) -> dict[str, Any]:
        domain_id = listing.first(self.params, "domain_id")
        self.authorize({}, rule="list_domain_roles" if domain_id else "list_roles")
        rows = Role.objects.filter(domain_id=domain_id or "")
        page = listing.page(listing.narrow(rows, self.params, {"name": "name"}), self.params)
        return self.collection("roles", [shown(row) for row in page.rows], page)

    @operation(policy="create_role", target="found", body=CREATE, status=201)
    def create(self, request: Any, role: dict[str, Any]) -> dict[str, Any]:
        self.authorize(rule="create_domain_role" if role.get("domain_id") else "create_role")
        return self._answer(roles.create(role))

    @operation(policy="get_role", target="found")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(self._find(id, "get"))

    @operation(policy="update_role", target="found", body=UPDATE)
    def update(self, request: Any, id: str, role: dict[str, Any]) -> dict[str, Any]:
        found = self._find(id, "update")
        self.require_same_id(role, id)
        return self._answer(roles.update(found, role))

    @operation(policy="delete_role", target="found", status=204)
    def destroy(self, request: Any, id: str) -> None:
        roles.delete(self._find(id, "delete"))

    def _find(self, role_id: str, verb: str) -> Role:
        """The role, once its rule grants it. Keystone: all may know that one is not there."""
        self.require_caller()
        role = roles.get(role_id)
        target = {"role": {"name": role.name, "domain_id": role.domain_id or None}}
        self.authorize(target, rule=f"{verb}_domain_role" if role.domain_id else f"{verb}_role")
        return role

    def _answer(self, role: Role) -> dict[str, Any]:
        return self.member("role", "roles", shown(vars(role)))


class ImpliedRoleViewSet(IdentityViewSet):
    """Which roles follow from which."""

    @operation(policy="list_implied_roles", target="found")
    def list(self, request: Any, prior_id: str) -> dict[str, Any]:
        (prior,) = self._found(prior_id)
        inference = {
            "prior_role": self._brief(prior),
            "implies": [self._brief(role) for role in roles.implied_by(prior)],
        }
        return {
            "role_inference": inference,
            "links": {"self": self.link("roles", prior_id, "implies")},
        }

    @operation(policy="create_implied_role", target="found", status=201)
    def create(self, request: Any, prior_id: str, implied_id: str) -> dict[str, Any]:
        prior, implied = self._found(prior_id, implied_id)
        roles.imply(prior, implied)
        return self._answer(prior, implied)

    @operation(policy="get_implied_role", target="found")
    def retrieve(self, request: Any, prior_id: str, implied_id: str) -> dict[str, Any]:
        prior, implied = self._found(prior_id, implied_id)
        roles.check_implied(prior, implied)
        return self._answer(prior, implied)

    @operation(policy="check_implied_role", target="found", status=204)
    def check(self, request: Any, prior_id: str, implied_id: str) -> None:
        roles.check_implied(*self._found(prior_id, implied_id))

    @operation(policy="delete_implied_role", target="found", status=204)
    def destroy(self, request: Any, prior_id: str, implied_id: str) -> None:
        roles.stop_implying(*self._found(prior_id, implied_id))

    def _found(self, *role_ids: str) -> builtins.list[Role]:
        """The roles, once the rule grants it. Keystone: all may know that one is not there."""
        self.require_caller()
        found = [roles.get(role_id) for role_id in role_ids]
        self.authorize()
        return found

    @operation(policy="list_role_inference_rules")
    def inferences(self, request: Any) -> dict[str, Any]:
        pairs: dict[str, Any] = {}
        for prior_id, implied_id in ImpliedRole.objects.order_by("pk").values_list(
            "prior_id", "implied_id"
        ):
            pairs.setdefault(prior_id, []).append(implied_id)
        known = Role.objects.in_bulk()
        return {
            "role_inferences": [
                {
                    "prior_role": self._brief(known[prior_id]),
                    "implies": [self._brief(known[role_id]) for role_id in implied],
                }
                for prior_id, implied in pairs.items()
            ]
        }

    def _answer(self, prior: Role, implied: Role) -> dict[str, Any]:
        inference = {"prior_role": self._brief(prior), "implies": self._brief(implied)}
        link = self.link("roles", prior.pk, "implies", implied.pk)
        return {"role_inference": inference, "links": {"self": link}}

    def _brief(self, role: Role) -> dict[str, Any]:
        return {
            "id": role.pk,
            "name": role.name,
            "links": {"self": self.link("roles", role.pk)},
        }
