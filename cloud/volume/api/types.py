"""Volume types and who may use them.  /types"""

import ast
from typing import Any, ClassVar

from cloud.volume import paging, queries, types, volumes
from cloud.volume.api import filters, formats
from cloud.volume.api.actions import ActionViewSet
from cloud.volume.api.base import boolean
from cloud.volume.errors import BadRequest, Forbidden, NotFound
from cloud.volume.models import DefaultType, VolumeType
from versioned.operation import operation
from versioned.shape import Attr, Shape

CREATE = formats.envelope(
    "volume_type",
    {
        "type": "object",
        "properties": {
            "name": formats.NAME,
            "description": formats.DESCRIPTION,
            "extra_specs": formats.SPECS,
            "os-volume-type-access:is_public": formats.BOOLEAN,
        },
        "required": ["name"],
        "additionalProperties": False,
    },
)
UPDATE = formats.envelope(
    "volume_type",
    formats.closed(
        name=formats.UPDATE_NAME, description=formats.DESCRIPTION, is_public=formats.BOOLEAN
    ),
)
ACCESS = formats.closed(("project",), project={"type": "string", "minLength": 1, "maxLength": 255})
# Cinder: what a user may know of the extra specs of a type.
VISIBLE_SPECS = ("RESKEY:availability_zones", "multiattach", "replication_enabled")
SENSITIVE = "volume_extension:types_extra_specs:read_sensitive"
SORT_KEYS = ("id", "name", "created_at", "updated_at", "is_public", "description", "qos_specs_id")
_COLUMNS = {key: key for key in ("id", "name", "description", "qos_specs_id")}
_FORBIDDEN = "You are not authorized to perform this operation."


def visible_specs(specs: dict[str, Any], ask: Any) -> dict[str, Any]:
    if ask.allows(SENSITIVE):
        return specs
    return {key: specs[key] for key in VISIBLE_SPECS if key in specs}


class TypeCreated(Shape):
    id = Attr()
    name = Attr()
    is_public = Attr()
    description = Attr()
    extra_specs = Attr(
        lambda row, ask: visible_specs(row["extra_specs"], ask),
        policy="volume_extension:access_types_extra_specs",
    )


class TypeWithoutAccess(TypeCreated):
    qos_specs_id = Attr(policy="volume_extension:access_types_qos_specs_id")


class TypeShown(TypeWithoutAccess):
    access_is_public = Attr(
        "is_public",
        key="os-volume-type-access:is_public",
        policy="volume_extension:volume_type_access",
    )


class TypeMade(TypeCreated):
    access_is_public = Attr("is_public", key="os-volume-type-access:is_public")


COLUMNS = ("id", "name", "is_public", "description", "extra_specs", "qos_specs_id", "created_at")


def row_of(kind: VolumeType) -> dict[str, Any]:
    return {name: getattr(kind, name) for name in COLUMNS}


