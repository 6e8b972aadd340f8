"""Metadata definitions: what properties may mean.  /v2/metadefs"""

from typing import Any
from urllib.parse import quote, urlencode

from cloud.image import metadefs
from cloud.image.api import metadef_schemas as schemas
from cloud.image.api.base import ImageServiceViewSet
from cloud.image.api.schemas import validate
from cloud.image.errors import BadRequest, Forbidden, NotFound
from cloud.image.models import (
    MetadefNamespace,
    MetadefObject,
    MetadefProperty,
    MetadefTag,
    ResourceType,
    ResourceTypeAssociation,
)
from versioned.operation import operation


def _times(row: Any) -> dict[str, Any]:
    return {"created_at": row.created_at, "updated_at": row.updated_at}


def render_object(row: MetadefObject, namespace: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": row.name, "required": row.required}
    if row.description is not None:
        shown["description"] = row.description
    return shown | {
        "properties": row.properties,
        **_times(row),
        "self": f"/v2/metadefs/namespaces/{namespace}/objects/{row.name}",
        "schema": "/v2/schemas/metadefs/object",
    }


def render_association(row: ResourceTypeAssociation, *, timed: bool = True) -> dict[str, Any]:
    shown = {"name": row.resource_type.name}
    for name in ("prefix", "properties_target"):
        value = getattr(row, name)
        if value is not None:
            shown[name] = value
    return shown | (_times(row) if timed else {})


def render_namespace(row: MetadefNamespace) -> dict[str, Any]:
    shown = {name: value for name in metadefs.FIELDS if (value := getattr(row, name)) is not None}
    return shown | {
        **_times(row),
        "self": f"/v2/metadefs/namespaces/{row.namespace}",
        "schema": "/v2/schemas/metadefs/namespace",
    }


def target_of(namespace: MetadefNamespace) -> dict[str, Any]:
    return {"owner": namespace.owner, "visibility": namespace.visibility}


class MetadefViewSet(ImageServiceViewSet):
    """What the views of definitions share."""

    def given(self, schema: Any) -> Any:
        body = self.body()
        for name in ("self", "schema", "created_at", "updated_at"):
            if name in body:
                raise Forbidden(f"Attribute '{name}' is read-only.")
        validate(schema, body)
        return body

    def within(self, name: str) -> MetadefNamespace:
        """The namespace of what is asked for, with the operation's rule asked of it."""
        try:
            namespace = metadefs.namespace_of(self.context, name)
        except NotFound:
            raise NotFound(f"Namespace {name} not found") from None
        self.authorize(target_of(namespace))
        return namespace


class NamespacesViewSet(MetadefViewSet):
    """/v2/metadefs/namespaces"""

    @operation(policy="get_metadef_namespaces")
    def list(self, request: Any) -> Any:
        asked = {name: values[-1] for name, values in request.params.items()}
        query = {name: value for name, value in asked.items() if name != "marker"}
        rows = list(self._listed(asked))
        limit = _limit(asked.get("limit"))
        marker = asked.get("marker")
        if marker:
            metadefs.namespace_of(self.context, marker)
            names = [row.namespace for row in rows]
            rows = rows[names.index(marker) + 1 :] if marker in names else []
        page = rows if limit is None else rows[:limit]
        shown = []
        kinds = ResourceTypeAssociation.objects.filter(namespace__in=page)
        by_namespace: dict[int, list[Any]] = {}
        for kind in kinds.select_related("resource_type"):
            by_namespace.setdefault(kind.namespace_id, []).append(render_association(kind))
        for row in page:
            found = render_namespace(row)
            if row.pk in by_namespace:
                found["resource_type_associations"] = by_namespace[row.pk]
            shown.append(found)
        path = "/v2/metadefs/namespaces"
        body: dict[str, Any] = {
            "namespaces": shown,
            "first": path + (f"?{urlencode(query)}" if query else ""),
            "schema": "/v2/schemas/metadefs/namespaces",
        }
        if page and len(page) == limit:
            body["next"] = f"{path}?" + urlencode({**query, "marker": page[-1].namespace})
        return body

    def _listed(self, asked: dict[str, str]) -> Any:
        way = asked.get("sort_dir", "desc")
        if way not in ("asc", "desc"):
            raise BadRequest(f"Invalid sort direction: {way}")
        found = MetadefNamespace.objects.filter(metadefs.visible_to(self.context))
        visibility = asked.get("visibility")
        if visibility:
            if visibility not in ("public", "private"):
                raise BadRequest(f"Invalid visibility value: {visibility}")
            found = found.filter(visibility=visibility)
        if asked.get("resource_types"):
            wanted = asked["resource_types"].split(",")
            found = found.filter(associations__resource_type__name__in=wanted).distinct()
        key = asked.get("sort_key", "created_at")
        if key not in ("created_at", "updated_at", *metadefs.FIELDS):
            key = "created_at"
        sign = "-" if way == "desc" else ""
        return found.order_by(f"{sign}{key}", f"{sign}id")

    @operation(policy="add_metadef_namespace", status=201)
    def create(self, request: Any) -> Any:
        given = self.given(schemas.VALID_NAMESPACE)
        made = metadefs.create_namespace(given, owner=self.context.project_id)
        contents = ("properties", "objects", "resource_type_associations", "tags")
        shown = render_namespace(made) | {name: given[name] for name in contents if name in given}
        return self.json(shown, 201, Location=f"/v2/metadefs/namespaces/{quote(made.namespace)}")

    @operation(policy="get_metadef_namespace", target="found")
    def retrieve(self, request: Any, namespace: str) -> Any:
        row = metadefs.namespace_of(self.context, namespace)
        try:
            self.authorize(target_of(row))
        except Forbidden:
            raise NotFound from None
        shown = render_namespace(row)
        prefix = self._prefix(row, request.params.get("resource_type", [""])[-1])
        objects = [render_object(each, namespace) for each in row.objects_of.order_by("pk")]
        for each in objects:
            each["required"] = [prefix + name for name in each["required"]]
            each["properties"] = {prefix + key: each["properties"][key]
                                  for key in each["properties"]}  # fmt: skip
        kinds = row.associations.select_related("resource_type").order_by("pk")
        contents = {
            "objects": objects,
            "resource_type_associations": [render_association(each) for each in kinds],
            "properties": {
                prefix + each.name: each.schema for each in row.properties_of.order_by("pk")
            },
            "tags": [{"name": each.name} for each in row.tags_of.order_by("pk")],
        }
        return shown | {name: value for name, value in contents.items() if value}

    def _prefix(self, row: MetadefNamespace, resource_type: str) -> str:
        if not resource_type:
            return ""
        found = row.associations.filter(resource_type__name=resource_type).first()
        if found is None:
            raise NotFound(
                f"The metadata definition resource-type association of resource-type="
                f"{resource_type} to namespace={row.namespace}, was not found."
            )
        return found.prefix or ""

    @operation(policy="modify_metadef_namespace", target="found")
    def update(self, request: Any, namespace: str) -> Any:
        given = self.given(schemas.VALID_NAMESPACE)
        row = self.within(namespace)
        metadefs.update_namespace(row, given)
        return render_namespace(row)

    @operation(policy="delete_metadef_namespace", target="found", status=204)
    def destroy(self, request: Any, namespace: str) -> None:
        metadefs.delete_namespace(self.within(namespace))


class ObjectsViewSet(MetadefViewSet):
    """/v2/metadefs/namespaces/{namespace}/objects"""

    @operation(policy="get_metadef_objects", target="found")
    def list(self, request: Any, namespace: str) -> Any:
        found = self.within(namespace).objects_of.order_by("-created_at", "-pk")
        return {
            "objects": [render_object(row, namespace) for row in found],
            "schema": "v2/schemas/metadefs/objects",
        }

    @operation(policy="add_metadef_object", target="found", status=201)
    def create(self, request: Any, namespace: str) -> Any:
        given = self.given(schemas.VALID_OBJECT)
        made = metadefs.create(MetadefObject, self.within(namespace), given["name"], given)
        return render_object(made, namespace)

    @operation(policy="get_metadef_object", target="found")
    def retrieve(self, request: Any, namespace: str, name: str) -> Any:
        return render_object(metadefs.find(MetadefObject, self.within(namespace), name), namespace)

    @operation(policy="modify_metadef_object", target="found")
    def update(self, request: Any, namespace: str, name: str) -> Any:
        given = self.given(schemas.VALID_OBJECT)
        changed = metadefs.update(MetadefObject, self.within(namespace), name, given)
        return render_object(changed, namespace)

    @operation(policy="delete_metadef_object", target="found", status=204)
    def destroy(self, request: Any, namespace: str, name: str) -> None:
        metadefs.delete(MetadefObject, self.within(namespace), name)

    @operation(policy="delete_metadef_namespace", target="found", status=204)
    def clear(self, request: Any, namespace: str) -> None:
        metadefs.clear(MetadefObject, self.within(namespace))


class PropertiesViewSet(MetadefViewSet):
    """/v2/metadefs/namespaces/{namespace}/properties"""

    @operation(policy="get_metadef_properties", target="found")
    def list(self, request: Any, namespace: str) -> Any:
        found = self.within(namespace).properties_of.order_by("pk")
        return {"properties": {row.name: {**row.schema, "name": row.name} for row in found}}

    def _given(self) -> tuple[str, dict[str, Any]]:
        given = dict(self.given(schemas.VALID_PROPERTY))
        return given.pop("name"), given

    @operation(policy="add_metadef_property", target="found", status=201)
    def create(self, request: Any, namespace: str) -> Any:
        name, schema = self._given()
        metadefs.create(MetadefProperty, self.within(namespace), name, {"schema": schema})
        return {**schema, "name": name}

    @operation(policy="get_metadef_property", target="found")
    def retrieve(self, request: Any, namespace: str, name: str) -> Any:
        row = metadefs.find(MetadefProperty, self.within(namespace), name)
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

    @operation(policy="get_metadef_tags", target="found")
    def list(self, request: Any, namespace: str) -> Any:
        found = self.within(namespace).tags_of.order_by("-created_at", "-pk")
        return {"tags": [{"name": row.name} for row in found]}

    @operation(policy="add_metadef_tags", target="found", status=201)
    def replace(self, request: Any, namespace: str) -> Any:
        given = self.given(schemas.VALID_TAGS)
        keep = request.META.get("HTTP_X_OPENSTACK_APPEND", "").strip().lower() in ("true", "1")
        tags = given.get("tags", ())
        if not all(isinstance(tag, dict) for tag in tags):
            # Glance: its schema does not say that a tag is an object, and it fails on others.
            raise BadRequest("Each of the tags must be an object.")
        names = [tag["name"] for tag in tags]
        names = metadefs.replace_tags(self.within(namespace), names, keep_others=keep)
        return {"tags": [{"name": name} for name in names]}

    @operation(policy="add_metadef_tag", target="found", status=201)
    def create(self, request: Any, namespace: str, name: str) -> Any:
        validate(schemas.VALID_TAG, {"name": name})
        row = metadefs.create(MetadefTag, self.within(namespace), name, {})
        return {"name": row.name, **_times(row)}

    @operation(policy="get_metadef_tag", target="found")
    def retrieve(self, request: Any, namespace: str, name: str) -> Any:
        row = metadefs.find(MetadefTag, self.within(namespace), name)
        return {"name": row.name, **_times(row)}

    @operation(policy="modify_metadef_tag", target="found")
    def update(self, request: Any, namespace: str, name: str) -> Any:
        given = self.given(schemas.VALID_TAG)
        row = metadefs.update(MetadefTag, self.within(namespace), name, given)
        return {"name": row.name, **_times(row)}

    @operation(policy="delete_metadef_tag", target="found", status=204)
    def destroy(self, request: Any, namespace: str, name: str) -> None:
        metadefs.delete(MetadefTag, self.within(namespace), name)

    @operation(policy="delete_metadef_tags", target="found", status=204)
    def clear(self, request: Any, namespace: str) -> None:
        metadefs.clear(MetadefTag, self.within(namespace))


class ResourceTypesViewSet(MetadefViewSet):
    """/v2/metadefs/resource_types, and those of a namespace"""

    @operation(policy="list_metadef_resource_types")
    def known(self, request: Any) -> Any:
        found = ResourceType.objects.order_by("name")
        return {"resource_types": [{"name": row.name, **_times(row)} for row in found]}

    @operation(policy="get_metadef_resource_type", target="found")
    def list(self, request: Any, namespace: str) -> Any:
        found = self.within(namespace).associations.select_related("resource_type").order_by("pk")
        return {"resource_type_associations": [render_association(row) for row in found]}

    @operation(policy="add_metadef_resource_type_association", target="found", status=201)
    def create(self, request: Any, namespace: str) -> Any:
        given = self.given(schemas.VALID_ASSOCIATION)
        return render_association(metadefs.associate(self.within(namespace), given))

    @operation(policy="remove_metadef_resource_type_association", target="found", status=204)
    def destroy(self, request: Any, namespace: str, name: str) -> None:
        metadefs.dissociate(self.within(namespace), name)


def _limit(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        limit = int(text)
    except ValueError:
        raise BadRequest("limit param must be an integer") from None
    if limit < 0:
        raise BadRequest("limit param must be positive")
    return limit
