"""What is in namespaces of metadata definitions.  /v2/metadefs/namespaces/{namespace}/objects …"""

from typing import Any

from oslo_utils import strutils

from cloud.image import metadefs
from cloud.image.api import metadef_schemas as schemas
from cloud.image.api import metadef_types as types
from cloud.image.api.metadef_shapes import render_association, render_object, target_of, times
from cloud.image.api.metadefs import MetadefViewSet, read_limit, read_way
from cloud.image.api.queries import Asked
from cloud.image.api.schemas import validate
from cloud.image.errors import BadRequest, NotFound
from cloud.image.models import (
    MetadefNamespace,
    MetadefObject,
    MetadefProperty,
    MetadefTag,
    ResourceType,
)
from versioned.operation import operation


class ObjectsViewSet(MetadefViewSet):
    """/v2/metadefs/namespaces/{namespace}/objects"""

    ignores = frozenset({"list"})
    drops = frozenset({"clear"})
    tells_absence = True

    @operation(policy="get_metadef_objects", target="found")
    def list(self, request: Any, namespace: str) -> Any:
        asked = self.asked()
        read_way(asked.take("sort_dir"))
        _check_visibility(asked)
        # Glance: where a page begins and ends is checked, and then nobody cares.
        read_limit(asked.take("limit"), 0, least=1)
        found = self.within(namespace).objects_of.order_by("pk")
        return {
            "objects": [render_object(row, namespace) for row in found],
            "schema": "v2/schemas/metadefs/objects",
        }

    @operation(policy="add_metadef_object", target="found", status=201)
    def create(self, request: Any, namespace: str) -> Any:
        given = self.given(schemas.VALID_OBJECT)
        for each in given.get("properties", {}).values():
            validate(schemas.VALID_PROPERTY_OF_OBJECT, each)
        types.check_object(given)
        given = types.all_as_kept(given)
        made = metadefs.create(MetadefObject, self.within(namespace), given["name"], given)
        return _as_given(render_object(made, namespace), given)

    @operation(policy="get_metadef_object", target="found")
    def retrieve(self, request: Any, namespace: str, name: str) -> Any:
        return render_object(metadefs.find(MetadefObject, self.within(namespace), name), namespace)

    @operation(policy="modify_metadef_object", target="found")
    def update(self, request: Any, namespace: str, name: str) -> Any:
        given = self.given(schemas.VALID_OBJECT)
        types.check_object(given)
        given = types.all_as_kept(given)
        changed = metadefs.update(MetadefObject, self.within(namespace), name, given)
        return _as_given(render_object(changed, namespace), given)

    @operation(policy="delete_metadef_object", target="found", status=204)
    def destroy(self, request: Any, namespace: str, name: str) -> None:
        metadefs.delete(MetadefObject, self.within(namespace), name)

    @operation(policy="delete_metadef_namespace", target="found", status=204)
    def clear(self, request: Any, namespace: str) -> None:
        self.tells_absence = False
        metadefs.clear(MetadefObject, self.within(namespace))


class PropertiesViewSet(MetadefViewSet):
    """/v2/metadefs/namespaces/{namespace}/properties"""

    read_only = ("created_at", "updated_at")
    ignores = frozenset({"retrieve"})
    drops = frozenset({"destroy", "clear"})

    @operation(policy="get_metadef_properties", target="found")
    def list(self, request: Any, namespace: str) -> Any:
        found = self.within(namespace).properties_of.order_by("pk")
        return {"properties": {row.name: {**row.schema, "name": row.name} for row in found}}

    def _given(self) -> tuple[str, dict[str, Any]]:
        given = self.given(schemas.VALID_PROPERTY)
        types.check_property(given)
        given = types.as_kept(given)
        # Glance: the name of one that was not made with its namespace is in it, too.
        return given["name"], given

    @operation(policy="add_metadef_property", target="found", status=201)
    def create(self, request: Any, namespace: str) -> Any:
        name, schema = self._given()
        metadefs.create(MetadefProperty, self.within(namespace), name, {"schema": schema})
        return {**schema, "name": name}

    @operation(policy="get_metadef_property", target="found")
    def retrieve(self, request: Any, namespace: str, name: str) -> Any:
        kind = self.asked().last("resource_type")
        found = self.within(namespace)
        if kind:
            self.enforce("get_metadef_resource_type", target_of(found))
            name = _unprefixed(found, name, kind)
        row = metadefs.find(MetadefProperty, found, name)
        return {**row.schema, "name": row.name}

    @operation(policy="modify_metadef_property", target="found")
    def update(self, request: Any, namespace: str, name: str) -> Any:
        new, schema = self._given()
        values = {"name": new, "schema": schema}
        metadefs.update(MetadefProperty, self.within(namespace), name, values)
        return {**schema, "name": new}

    @operation(policy="remove_metadef_property", target="found", status=204)
    def destroy(self, request: Any, namespace: str, name: str) -> None:
        metadefs.delete(MetadefProperty, self.within(namespace), name)

    @operation(policy="delete_metadef_namespace", target="found", status=204)
    def clear(self, request: Any, namespace: str) -> None:
        metadefs.clear(MetadefProperty, self.within(namespace))


