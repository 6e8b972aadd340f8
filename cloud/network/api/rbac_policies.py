"""RBAC policies.  /v2.0/rbac-policies"""

from typing import Any

from cloud.network import errors
from cloud.network.api import checks
from cloud.network.api.resource import Field
from cloud.network.api.standard import Owned
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import sharing
from cloud.network.models import RbacPolicy


def _to_target(value: Any) -> Any:
    if value != "*" and checks.uuid(value) is not None:
        raise errors.InvalidInput(
            error_message=f"'{value}' is not a valid target project ID; expected a UUID or '*'"
        )
    return value


class RbacPolicyNoun(Owned):
    member, plural, model = "rbac_policy", "rbac_policies", RbacPolicy

    id = Field(filters=True)
    project_id = Field(post=True, filters=True, check=checks.text(255), default="")
    tenant = Field("project_id", key="tenant_id", filters=True)
    # Neutron: does not miss the type, and fails for want of it.
    object_type = Field(post=True, default="", check=checks.text(255), filters=True, guarded=True)
    object_id = Field(post=True, check=checks.uuid, filters=True, guarded=True)
    target_tenant = Field(
        "target_project", post=True, put=True, convert=_to_target, filters=True, guarded=True
    )
    action = Field(post=True, check=checks.text(255), filters=True, guarded=True)

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        kinds = RbacPolicy.objects.filter(id=resource_id).values_list("object_type", flat=True)
        return errors.RbacPolicyNotFound(object_type=kinds.first() or "unknown", id=resource_id)


class RbacPolicyViewSet(NounViewSet):
    noun = RbacPolicyNoun

    def item(self, body: Any) -> Values:
        item = dict(super().item(body))
        if "target_project" in item:
            item["target_tenant"] = item.pop("target_project")
        return item

    def make(self, values: Values) -> str:
        return sharing.create(self.context, values).id

    def change(self, found: RbacPolicy, values: Values) -> None:
        sharing.change(found, values)

    def remove(self, found: RbacPolicy) -> None:
        sharing.remove(found)
