"""Policies kept for other services.  /v3/policies"""

from collections.abc import Mapping
from typing import Any

from cloud.identity import listing, services, stored_policies
from cloud.identity.api import types
from cloud.identity.api.base import LATE_DIALECT, IdentityViewSet
from cloud.identity.api.services import shown_endpoint
from cloud.identity.errors import BadRequest
from cloud.identity.models import Policy
from versioned.operation import operation
from versioned.schema import Schema

# What a refusal quotes is in this order.
_POLICY: dict[str, Any] = {
    "type": "object",
    "properties": {"blob": types.STRING, "type": {"type": "string", "maxLength": 255}},
}
CREATE = Schema(
    {**_POLICY, "required": ["blob", "type"], "additionalProperties": True}, LATE_DIALECT
)
UPDATE = Schema({**_POLICY, "minProperties": 1, "additionalProperties": True}, LATE_DIALECT)


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row["extra"], "id": row["id"], "type": row["type"], "blob": row["blob"]}


class PolicyViewSet(IdentityViewSet):
    """Policies."""

    @operation(policy="list_policies")
    def list(self, request: Any) -> dict[str, Any]:
        rows = listing.narrow(Policy.objects.all(), self.params, {"type": "type"})
        page = listing.page(rows, self.params)
        return self.collection("policies", [_shown(row) for row in page.rows], page)

    @operation(policy="create_policy", status=201)
    def create(self, request: Any) -> dict[str, Any]:
        return self._answer(stored_policies.create(self._given(request, CREATE)))

    @operation(policy="get_policy")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(stored_policies.get(id))

    @operation(policy="update_policy")
    def update(self, request: Any, id: str) -> dict[str, Any]:
        policy = self._given(request, UPDATE)
        if policy.get("id") not in (None, id):
            raise BadRequest("Cannot change policy ID")
        return self._answer(stored_policies.update(stored_policies.get(id), policy))

    @operation(policy="delete_policy", status=204)
    def destroy(self, request: Any, id: str) -> None:
        stored_policies.delete(stored_policies.get(id))

    @operation(policy="list_endpoints_for_policy")
    def endpoints(self, request: Any, id: str) -> dict[str, Any]:
        found = stored_policies.endpoints_for(stored_policies.get(id))
        rows = [shown_endpoint(row, self.base_url) for row in found]
        for row in rows:
            # Keystone: the older name of the region is made by its list of endpoints alone.
            del row["region"]
        return self.collection("endpoints", rows)

    @operation(policy="get_policy_for_endpoint")
    def for_endpoint(self, request: Any, id: str) -> dict[str, Any]:
        found = stored_policies.policy_for(services.get_endpoint(id))
        return self.member("policy", "endpoints", _shown(vars(found)))

    def _given(self, request: Any, schema: Schema) -> dict[str, Any]:
        # Keystone: no policy at all is one of which nothing is said.
        given: dict[str, Any] = schema.check(request.json.get("policy", {}), request.version)
        return given

    def _answer(self, policy: Policy) -> dict[str, Any]:
        return self.member("policy", "policies", _shown(vars(policy)))


class PolicyAssociationViewSet(IdentityViewSet):
    """What a policy is for.  OS-ENDPOINT-POLICY"""

    @operation(policy="create_policy_association_for_endpoint", target="found", status=204)
    def create(self, request: Any, policy_id: str, **place: str) -> None:
        stored_policies.associate(self._find(policy_id, place), **place)

    @operation(policy="check_policy_association_for_endpoint", target="found", status=204)
    def check(self, request: Any, policy_id: str, **place: str) -> None:
        stored_policies.check_association(self._find(policy_id, place), **place)

    @operation(policy="delete_policy_association_for_endpoint", target="found", status=204)
    def destroy(self, request: Any, policy_id: str, **place: str) -> None:
        stored_policies.dissociate(self._find(policy_id, place), **place)

    def _find(self, policy_id: str, place: dict[str, str]) -> Policy:
        kind = "region_and_service" if "region_id" in place else "service"
        rule = str(self.rule)
        if "endpoint_id" not in place:
            rule = rule.replace("_for_endpoint", f"_for_{kind}")
        self.authorize({}, rule=rule)
        policy = stored_policies.get(policy_id)
        if "endpoint_id" in place:
            services.get_endpoint(place["endpoint_id"])
        if "service_id" in place:
            services.get(place["service_id"])
        if "region_id" in place:
            services.get_region(place["region_id"])
        return policy
