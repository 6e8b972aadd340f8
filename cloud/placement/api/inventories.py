"""Inventories of a resource provider.  /resource_providers/{uuid}/inventories"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from cloud.placement import errors
from cloud.placement.api import types
from cloud.placement.api.base import Body, PlacementViewSet
from cloud.placement.api.faults import (
    CONCURRENT_UPDATE,
    INVENTORY_IN_USE,
    UNDEFINED,
    Fault,
    refusing,
)
from cloud.placement.domain import inventories, providers
from versioned.operation import operation

_fields: dict[str, Any] = {
    "resource_provider_generation": types.integer,
    "total": types.whole(1),
    "reserved": types.whole(0),
    "min_unit": types.whole(1),
    "max_unit": types.whole(1),
    "step_size": types.whole(1),
    "allocation_ratio": {"type": "number", "maximum": types.LARGEST_RATIO},
}
_class_name = {"type": "string", "pattern": types.NAME_PATTERN}
_record = types.closed(_fields, ["total"])

replacement = types.closed(
    {
        "resource_provider_generation": types.integer,
        "inventories": {
            "type": "object",
            "patternProperties": {types.NAME_PATTERN: _record},
        },
    },
    ["resource_provider_generation", "inventories"],
)

ADD = Body(types.closed(_fields | {"resource_class": _class_name}, ["total", "resource_class"]))
CHANGE = Body(types.closed(_fields, ["total", "resource_provider_generation"]))
REPLACE = Body(replacement)

Row = dict[str, Any]


def filled(record: Mapping[str, Any]) -> Row:
    """An inventory as it comes in a body, with the defaults for what is not said."""
    return {**inventories.DEFAULTS, **record}


def all_filled(records: Mapping[str, Any]) -> dict[str, Row]:
    """Inventories by their classes, as they come in a body.

    ResourceClassNotFound for what is no inventory: the schema looks at those alone whose names
    classes could have.
    """
    for name, record in records.items():
        if not isinstance(record, Mapping):
            raise errors.ResourceClassNotFound(name)
    return {name: filled(record) for name, record in records.items()}


def _shown(inventory: Mapping[str, Any], generation: int | None = None) -> Row:
    shown = {name: inventory[name] for name in inventories.FIELDS}
    if generation:
        shown["resource_provider_generation"] = generation
    return shown


def _newest(found: Iterable[Mapping[str, Any]]) -> datetime:
    changes = [row.get("updated_at") or row.get("created_at") for row in found]
    return max((when for when in changes if when), default=timezone.now())


class _OfProvider(PlacementViewSet):
    collection = "resource_providers"

    def provider(self, uuid: str) -> Row:
        """The provider that the URL names."""
        prefix = f"No resource provider with uuid {uuid} found : "
        with refusing((errors.NotFound, 404, prefix, UNDEFINED)):
            return providers.get(uuid)

    def check_generation(self, provider: Row, seen: int) -> None:
        if provider["generation"] != seen:
            raise Fault(409, "resource provider generation conflict", CONCURRENT_UPDATE)

    def check_capacity(self, provider: Row, wanted: Mapping[str, Row]) -> None:
        inventories.check_capacity(
            provider["uuid"], wanted, reserved_may_be_total=self.version >= (1, 26)
        )

    def all_shown(self, found: Mapping[str, Row], generation: int) -> Any:
        if found or self.version < (1, 15):
            self.modified(_newest(found.values()))
        else:
            # Placement: no inventories, no time at which they were changed.
            self.headers["Cache-Control"] = "no-cache"
        return {
            "resource_provider_generation": generation,
            "inventories": {name: _shown(inventory) for name, inventory in found.items()},
        }


class InventoriesViewSet(_OfProvider):
    @operation(policy="placement:resource_providers:inventories:list")
    def list(self, request: Any, uuid: str) -> Any:
        provider = self.provider(uuid)
        return self.all_shown(inventories.of_provider(uuid), provider["generation"])

    @operation(policy="placement:resource_providers:inventories:create", status=201)
    def create(self, request: Any, uuid: str) -> Any:
        provider = providers.get(uuid)
        inventory = filled(self.read(ADD))
        name = inventory["resource_class"]
        prefix = f"Unable to create inventory for resource provider {uuid}: "
        with refusing(
            (errors.ConcurrentUpdate, 409, "Update conflict: ", CONCURRENT_UPDATE),
            (errors.InventoryCapacityInvalid, 400, prefix, UNDEFINED),
            (errors.NotFound, 400, prefix, UNDEFINED),
        ):
            self.check_capacity(provider, {name: inventory})
            inventories.add(provider, name, inventory)
        self.located(f"resource_providers/{uuid}/inventories/{name}")
        self.modified(provider["updated_at"])
        return _shown(inventory, provider["generation"])

    @operation(policy="placement:resource_providers:inventories:update")
    def update(self, request: Any, uuid: str) -> Any:
        provider = providers.get(uuid)
        body = self.read(REPLACE)
        self.check_generation(provider, body["resource_provider_generation"])
        unknown = f"Unknown resource class in inventory for resource provider {uuid}: "
        unable = f"Unable to update inventory for resource provider {uuid}: "
        with refusing(
            (errors.ResourceClassNotFound, 400, unknown, UNDEFINED),
            (errors.ConcurrentUpdate, 409, "update conflict: ", CONCURRENT_UPDATE),
            (errors.InventoryInUse, 409, "update conflict: ", INVENTORY_IN_USE),
            (errors.InventoryCapacityInvalid, 400, unable, UNDEFINED),
        ):
            wanted = all_filled(body["inventories"])
            self.check_capacity(provider, wanted)
            inventories.replace(provider, wanted)
        return self.all_shown(wanted, provider["generation"])

    @operation(policy="placement:resource_providers:inventories:delete", since="1.5", status=204)
    def destroy(self, request: Any, uuid: str) -> None:
        provider = providers.get(uuid)
        try:
            with refusing((errors.InventoryInUse, 409, "", INVENTORY_IN_USE)):
                inventories.replace(provider, {})
        except errors.ConcurrentUpdate:
            text = (
                f"Unable to delete inventory for resource provider {uuid} because the inventory "
                "was updated by another process. Please retry your request."
            )
            raise Fault(409, text, CONCURRENT_UPDATE) from None

    @destroy.also(until="1.4")  # type: ignore[no-redef]
    def destroy(self, request: Any, uuid: str) -> None:
        # Placement: 405, not 404, before the version that has it.
        raise Fault(405)


class InventoryViewSet(_OfProvider):
    @operation(policy="placement:resource_providers:inventories:show")
    def retrieve(self, request: Any, uuid: str, resource_class: str) -> Any:
        provider = self.provider(uuid)
        inventory = inventories.of_provider(uuid).get(resource_class)
        if inventory is None:
            raise Fault(404, f"No inventory of class {resource_class} for {uuid}")
        self.modified(_newest([inventory]))
        return _shown(inventory, provider["generation"])

    @operation(policy="placement:resource_providers:inventories:update")
    def update(self, request: Any, uuid: str, resource_class: str) -> Any:
        provider = providers.get(uuid)
        inventory = filled(self.read(CHANGE))
        self.check_generation(provider, inventory["resource_provider_generation"])
        none = f"No inventory record with resource class for resource provider {uuid}: "
        unable = f"Unable to update inventory for resource provider {uuid}: "
        with refusing(
            (errors.ConcurrentUpdate, 409, "update conflict: ", CONCURRENT_UPDATE),
            (errors.InventoryNotFound, 400, none, UNDEFINED),
            (errors.InventoryCapacityInvalid, 400, unable, UNDEFINED),
        ):
            self.check_capacity(provider, {resource_class: inventory})
            inventories.change(provider, resource_class, inventory)
        self.modified(provider["updated_at"])
        return _shown(inventory, provider["generation"])

    @operation(policy="placement:resource_providers:inventories:delete", status=204)
    def destroy(self, request: Any, uuid: str, resource_class: str) -> None:
        provider = providers.get(uuid)
        unable = f"Unable to delete inventory of class {resource_class}: "
        none = f"No inventory of class {resource_class} found for delete: "
        with refusing(
            (errors.ConcurrentUpdate, 409, unable, CONCURRENT_UPDATE),
            (errors.InventoryInUse, 409, unable, CONCURRENT_UPDATE),
            (errors.NotFound, 404, none, UNDEFINED),
        ):
            inventories.remove(provider, resource_class)
