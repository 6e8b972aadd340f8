"""Allocations: what consumers hold of resource providers.  /allocations"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from cloud.placement import errors
from cloud.placement.api import types
from cloud.placement.api.base import Body, PlacementViewSet
from cloud.placement.api.faults import CONCURRENT_UPDATE, UNDEFINED, Fault, Rule, refusing
from cloud.placement.domain import allocations, providers, usages
from versioned.formats import is_uuid_like
from versioned.operation import operation
from versioned.versions import Version, changing, since

_amounts = {
    "type": "object",
    "minProperties": 1,
    "patternProperties": {types.NAME_PATTERN: {"type": "integer", "minimum": 1}},
    "additionalProperties": False,
}
_as_list = {
    "type": "array",
    "minItems": 1,
    "items": types.closed(
        {
            "resource_provider": types.closed({"uuid": types.uuid}, ["uuid"], required_last=True),
            "resources": _amounts,
        },
        ["resource_provider", "resources"],
    ),
}


def _by_provider(least: int) -> dict[str, Any]:
    return {
        "type": "object",
        "minProperties": least,
        "patternProperties": {
            types.UUID_PATTERN: types.closed(
                {"generation": types.integer, "resources": _amounts}, ["resources"]
            )
        },
        "additionalProperties": False,
    }


_mappings = {
    "type": "object",
    "minProperties": 1,
    "patternProperties": {types.NAMED_GROUP: {"type": "array", "minItems": 1, "items": types.uuid}},
}
_consumer_type = {
    "type": "string",
    "pattern": types.NAME_PATTERN,
    "minLength": 1,
    "maxLength": 255,
}


def _of_one_consumer(held: Any, *, required_last: bool = True) -> dict[str, Any]:
    return types.closed(
        {
            "allocations": held,
            "project_id": since("1.8", types.external_id),
            "user_id": since("1.8", types.external_id),
            "consumer_generation": since(
                "1.28", {"type": ["integer", "null"], "additionalProperties": False}
            ),
            "mappings": since("1.34", _mappings),
            "consumer_type": since("1.38", _consumer_type),
        },
        [
            "allocations",
            since("1.8", "project_id"),
            since("1.8", "user_id"),
            since("1.28", "consumer_generation"),
            since("1.38", "consumer_type"),
        ],
        required_last=required_last,
    )


def of_several_consumers(least: int) -> dict[str, Any]:
    """Allocations by consumer, at least so many of them."""
    return {
        "type": "object",
        "minProperties": least,
        "additionalProperties": False,
        "patternProperties": {types.UUID_PATTERN: _of_one_consumer(_by_provider(0))},
    }


REPLACE = Body(
    changing(
        {
            "1.0": _of_one_consumer(_as_list, required_last=False),
            "1.12": _of_one_consumer(_by_provider(1)),
            "1.28": _of_one_consumer(_by_provider(0)),
        }
    )
)
REPLACE_SEVERAL = Body(of_several_consumers(1))

# What is said of claims that cannot be had, after what is said of unknown names.
REFUSED: tuple[Rule, ...] = (
    (errors.ConsumerGenerationConflict, 409, "", CONCURRENT_UPDATE),
    (errors.AllocationProviderNotFound, 400, "", UNDEFINED),
    (errors.InvalidInventory, 409, "Unable to allocate inventory: ", UNDEFINED),
)
CHANGED: Rule = (
    errors.ConcurrentUpdate,
    409,
    "Inventory and/or allocations changed while attempting to allocate: ",
    CONCURRENT_UPDATE,
)


def claim_of(consumer: str, body: Mapping[str, Any], version: Version) -> allocations.Claim:
    """What a body asks for a consumer."""
    held = body["allocations"]
    if version < (1, 12):
        by_provider = {one["resource_provider"]["uuid"]: one["resources"] for one in held}
    else:
        by_provider = {uuid: one["resources"] for uuid, one in held.items()}
    claim = allocations.Claim(consumer, allocations=by_provider)
    if "project_id" in body:
        claim.project_id, claim.user_id = body["project_id"], body["user_id"]
    if version >= (1, 28):
        claim.is_guarded, claim.generation = True, body["consumer_generation"]
    claim.consumer_type = body.get("consumer_type")
    return claim


class AllocationsViewSet(PlacementViewSet):
    collection = "allocations"

    @operation(policy="placement:allocations:manage", since="1.13", status=204)
    def create(self, request: Any) -> None:
        body = self.read(REPLACE_SEVERAL)
        claims = [claim_of(uuid, one, self.version) for uuid, one in body.items()]
        with refusing(
            *REFUSED, (errors.NotFound, 400, "Unable to allocate inventory ", UNDEFINED), CHANGED
        ):
            allocations.claim(claims)


class ConsumerAllocationsViewSet(PlacementViewSet):
    collection = "allocations"

    @operation(policy="placement:allocations:list")
    def retrieve(self, request: Any, uuid: str) -> Any:
        held = allocations.of_consumer(uuid)
        self.modified(held.changed_at or timezone.now())
        shown: dict[str, Any] = {"allocations": held.by_provider}
        if held.consumer is not None:
            if self.version >= (1, 12):
                shown["project_id"] = held.consumer["project_id"]
                shown["user_id"] = held.consumer["user_id"]
            if self.version >= (1, 28):
                shown["consumer_generation"] = held.consumer["generation"]
            if self.version >= (1, 38):
                shown["consumer_type"] = held.consumer["consumer_type"] or usages.UNKNOWN
        return shown

    @operation(policy="placement:allocations:update", status=204)
    def update(self, request: Any, uuid: str) -> None:
        if not is_uuid_like(uuid):
            raise Fault(400, f"Malformed consumer_uuid: {uuid}")
        consumer = str(UUID(uuid))
        claim = claim_of(consumer, self.read(REPLACE), self.version)
        prefix = f"Unable to allocate inventory for consumer {consumer}: "
        with refusing(*REFUSED, (errors.NotFound, 400, prefix, UNDEFINED), CHANGED):
            allocations.claim([claim])

    @operation(policy="placement:allocations:delete", status=204)
    def destroy(self, request: Any, uuid: str) -> None:
        if not allocations.release(uuid):
            raise Fault(404, f"No allocations for consumer '{uuid}'")


class ProviderAllocationsViewSet(PlacementViewSet):
    collection = "resource_providers"

    @operation(policy="placement:resource_providers:allocations:list")
    def list(self, request: Any, uuid: str) -> Any:
        prefix = f"Resource provider '{uuid}' not found: "
        with refusing((errors.NotFound, 404, prefix, UNDEFINED)):
            provider = providers.get(uuid)
        found, changed_at = allocations.on_provider(uuid)
        for entry in found.values():
            generation = entry.pop("generation")
            if self.version >= (1, 28):
                entry["consumer_generation"] = generation
        self.modified(changed_at or timezone.now())
        return {
            "allocations": found,
            "resource_provider_generation": provider["generation"],
        }
