"""Resource providers: sources of resources, in trees.  /resource_providers"""

from typing import Any
from uuid import UUID

from django.utils import timezone

from cloud.placement import errors
from cloud.placement.api import parameters, types
from cloud.placement.api.base import Body, PlacementAsk, PlacementViewSet, Query
from cloud.placement.api.faults import (
    DUPLICATE_NAME,
    PROVIDER_IN_USE,
    PROVIDER_IS_PARENT,
    UNDEFINED,
    Fault,
    refusing,
)
from cloud.placement.domain import providers
from versioned.operation import operation
from versioned.shape import Attr, Row, Shape
from versioned.versions import since

LINKS = (
    ("inventories", (1, 0)),
    ("usages", (1, 0)),
    ("aggregates", (1, 1)),
    ("traits", (1, 6)),
    ("allocations", (1, 11)),
)


def _links(provider: Row, ask: PlacementAsk) -> list[dict[str, str]]:
    url = f"{ask.mount}/resource_providers/{provider['uuid']}"
    return [
        {"rel": "self", "href": url},
        *({"rel": rel, "href": f"{url}/{rel}"} for rel, first in LINKS if ask.version >= first),
    ]


class Provider(Shape):
    uuid = Attr()
    name = Attr()
    generation = Attr()
    links = Attr(_links, needs="uuid")
    parent_provider_uuid = Attr("parent_id", since="1.14")
    root_provider_uuid = Attr("root_id", since="1.14")


_parent = since("1.14", {"anyOf": [types.uuid, {"type": "null"}]})
_name = {"type": "string", "maxLength": 200}

CREATE = Body(
    types.closed({"name": _name, "uuid": types.uuid, "parent_provider_uuid": _parent}, ["name"])
)
UPDATE = Body(types.closed({"name": _name, "parent_provider_uuid": _parent}, ["name"]))
LIST = Query(
    {
        "type": "object",
        "properties": {
            "name": types.string,
            "uuid": types.uuid,
            "member_of": since("1.3", types.string),
            "resources": since("1.4", types.string),
            "in_tree": since("1.14", types.uuid),
            "required": since("1.18", types.string),
        },
        "additionalProperties": False,
    }
)


class ResourceProviderViewSet(PlacementViewSet):
    collection = "resource_providers"

    @operation(policy="placement:resource_providers:list")
    def list(self, request: Any) -> Any:
        filters = self._filters(self.query(LIST))
        with refusing(
            (
                errors.ResourceClassNotFound,
                400,
                "Invalid resource class in resources parameter: ",
                UNDEFINED,
            ),
            (
                errors.TraitNotFound,
                400,
                'Invalid trait(s) in "required" parameter: ',
                UNDEFINED,
            ),
        ):
            found = providers.find(filters)
        changes = [row["updated_at"] or row["created_at"] for row in found]
        self.modified(max(changes, default=timezone.now()))
        return {"resource_providers": Provider.render_many(found, self.ask)}

    def _filters(self, query: dict[str, str]) -> providers.Filters:
        every = self.request._request.GET
        member_of, not_member_of = parameters.aggregates(every.getlist("member_of"), self.version)
        required, forbidden = parameters.traits(every.getlist("required"), self.version)
        resources = query.get("resources")
        return providers.Filters(
            name=query.get("name"),
            uuid=query.get("uuid"),
            in_tree=query.get("in_tree"),
            member_of=member_of,
            not_member_of=not_member_of,
            required=required,
            forbidden=forbidden,
            resources=None if resources is None else parameters.resources(resources),
        )

    @operation(policy="placement:resource_providers:create", status={"1.0": 201, "1.20": 200})
    def create(self, request: Any) -> Any:
        body = self.read(CREATE)
        uuid = str(UUID(body["uuid"])) if body.get("uuid") else None
        try:
            made = providers.make(body["name"], uuid, body.get("parent_provider_uuid"))
        except errors.DuplicateProvider as exc:
            raise Fault(
                409, f"Conflicting resource provider {exc} already exists.", DUPLICATE_NAME
            ) from None
        except errors.ProviderRefused as exc:
            text = f'Unable to create resource provider "{body["name"]}", {uuid}: {exc}'
            raise Fault(400, text) from None
        self.located(f"resource_providers/{made['uuid']}")
        if self.version < (1, 20):
            return None
        self.modified(made["created_at"])
        return Provider.render(made, self.ask)

    @operation(policy="placement:resource_providers:show")
    def retrieve(self, request: Any, uuid: str) -> Any:
        found = providers.get(uuid)
        self.modified(found["updated_at"] or found["created_at"])
        return Provider.render(found, self.ask)

    @operation(policy="placement:resource_providers:update")
    def update(self, request: Any, uuid: str) -> Any:
        provider = providers.get(uuid)
        body = self.read(UPDATE)
        prefix = f"Unable to save resource provider {uuid}: "
        try:
            with refusing((errors.ProviderRefused, 400, prefix, UNDEFINED)):
                provider = providers.change(
                    provider,
                    name=body["name"],
                    parent=body.get("parent_provider_uuid", provider["parent_id"]),
                    may_move=self.version >= (1, 37),
                )
        except errors.DuplicateProvider as exc:
            raise Fault(
                409, f"Conflicting resource provider {exc} already exists.", DUPLICATE_NAME
            ) from None
        self.modified(provider["updated_at"])
        return Provider.render(provider, self.ask)

    @operation(policy="placement:resource_providers:delete", status=204)
    def destroy(self, request: Any, uuid: str) -> None:
        prefix = f"Unable to delete resource provider {uuid}: "
        try:
            with refusing((errors.ProviderInUse, 409, prefix, PROVIDER_IN_USE)):
                providers.remove(uuid)
        except errors.ProviderHasChildren:
            text = (
                f"Unable to delete parent resource provider {uuid}: "
                "It has child resource providers."
            )
            raise Fault(409, text, PROVIDER_IS_PARENT) from None
        except errors.NotFound:
            text = f"No resource provider with uuid {uuid} found for delete"
            raise Fault(404, text) from None
