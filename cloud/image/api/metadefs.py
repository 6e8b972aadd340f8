"""Metadata definitions: what properties may mean.  /v2/metadefs/namespaces"""

import string
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from cloud.image import metadefs, policies
from cloud.image.api import metadef_schemas as schemas
from cloud.image.api import metadef_types as types
from cloud.image.api.base import ImageServiceViewSet
from cloud.image.api.metadef_shapes import (
    render_association,
    render_namespace,
    render_object,
    target_of,
)
from cloud.image.api.queries import Asked
from cloud.image.api.schemas import validate
from cloud.image.errors import BadRequest, Forbidden, NotFound
from cloud.image.models import MetadefNamespace, ResourceTypeAssociation
from versioned.operation import operation

_PRINTABLE = string.digits + string.ascii_letters + string.punctuation + " "


class MetadefViewSet(ImageServiceViewSet):
    """What the views of definitions share."""

    # What a body may not say; of namespaces and objects.
    read_only: ClassVar[tuple[str, ...]] = ("self", "schema", "created_at", "updated_at")
    # Whether the sentence of one that is not there differs from that of one that is hidden.
    tells_absence = False

    def enforce(self, rule: str, target: Mapping[str, Any]) -> None:
        """Ask a rule; what is in a namespace that one may not see is not there."""
        try:
            policies.enforce(rule, self.context, target)
        except Forbidden:
            if not policies.allows("get_metadef_namespace", self.context, target):
                raise NotFound from None
            raise

    def given(self, schema: Any) -> Any:
        body = self.object_body()
        for name in self.read_only:
            if name in body:
                raise Forbidden(f"Attribute '{name}' is read-only.")
        validate(schema, body)
        return body

    def namespace(self, name: str) -> MetadefNamespace:
        """The namespace of what is asked for; no rule is asked."""
        try:
            return metadefs.namespace_of(self.context, name)
        except metadefs.HiddenNamespace:
            raise NotFound(f"Namespace {name} not found") from None
        except NotFound:
            if self.tells_absence:
                raise
            raise NotFound(f"Namespace {name} not found") from None

    def within(self, name: str) -> MetadefNamespace:
        """The namespace of what is asked for, with the operation's rule asked of it."""
        namespace = self.namespace(name)
        self.authorize(target_of(namespace))
        return namespace


