"""Aggregates of a resource provider.  /resource_providers/{uuid}/aggregates"""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from cloud.placement import errors
from cloud.placement.api import types
from cloud.placement.api.base import Body, PlacementViewSet
from cloud.placement.api.faults import CONCURRENT_UPDATE, Fault, refusing
from cloud.placement.domain import aggregates, providers
from versioned.operation import operation
from versioned.versions import changing

_uuids = {"type": "array", "items": types.uuid, "uniqueItems": True}

REPLACE = Body(
    changing(
        {
            "1.1": _uuids,
            "1.19": types.closed(
                {"aggregates": _uuids, "resource_provider_generation": types.integer},
                ["aggregates", "resource_provider_generation"],
            ),
        }
    )
)


class AggregatesViewSet(PlacementViewSet):
    collection = "resource_providers"

    @operation(policy="placement:resource_providers:aggregates:list", since="1.1")
    def list(self, request: Any, uuid: str) -> Any:
        provider = providers.get(uuid)
        return self._shown(aggregates.of_provider(uuid), provider["generation"])

    @operation(policy="placement:resource_providers:aggregates:update", since="1.1")
    def update(self, request: Any, uuid: str) -> Any:
        is_guarded = self.version >= (1, 19)
        provider = providers.get(uuid)
        body = self.read(REPLACE)
        if is_guarded and body["resource_provider_generation"] != provider["generation"]:
            raise Fault(
                409,
                "Resource provider's generation already changed. Please update the generation "
                "and try again.",
                CONCURRENT_UPDATE,
            )
        wanted = body["aggregates"] if is_guarded else body
        with refusing((errors.ConcurrentUpdate, 409, "Update conflict: ", CONCURRENT_UPDATE)):
            aggregates.replace(provider, wanted, moves_generation=is_guarded)
        return self._shown(wanted, provider["generation"])

    def _shown(self, uuids: Sequence[str], generation: int) -> dict[str, Any]:
        self.modified(timezone.now())
        shown: dict[str, Any] = {"aggregates": uuids}
        if self.version >= (1, 19):
            shown["resource_provider_generation"] = generation
        return shown
