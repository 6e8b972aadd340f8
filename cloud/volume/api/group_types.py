"""Types of groups and their specs.  /group_types"""

from typing import Any

from django.db.models import Q

from cloud.volume import groups, paging
from cloud.volume.api import filters, formats
from cloud.volume.api.base import VolumeServiceViewSet, boolean
from cloud.volume.errors import BadRequest, NotFound, not_authorized, not_found
from cloud.volume.models import GroupType
from versioned.operation import operation
from versioned.shape import Attr, Shape

CREATE = formats.envelope(
    "group_type",
    formats.closed(
        ("name",),
        name=formats.NAME,
        description=formats.DESCRIPTION,
        is_public=formats.BOOLEAN,
        group_specs=formats.OPTIONAL_METADATA,
    ),
)
UPDATE = formats.envelope(
    "group_type",
    formats.closed(
        name=formats.OPTIONAL_NAME, description=formats.DESCRIPTION, is_public=formats.BOOLEAN
    ),
)
_SPECS = formats.pairs(["string", "null"], keys="^[a-zA-Z0-9-_:.]{1,255}$")
SPECS = formats.envelope("group_specs", _SPECS)
SPEC = {**_SPECS, "minProperties": 1, "maxProperties": 1}
SORT_KEYS = ("id", "name", "created_at", "updated_at", "is_public", "description")
COLUMNS = ("id", "name", "description", "is_public", "group_specs", "created_at")
_RULE = "group:group_types_specs:"


class GroupTypeShown(Shape):
    id = Attr()
    name = Attr()
    description = Attr()
    is_public = Attr()
    group_specs = Attr(policy="group:access_group_types_specs")


def row_of(kind: GroupType) -> dict[str, Any]:
    return {name: getattr(kind, name) for name in COLUMNS}


class GroupTypesViewSet(VolumeServiceViewSet):
    """/group_types"""

    def usable(self) -> Q:
        context = self.context
        if context.is_admin:
            return Q()
        if context.project_id is None:
            raise not_authorized()
        return Q(is_public=True) | Q(access__project_id=context.project_id)

    def kind(self, type_id: str) -> GroupType:
        found = GroupType.objects.filter(self.usable(), pk=type_id).first()
        if found is None:
            raise not_found("Group type", type_id)
        return found

    @operation(since="3.11")
    def list(self, request: Any) -> Any:
        asked = {name: values[-1] for name, values in request.params.items()}
        wanted = paging.read(asked)
        found = GroupType.objects.filter(self.usable()).distinct()
        if self.context.is_admin:
            text = asked.get("is_public", "true")
            if text.lower() != "none":
                value = boolean(text)
                if value is None:
                    raise BadRequest(f"Invalid is_public filter [{text}]")
                found = found.filter(is_public=value)
        if wanted.marker and not GroupType.objects.filter(pk=wanted.marker).exists():
            # Volume (Cinder): its marker is not missed.
            wanted = wanted._replace(marker=None)
        rows = paging.page(found, wanted, COLUMNS, keys=SORT_KEYS, missing="Group type")
        body: dict[str, Any] = {"group_types": GroupTypeShown.render_many(rows, self.ask)}
        links = filters.next_links(self, rows, wanted.limit, "group_types")
        if links:
            body["group_type_links"] = links
        return body

    @operation(since="3.11")
    def retrieve(self, request: Any, type_id: str) -> Any:
        if type_id == "default":
            # No setting names one.
            raise NotFound("Default group type can not be found.")
        kind = self.kind(type_id)
        return {"group_type": GroupTypeShown.render(row_of(kind), self.ask)}

    @operation(policy="group:group_types:create", since="3.11", body=CREATE, status=202)
    def create(self, request: Any, group_type: dict[str, Any]) -> Any:
        values = dict(group_type)
        values["is_public"] = bool(boolean(values.get("is_public", True)))
        values["group_specs"] = values.get("group_specs") or {}
        return {"group_type": GroupTypeShown.render(row_of(groups.create_type(values)), self.ask)}

    @operation(policy="group:group_types:update", since="3.11", body=UPDATE)
    def update(self, request: Any, type_id: str, group_type: dict[str, Any]) -> Any:
        values = dict(group_type)
        if "is_public" in values:
            values["is_public"] = boolean(values["is_public"])
        kind = self.kind(type_id)
        groups.update_type(kind, values)
        return {"group_type": GroupTypeShown.render(row_of(kind), self.ask)}

    @operation(policy="group:group_types:delete", since="3.11", status=202)
    def destroy(self, request: Any, type_id: str) -> Any:
        groups.delete_type(self.kind(type_id))
        return self.bare(202)

    # Specs

    @operation(policy=_RULE + "get_all", since="3.11")
    def specs(self, request: Any, type_id: str) -> Any:
        return {"group_specs": self.kind(type_id).group_specs}

    @operation(policy=_RULE + "create", since="3.11", body=SPECS, status=202)
    def set_specs(self, request: Any, type_id: str, group_specs: dict[str, Any]) -> Any:
        groups.set_specs(self.kind(type_id), group_specs)
        return {"group_specs": group_specs}

    @operation(policy=_RULE + "get", since="3.11")
    def spec(self, request: Any, type_id: str, key: str) -> Any:
        kind = self.kind(type_id)
        if key not in kind.group_specs:
            raise groups.no_spec(kind, key)
        return {key: kind.group_specs[key]}

    @operation(policy=_RULE + "update", since="3.11", body=SPEC)
    def set_spec(self, request: Any, type_id: str, key: str, **given: Any) -> Any:
        kind = self.kind(type_id)
        if key not in request.json:
            raise BadRequest("Request body and URI mismatch")
        groups.set_specs(kind, request.json)
        return request.json

    @operation(policy=_RULE + "delete", since="3.11", status=202)
    def remove_spec(self, request: Any, type_id: str, key: str) -> Any:
        groups.remove_spec(self.kind(type_id), key)
        return self.bare(202)
