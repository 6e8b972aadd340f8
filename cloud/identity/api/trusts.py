"""Trusts.  /v3/OS-TRUST/trusts"""

from typing import Any

from cloud.identity import listing, timestamps, tokens, trusts
from cloud.identity.api import types
from cloud.identity.api.application_credentials import expiry
from cloud.identity.api.base import IdentityViewSet
from cloud.identity.api.roles import shown as shown_role
from cloud.identity.errors import ActionForbidden, NotFound
from cloud.identity.models import Trust
from versioned.operation import operation

_PATH = "OS-TRUST/trusts"
CREATE = types.thing(
    "trust",
    {
        "trustor_user_id": types.STRING,
        "trustee_user_id": types.STRING,
        "impersonation": {"type": "boolean"},
        "project_id": types.NULLABLE,
        "remaining_uses": {"type": ["integer", "null"], "minimum": 1},
        "expires_at": types.NULLABLE,
        "allow_redelegation": {"type": ["boolean", "null"]},
        "redelegation_count": {"type": ["integer", "null"], "minimum": 0},
        "redelegated_trust_id": types.NULLABLE,
        "roles": types.ROLES,
    },
    required=("trustor_user_id", "trustee_user_id", "impersonation"),
)
CREATE = types.closed_first(CREATE)


class TrustViewSet(IdentityViewSet):
    """Trusts: users lend each other roles."""

    @operation(policy="list_trusts", target="found")
    def list(self, request: Any) -> dict[str, Any]:
        # Keystone: those that have ended are shown until they are deleted.
        rows = Trust.objects.filter(deleted_at=None)
        if self.params:
            # Keystone: a list that asks for anything else is empty.
            rows = rows.none()
        rule, target = "list_trusts", {}
        for name in ("trustor", "trustee"):
            user_id = listing.first(self.params, f"{name}_user_id")
            if user_id:
                rule, target = f"list_trusts_for_{name}", {f"{name}_user_id": user_id}
                rows = Trust.objects.filter(deleted_at=None, **target)
                break
        self.authorize({"trust": target}, rule=rule)
        self._refuse_delegated()
        shown = [_shown(row) for row in rows.order_by("pk")]
        return self.collection("trusts", shown, path=_PATH)

    @operation(policy="create_trust", target="found", body=CREATE, status=201)
    def create(self, request: Any, trust: dict[str, Any]) -> dict[str, Any]:
        self.authorize({"trust": {"trustor_user_id": trust["trustor_user_id"]}})
        self._refuse_delegated()
        if trust.get("project_id") and not trust.get("roles"):
            raise ActionForbidden("At least one role should be specified")
        lent = self.token.get("OS-TRUST:trust")
        made = trusts.create(
            trust,
            expires_at=expiry(trust.get("expires_at")),
            parent=None if lent is None else trusts.get(lent["id"]),
        )
        return self._answer(made)

    @operation(policy="get_trust", target="found")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(self._find(id))

    @operation(policy="delete_trust", target="found", status=204)
    def destroy(self, request: Any, id: str) -> None:
        trusts.delete(self._find(id))

    @operation(policy="list_roles_for_trust", target="found")
    def roles(self, request: Any, id: str) -> dict[str, Any]:
        found = self._find(id)
        return {"roles": self._roles(found), "links": self._links(found)}

    @operation(policy="get_role_for_trust", target="found")
    def role(self, request: Any, id: str, role_id: str) -> dict[str, Any]:
        for role in self._roles(self._find(id)):
            if role["id"] == role_id:
                return {"role": role}
        raise NotFound(f"Could not find role: {role_id}.")

    def _find(self, trust_id: str) -> Trust:
        self.require_caller()
        found = trusts.get(trust_id)
        target = {
            "trustor_user_id": found.trustor_user_id,
            "trustee_user_id": found.trustee_user_id,
        }
        self.authorize({"trust": target})
        self._refuse_delegated()
        return found

    def _refuse_delegated(self) -> None:
        if not tokens.LENT.isdisjoint(self.token["methods"]):
            raise ActionForbidden("Delegated tokens cannot manage trusts.")

    def _answer(self, found: Trust) -> dict[str, Any]:
        answer = _shown(found)
        answer["roles"] = self._roles(found)
        answer["roles_links"] = self._links(found)
        return self.member("trust", _PATH, answer)

    def _roles(self, found: Trust) -> Any:
        rows = found.roles.order_by("pk").values()
        return [self.linked("roles", shown_role(row)) for row in rows]

    def _links(self, found: Trust) -> dict[str, Any]:
        # Keystone: leaves out where trusts are.
        link = self.link(found.pk, "roles")
        return {"self": link, "next": None, "previous": None}


def _shown(row: Trust) -> dict[str, Any]:
    return {
        **row.extra,
        "id": row.pk,
        "trustor_user_id": row.trustor_user_id,
        "trustee_user_id": row.trustee_user_id,
        "project_id": row.project_id,
        "impersonation": row.impersonation,
        "expires_at": timestamps.precise(row.expires_at),
        "remaining_uses": row.remaining_uses,
        "redelegated_trust_id": row.redelegated_trust_id,
        "redelegation_count": row.redelegation_count,
        "deleted_at": timestamps.precise(row.deleted_at),
    }
