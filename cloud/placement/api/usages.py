"""Usages of a resource provider, and of a project.  /usages"""

from typing import Any

from django.utils import timezone

from cloud.placement import errors
from cloud.placement.api import types
from cloud.placement.api.base import PlacementViewSet, Query
from cloud.placement.api.faults import UNDEFINED, refusing
from cloud.placement.domain import providers, usages
from versioned.operation import operation
from versioned.versions import since

LIST = Query(
    types.closed(
        {
            "project_id": types.external_id,
            "user_id": types.external_id,
            "consumer_type": since(
                "1.38",
                {
                    "type": "string",
                    "pattern": f"{types.NAME_PATTERN}|^all|^unknown$",
                    "minLength": 1,
                    "maxLength": 255,
                },
            ),
        },
        ["project_id"],
    )
)


class UsagesViewSet(PlacementViewSet):
    collection = "usages"

    @operation(policy="placement:usages", since="1.9", target="found")
    def list(self, request: Any) -> Any:
        # Placement: asks whether before it asks what; without a project the answer is no, not 400.
        self.authorize({"project_id": self.request._request.GET.get("project_id")})
        query = self.query(LIST)
        project_id, user_id = query["project_id"], query.get("user_id")
        found: dict[str, Any]
        if self.version >= (1, 38):
            found = usages.by_consumer_type(project_id, user_id, query.get("consumer_type"))
        else:
            found = usages.of_project(project_id, user_id)
        self.modified(timezone.now())
        return {"usages": found}


class ProviderUsagesViewSet(PlacementViewSet):
    collection = "resource_providers"

    @operation(policy="placement:resource_providers:usages")
    def list(self, request: Any, uuid: str) -> Any:
        prefix = f"No resource provider with uuid {uuid} found: "
        with refusing((errors.NotFound, 404, prefix, UNDEFINED)):
            provider = providers.get(uuid)
        self.modified(timezone.now())
        return {
            "resource_provider_generation": provider["generation"],
            "usages": usages.of_provider(uuid),
        }