class NamespacesViewSet(MetadefViewSet):
    """/v2/metadefs/namespaces"""

    ignores = frozenset({"list"})

    @operation(policy="get_metadef_namespaces", target="found")
    def list(self, request: Any) -> Any:
        asked = self.asked()
        query = {name: value for name, value in dict(asked).items() if name != "marker"}
        marker = asked.take("marker")
        limit = min(read_limit(asked.take("limit"), 25), 1000)
        way = asked.take("sort_dir")
        found = self._listed(asked, read_way(way))
        self.authorize()
        self.enforce("list_metadef_resource_types", {"owner": self.context.project_id})
        rows = list(found)
        if marker is not None:
            self._check_marker(marker)
            names = [row.namespace for row in rows]
            rows = rows[names.index(marker) + 1 :] if marker in names else []
        page = rows[:limit]
        shown = []
        kinds = ResourceTypeAssociation.objects.filter(namespace__in=page)
        by_namespace: dict[int, list[Any]] = {}
        for kind in kinds.select_related("resource_type"):
            by_namespace.setdefault(kind.namespace_id, []).append(render_association(kind))
        for row in page:
            each = render_namespace(row)
            if row.pk in by_namespace:
                each["resource_type_associations"] = by_namespace[row.pk]
            shown.append(each)
        path = "/v2/metadefs/namespaces"
        body: dict[str, Any] = {
            "namespaces": shown,
            "first": path + (f"?{urlencode(query)}" if query else ""),
            "schema": "/v2/schemas/metadefs/namespaces",
        }
        if page and len(page) == limit:
            body["next"] = f"{path}?" + urlencode({**query, "marker": page[-1].namespace})
        return body

    def _check_marker(self, marker: str) -> None:
        if not marker:
            raise NotFound("Metadata definition namespace not found for id=")
        try:
            metadefs.namespace_of(self.context, marker)
        except metadefs.HiddenNamespace:
            raise Forbidden(
                f"Forbidding request, metadata definition namespace={marker} is not visible."
            ) from None

    def _listed(self, asked: Asked, way: str) -> Any:
        found = MetadefNamespace.objects.filter(metadefs.visible_to(self.context))
        visibility = asked.last("visibility")
        if visibility and visibility not in ("public", "private"):
            raise BadRequest(f"Invalid visibility value: {visibility}")
        visibility = asked.take("visibility")
        if visibility is not None:
            found = found.filter(visibility=visibility)
        key = asked.take("sort_key", "created_at")
        if (kinds := asked.last("resource_types")) is not None:
            wanted = kinds.split(",")
            found = found.filter(associations__resource_type__name__in=wanted).distinct()
        if key not in ("created_at", "updated_at", "id", *metadefs.FIELDS):
            # Glance: it fails on what is no key.
            key = "created_at"
        sign = "-" if way == "desc" else ""
        return found.order_by(f"{sign}{key}", f"{sign}created_at", f"{sign}id")

    @operation(policy="add_metadef_namespace", target="found", status=201)
    def create(self, request: Any) -> Any:
        given = self.given(schemas.VALID_NAMESPACE)
        types.check_namespace(given)
        given = types.all_as_kept(given)
        if "objects" in given:
            given["objects"] = [types.all_as_kept(each) for each in given["objects"]]
        self.authorize()
        made = metadefs.create_namespace(given, owner=self.context.project_id)
        contents = ("properties", "objects", "resource_type_associations", "tags")
        shown = render_namespace(made) | {name: given[name] for name in contents if name in given}
        # Glance: the name stands there as it is; here nothing that would end the header.
        base = request._request.build_absolute_uri("/v2/metadefs/namespaces/")
        return self.json(shown, 201, Location=base + quote(made.namespace, safe=_PRINTABLE))

    @operation(policy="get_metadef_namespace", target="found")
    def retrieve(self, request: Any, namespace: str) -> Any:
        asked = self.asked()
        visibility = asked.last("visibility")
        if visibility and visibility not in ("public", "private"):
            raise BadRequest(f"Invalid visibility value: {visibility}")
        row = metadefs.namespace_of(self.context, namespace)
        self.authorize(target_of(row))
        shown = render_namespace(row)
        prefix = self._prefix(row, asked.last("resource_type") or "")
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
            "tags": [{"name": each.name} for each in newest_first(row.tags_of)],
        }
        return shown | {name: value for name, value in contents.items() if value}

    def _prefix(self, row: MetadefNamespace, resource_type: str) -> str:
        found = row.associations.filter(resource_type__name=resource_type).first()
        return (found and found.prefix) or ""

    @operation(policy="modify_metadef_namespace", target="found")
    def update(self, request: Any, namespace: str) -> Any:
        given = self.given(schemas.VALID_NAMESPACE)
        types.check_namespace(given)
        row = self.within(namespace)
        metadefs.update_namespace(row, given, owner=self.context.project_id)
        return render_namespace(row)

    @operation(policy="delete_metadef_namespace", target="found", status=204)
    def destroy(self, request: Any, namespace: str) -> None:
        metadefs.delete_namespace(self.within(namespace))


def newest_first(rows: Any) -> Any:
    return rows.order_by("-created_at", "-pk")


def read_way(way: str | None) -> str:
    way = "desc" if way is None else way
    if way not in ("asc", "desc"):
        raise BadRequest(f"Invalid sort direction: {way}")
    return way


def read_limit(text: str | None, default: int, *, least: int = 0) -> int:
    if text is None:
        return default
    try:
        limit = int(text)
    except ValueError:
        raise BadRequest("limit param must be an integer") from None
    if limit < least:
        raise BadRequest("limit param must be positive")
    return limit