class TagsViewSet(MetadefViewSet):
    """/v2/metadefs/namespaces/{namespace}/tags"""

    read_only = ("created_at", "updated_at")
    parses = frozenset({"replace", "update"})
    ignores = frozenset({"list"})
    drops = frozenset({"clear"})

    @operation(policy="get_metadef_tags", target="found")
    def list(self, request: Any, namespace: str) -> Any:
        asked = self.asked()
        limit, marker = asked.take("limit"), asked.take("marker")
        way, key = read_way(asked.take("sort_dir")), asked.take("sort_key", "created_at")
        _check_visibility(asked)
        most = read_limit(limit or None, -1)
        found = self.within(namespace)
        if key not in ("name", "id", "created_at", "updated_at"):
            # Glance: it fails on what is no key.
            raise BadRequest("Sort key supplied was not valid.")
        sign = "-" if way == "desc" else ""
        order = (f"{sign}{key}", f"{sign}created_at", f"{sign}id")
        names = list(found.tags_of.order_by(*order).values_list("name", flat=True))
        if marker:
            names = names[names.index(metadefs.find(MetadefTag, found, marker).name) + 1 :]
        return {"tags": [{"name": name} for name in (names if most < 0 else names[:most])]}

    @operation(policy="add_metadef_tags", target="found", status=201)
    def replace(self, request: Any, namespace: str) -> Any:
        given = self.given(schemas.VALID_TAGS)
        keep = strutils.bool_from_string(request.META.get("HTTP_X_OPENSTACK_APPEND"))
        names = [tag["name"] for tag in given.get("tags", ())]
        names = metadefs.replace_tags(self.within(namespace), names, keep_others=keep)
        return {"tags": [{"name": name} for name in names]}

    @operation(policy="add_metadef_tag", target="found", status=201)
    def create(self, request: Any, namespace: str, name: str) -> Any:
        found = self.namespace(namespace)
        validate(schemas.VALID_TAG, {"name": name})
        self.authorize(target_of(found))
        row = metadefs.create(MetadefTag, found, name, {})
        return {"name": row.name, **times(row)}

    @operation(policy="get_metadef_tag", target="found")
    def retrieve(self, request: Any, namespace: str, name: str) -> Any:
        row = metadefs.find(MetadefTag, self.within(namespace), name)
        return {"name": row.name, **times(row)}

    @operation(policy="modify_metadef_tag", target="found")
    def update(self, request: Any, namespace: str, name: str) -> Any:
        given = self.given(schemas.VALID_TAG)
        row = metadefs.update(MetadefTag, self.within(namespace), name, given)
        return {"name": row.name, **times(row)}

    @operation(policy="delete_metadef_tag", target="found", status=204)
    def destroy(self, request: Any, namespace: str, name: str) -> None:
        metadefs.delete(MetadefTag, self.within(namespace), name)

    @operation(policy="delete_metadef_tags", target="found", status=204)
    def clear(self, request: Any, namespace: str) -> None:
        found = self.namespace(namespace)
        self.enforce("delete_metadef_namespace", target_of(found))
        self.authorize(target_of(found))
        metadefs.clear(MetadefTag, found)


class ResourceTypesViewSet(MetadefViewSet):
    """/v2/metadefs/resource_types, and those of a namespace"""

    read_only = ("created_at", "updated_at")
    parses = frozenset({"create"})

    @operation(policy="list_metadef_resource_types")
    def known(self, request: Any) -> Any:
        found = ResourceType.objects.order_by("pk")
        return {"resource_types": [{"name": row.name, **times(row)} for row in found]}

    @operation(policy="list_metadef_resource_types", target="found")
    def list(self, request: Any, namespace: str) -> Any:
        within = self.within(namespace)
        self.enforce("get_metadef_resource_type", target_of(within))
        found = within.associations.select_related("resource_type").order_by("pk")
        return {"resource_type_associations": [render_association(row) for row in found]}

    @operation(policy="add_metadef_resource_type_association", target="found", status=201)
    def create(self, request: Any, namespace: str) -> Any:
        given = self.given(schemas.VALID_ASSOCIATION)
        return render_association(metadefs.associate(self.within(namespace), given))

    @operation(policy="remove_metadef_resource_type_association", target="found", status=204)
    def destroy(self, request: Any, namespace: str, name: str) -> None:
        metadefs.dissociate(self.within(namespace), name)


def _check_visibility(asked: Asked) -> None:
    visibility = asked.last("visibility")
    if visibility and visibility not in ("public", "private", "shared"):
        raise BadRequest(f"Invalid visibility value: {visibility}")


def _as_given(shown: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """An object that was just written shows only what was given."""
    changing = ("required", "properties")
    written: dict[str, Any] = {name: given[name] for name in changing if name in given}
    return {
        name: written.get(name, value)
        for name, value in shown.items()
        if name in written or name not in changing
    }


def _unprefixed(namespace: MetadefNamespace, name: str, kind: str) -> str:
    """The name of a property without the prefix that a type of resource gives it."""
    found = namespace.associations.filter(resource_type__name=kind).first()
    if found is None:
        raise NotFound(
            f"The metadata definition resource-type association of resource-type={kind} to "
            f"namespace={namespace.namespace}, was not found."
        )
    if not found.prefix or not name.startswith(found.prefix):
        raise NotFound(
            f"Property {name} does not start with the expected resource type association prefix "
            f"of '{found.prefix}'."
        )
    return name.removeprefix(found.prefix)
