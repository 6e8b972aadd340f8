"""The reshaper: inventories and allocations move between resource providers.  /reshaper"""

from typing import Any

from cloud.placement import errors
from cloud.placement.api import types
from cloud.placement.api.allocations import REFUSED, claim_of, of_several_consumers
from cloud.placement.api.base import Body, PlacementViewSet
from cloud.placement.api.faults import (
    CONCURRENT_UPDATE,
    INVENTORY_IN_USE,
    PROVIDER_NOT_FOUND,
    UNDEFINED,
    Fault,
    refusing,
)
from cloud.placement.api.inventories import all_filled, replacement
from cloud.placement.domain import providers, reshaping
from versioned.operation import operation

RESHAPE = Body(
    types.closed(
        {
            "inventories": {
                "type": "object",
                "patternProperties": {types.UUID_PATTERN: replacement},
                "minProperties": 1,
                "additionalProperties": False,
            },
            "allocations": of_several_consumers(0),
        },
        ["inventories", "allocations"],
    )
)


class ReshaperViewSet(PlacementViewSet):
    collection = "reshaper"

    @operation(policy="placement:reshaper:reshape", since="1.30", status=204)
    def create(self, request: Any) -> None:
        body = self.read(RESHAPE)
        wanted = []
        for uuid, one in body["inventories"].items():
            provider = self._provider(uuid, one["resource_provider_generation"])
            with refusing((errors.NotFound, 400, "malformed reshaper data: ", UNDEFINED)):
                wanted.append((provider, all_filled(one["inventories"])))
        claims = [
            claim_of(consumer, one, self.version) for consumer, one in body["allocations"].items()
        ]
        with refusing(
            *REFUSED,
            (errors.ConcurrentUpdate, 409, "update conflict: ", CONCURRENT_UPDATE),
            (errors.NotFound, 400, "malformed reshaper data: ", UNDEFINED),
            (errors.InventoryInUse, 409, "update conflict: ", INVENTORY_IN_USE),
        ):
            reshaping.reshape(wanted, claims)

    def _provider(self, uuid: str, seen: int) -> dict[str, Any]:
        prefix = f"Resource provider {uuid} in inventories not found: "
        with refusing((errors.NotFound, 400, prefix, PROVIDER_NOT_FOUND)):
            provider = providers.get(uuid)
        actual = provider["generation"]
        if actual != seen:
            raise Fault(
                409,
                f"resource provider generation conflict for provider {uuid}: "
                f"actual: {actual}, given: {seen}",
                CONCURRENT_UPDATE,
            )
        return provider
