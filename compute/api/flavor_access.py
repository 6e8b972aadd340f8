"""Which projects see a flavor that is not public.  /flavors/{id}/os-flavor-access, .../action"""

from typing import Any

from compute.api import types
from compute.api.dispatch import ActionsViewSet
from compute.api.projects import check_project
from compute.domain import flavors
from compute.models import Flavor
from versioned.operation import operation
from versioned.schema import body, query

_PROJECT = {"tenant": types.text(1, 255)}
ADD = body("addTenantAccess", _PROJECT, required=["tenant"])
REMOVE = body("removeTenantAccess", _PROJECT, required=["tenant"])


def _shown(flavor: Flavor) -> dict[str, Any]:
    projects = flavors.projects_of(flavor)
    rows = [{"flavor_id": flavor.flavor_id, "tenant_id": project} for project in projects]
    return {"flavor_access": rows}


class FlavorAccessViewSet(ActionsViewSet):
    actions = {"addTenantAccess": "add", "removeTenantAccess": "remove"}

    @operation(policy="os_compute_api:os-flavor-access", query=query(closed_since="2.102"))
    def list(self, request: Any, flavor_id: str) -> Any:
        flavor = flavors.find(self.context, flavor_id)
        if flavor.is_public:
            raise flavors.NoAccessListOfPublicFlavor
        return _shown(flavor)

    @operation(policy="os_compute_api:os-flavor-access:add_tenant_access", body=ADD)
    def add(self, request: Any, id: str, addTenantAccess: dict[str, str]) -> Any:
        project_id = addTenantAccess["tenant"]
        check_project(self.context, project_id)
        flavor = flavors.find(self.context, id)
        if flavor.is_public and request.version >= (2, 7):
            raise flavors.FlavorIsPublic
        flavors.grant(flavor, project_id)
        return _shown(flavor)

    @operation(policy="os_compute_api:os-flavor-access:remove_tenant_access", body=REMOVE)
    def remove(self, request: Any, id: str, removeTenantAccess: dict[str, str]) -> Any:
        # Nova: a project that is no more may still be taken from the list.
        flavor = flavors.find(self.context, id)
        flavors.revoke(flavor, removeTenantAccess["tenant"])
        return _shown(flavor)