class TypesViewSet(ActionViewSet):
    """/types"""

    actions: ClassVar[dict[str, str]] = {
        "addProjectAccess": "add_access",
        "removeProjectAccess": "remove_access",
    }

    def kind(self, type_id: str) -> VolumeType:
        return queries.volume_type_by_id(self.context, type_id)

    @operation(policy="volume_extension:type_get_all")
    def list(self, request: Any) -> Any:
        asked = {name: values[-1] for name, values in request.params.items()}
        wanted = paging.read(asked)
        found = VolumeType.objects.filter(queries.may_use_type(self.context))
        if not self.context.is_admin and request.version < (3, 52):
            asked = {name: asked[name] for name in asked if name == "is_public"}
        asked = filters.checked(self, asked, "volume_type")
        is_public = asked.pop("is_public", None)
        if self.context.is_admin:
            # Cinder: an administrator sees public types, and all with is_public=None.
            text = "true" if is_public is None else is_public
            if text.lower() != "none":
                public = boolean(text)
                if public is None:
                    raise BadRequest(f"Invalid is_public filter [{is_public}]")
                found = found.filter(is_public=public)
        for name, value in asked.items():
            if name == "extra_specs":
                found = self._with_specs(found, value)
            else:
                found = filters.narrowed(found, filters.condition(name, value, _COLUMNS))
        if wanted.marker and not VolumeType.objects.filter(pk=wanted.marker).exists():
            # Volume (Cinder): its marker is not missed.
            wanted = wanted._replace(marker=None)
        rows = paging.page(found, wanted, COLUMNS, keys=SORT_KEYS, missing="Volume type")
        body: dict[str, Any] = {"volume_types": TypeShown.render_many(rows, self.ask)}
        links = filters.next_links(self, rows, wanted.limit, "types")
        if links:
            body["volume_type_links"] = links
        return body

    def _with_specs(self, found: Any, text: str) -> Any:
        """Keep types with these extra specs; who may not know one finds nothing by it."""
        if not self.allows(SENSITIVE):
            try:
                asked = ast.literal_eval(text)
            except (ValueError, SyntaxError):
                return found.none()
            if not isinstance(asked, dict) or any(key not in VISIBLE_SPECS for key in asked):
                return found.none()
        return filters.with_metadata(found, "extra_specs", text)

    @operation(policy="volume_extension:type_get", target="found")
    def retrieve(self, request: Any, type_id: str) -> Any:
        if type_id == "default":
            self.authorize()
            kind = volumes.default_type(self.context)
            # Volume (Cinder): what adds the access does not find it under this name.
            return {"volume_type": TypeWithoutAccess.render(row_of(kind), self.ask)}
        kind = self.kind(type_id)
        self.authorize()
        return {"volume_type": TypeShown.render(row_of(kind), self.ask)}

    @operation(policy="volume_extension:type_create", body=CREATE)
    def create(self, request: Any, volume_type: dict[str, Any]) -> Any:
        values = dict(volume_type)
        is_public = values.pop("os-volume-type-access:is_public", True)
        values["is_public"] = bool(boolean(is_public))
        kind = types.create(values)
        return {"volume_type": TypeMade.render(row_of(kind), self.ask)}

    @operation(policy="volume_extension:type_update", body=UPDATE)
    def update(self, request: Any, type_id: str, volume_type: dict[str, Any]) -> Any:
        values = dict(volume_type)
        if "is_public" in values:
            values["is_public"] = boolean(values["is_public"])
        types.check_change(values)
        kind = self.kind(type_id)
        types.update(kind, values)
        return {"volume_type": TypeCreated.render(row_of(kind), self.ask)}

    @operation(policy="volume_extension:type_delete", status=202)
    def destroy(self, request: Any, type_id: str) -> Any:
        types.delete(self.context, self.kind(type_id))
        return self.bare(202)

    @operation(policy="volume_extension:volume_type_access:get_all_for_type")
    def access(self, request: Any, type_id: str) -> Any:
        kind = self.kind(type_id)
        if kind.is_public:
            raise NotFound("Access list not available for public volume types.")
        found = kind.access.order_by("pk").values_list("project_id", flat=True)
        return {
            "volume_type_access": [
                {"volume_type_id": kind.pk, "project_id": project} for project in found
            ]
        }

    @operation(
        policy="volume_extension:volume_type_access:addProjectAccess",
        status=202,
        body=formats.envelope("addProjectAccess", ACCESS),
    )
    def add_access(self, request: Any, type_id: str, addProjectAccess: Any) -> Any:
        types.allow(self.kind(type_id), addProjectAccess["project"])
        return self.bare(202)

    @operation(
        policy="volume_extension:volume_type_access:removeProjectAccess",
        status=202,
        body=formats.envelope("removeProjectAccess", ACCESS),
    )
    def remove_access(self, request: Any, type_id: str, removeProjectAccess: Any) -> Any:
        types.disallow(self.kind(type_id), removeProjectAccess["project"])
        return self.bare(202)


class DefaultTypesViewSet(ActionViewSet):
    """/default-types"""

    def authorize(self, target: Any = None) -> None:
        # Volume (Cinder): api_utils.validate_project_and_authorize says no in its own words.
        try:
            super().authorize(target)
        except Forbidden:
            raise Forbidden(_FORBIDDEN) from None

    def _shown(self, default: DefaultType) -> dict[str, Any]:
        return {"project_id": default.project_id, "volume_type_id": default.volume_type_id}

    @operation(policy="volume_extension:default_get_all", since="3.62")
    def list(self, request: Any) -> Any:
        found = DefaultType.objects.order_by("project_id")
        return {"default_types": [self._shown(default) for default in found]}

    @operation(policy="volume_extension:default_get", since="3.62")
    def retrieve(self, request: Any, owner: str) -> Any:
        default = DefaultType.objects.filter(project_id=owner).first()
        if default is None:
            raise NotFound(f"Default type for project {owner} not found.")
        return {"default_type": self._shown(default)}

    @operation(
        policy="volume_extension:default_set_or_update",
        since="3.62",
        body=formats.envelope(
            "default_type",
            formats.closed(("volume_type",), volume_type=formats.NAME),
        ),
    )
    def update(self, request: Any, owner: str, default_type: dict[str, Any]) -> Any:
        default = types.set_default(self.context, owner, default_type["volume_type"])
        return {"default_type": self._shown(default)}

    @operation(policy="volume_extension:default_unset", since="3.62", status=204)
    def destroy(self, request: Any, owner: str) -> None:
        types.unset_default(owner)
