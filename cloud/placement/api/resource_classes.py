"""Resource classes: what there can be an inventory of.  /resource_classes"""

from typing import Any

from django.utils import timezone

from cloud.placement import errors
from cloud.placement.api import types
from cloud.placement.api.base import Body, PlacementAsk, PlacementViewSet
from cloud.placement.api.faults import UNDEFINED, Fault, refusing
from cloud.placement.domain import classes
from versioned.operation import operation
from versioned.shape import Attr, Row, Shape

NAMED = Body(
    types.closed(
        {"name": {"type": "string", "pattern": types.CUSTOM_PATTERN, "maxLength": 255}},
        ["name"],
    )
)


def _links(row: Row, ask: PlacementAsk) -> list[dict[str, str]]:
    return [{"rel": "self", "href": f"{ask.mount}/resource_classes/{row['name']}"}]


class ResourceClass(Shape):
    name = Attr()
    links = Attr(_links, needs="name")


class ResourceClassViewSet(PlacementViewSet):
    collection = "resource_classes"

    @operation(policy="placement:resource_classes:list", since="1.2")
    def list(self, request: Any) -> Any:
        found = classes.all_names()
        self.modified(max((changed for _, changed in found), default=timezone.now()))
        rows = ({"name": name} for name, _ in found)
        return {"resource_classes": ResourceClass.render_many(rows, self.ask)}

    @operation(policy="placement:resource_classes:create", since="1.2", status=201)
    def create(self, request: Any) -> None:
        name = self.read(NAMED)["name"]
        try:
            classes.make(name)
        except errors.ResourceClassExists:
            raise Fault(409, f"Conflicting resource class already exists: {name}") from None
        self.located(f"resource_classes/{name}")


class OneResourceClassViewSet(PlacementViewSet):
    collection = "resource_classes"

    @property
    def without_json(self) -> frozenset[str]:  # type: ignore[override]
        return frozenset({"PUT"} if self.version >= (1, 7) else ())

    @operation(policy="placement:resource_classes:show", since="1.2")
    def retrieve(self, request: Any, name: str) -> Any:
        self.modified(classes.changed_at(name))
        return ResourceClass.render({"name": name}, self.ask)

    @operation(policy="placement:resource_classes:update", since="1.2", until="1.6")
    def update(self, request: Any, name: str) -> Any:
        new_name = self.read(NAMED)["name"]
        try:
            classes.rename(name, new_name)
        except errors.ResourceClassExists:
            raise Fault(409, f"Resource class already exists: {new_name}") from None
        except errors.ResourceClassStandard:
            raise Fault(400, f"Cannot update standard resource class {name}") from None
        return ResourceClass.render({"name": new_name}, self.ask)

    @update.also(  # type: ignore[no-redef]
        policy="placement:resource_classes:update", since="1.7"
    )
    def update(self, request: Any, name: str) -> Any:
        NAMED.check({"name": name}, self.version)
        status = 204
        try:
            classes.changed_at(name)
        except errors.ResourceClassNotFound:
            try:
                classes.make(name)
                status = 201
            except errors.ResourceClassExists:
                pass  # somebody else was faster
        self.located(f"resource_classes/{name}")
        return self.respond(None, status)

    @operation(policy="placement:resource_classes:delete", since="1.2", status=204)
    def destroy(self, request: Any, name: str) -> None:
        prefix = "Error in delete resource class: "
        with refusing(
            (errors.ResourceClassStandard, 400, prefix, UNDEFINED),
            (errors.ResourceClassInUse, 409, prefix, UNDEFINED),
        ):
            classes.remove(name)
