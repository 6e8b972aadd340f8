"""Groups of volumes, and snapshots of groups.  /groups, /group_snapshots"""

from typing import Any, ClassVar

from cloud.volume import groups, paging, queries
from cloud.volume.api import filters, formats
from cloud.volume.api.actions import ActionViewSet
from cloud.volume.api.base import boolean
from cloud.volume.api.volumes import clean
from cloud.volume.errors import BadRequest
from cloud.volume.models import Group, GroupSnapshot, Volume
from cloud.volume.timing import shown
from versioned.operation import operation
from versioned.shape import Attr, Shape

_TEXTS = {"description": formats.DESCRIPTION, "name": formats.OPTIONAL_NAME}
CREATE = formats.envelope(
    "group",
    formats.closed(
        ("group_type", "volume_types"),
        **_TEXTS,
        group_type={"type": "string", "minLength": 1, "format": "short_group_type"},
        volume_types={
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "maxLength": 255},
            "uniqueItems": True,
        },
        availability_zone={"type": ["string", "null"], "format": "short_zone"},
    ),
)
CREATE_FROM = formats.envelope(
    "create-from-src",
    {
        # In this order, for the first complaint is told.
        "type": "object",
        "properties": {},
        "oneOf": [{"required": ["group_snapshot_id"]}, {"required": ["source_group_id"]}],
        **formats.closed(**_TEXTS, source_group_id=formats.UUID, group_snapshot_id=formats.UUID),
    },
)
UPDATE = formats.envelope(
    "group",
    {
        "type": "object",
        "properties": {
            **_TEXTS,
            "add_volumes": formats.DESCRIPTION,
            "remove_volumes": formats.DESCRIPTION,
        },
        "anyOf": [
            {"required": [name]}
            for name in ("name", "description", "add_volumes", "remove_volumes")
        ],
        "additionalProperties": False,
    },
)
DELETE = formats.envelope(
    "delete",
    {
        "type": "object",
        "properties": {"delete-volumes": formats.BOOLEAN},
        "additionalProperties": False,
    },
)
SNAPSHOT = formats.envelope(
    "group_snapshot", formats.closed(("group_id",), **_TEXTS, group_id=formats.UUID)
)
SORT_KEYS = ("id", "name", "created_at", "updated_at", "status", "availability_zone")
SNAPSHOT_SORT_KEYS = ("id", "name", "created_at", "updated_at", "status", "group_id")
COLUMNS = tuple(field.attname for field in Group._meta.concrete_fields)
SNAPSHOT_COLUMNS = tuple(field.attname for field in GroupSnapshot._meta.concrete_fields)


class GroupInList(Shape):
    id = Attr()
    name = Attr()


class GroupShown(Shape):
    id = Attr()
    status = Attr()
    availability_zone = Attr()
    created_at = Attr(lambda row, ask: shown(row["created_at"]))
    name = Attr()
    description = Attr()
    group_type = Attr("group_type_id")
    volume_types = Attr()
    group_snapshot_id = Attr(since="3.14")
    source_group_id = Attr(since="3.14")
    volumes = Attr(since="3.25", when=lambda row, ask: "volumes" in row)
    replication_status = Attr(since="3.38")
    project_id = Attr(since="3.58", policy="group:group_project_attribute")


class GroupSnapshotInList(Shape):
    id = Attr()
    name = Attr()


class GroupSnapshotMade(GroupSnapshotInList):
    group_type_id = Attr()


class GroupSnapshotShown(Shape):
    id = Attr()
    group_id = Attr()
    group_type_id = Attr()
    status = Attr()
    created_at = Attr(lambda row, ask: shown(row["created_at"]))
    name = Attr()
    description = Attr()
    project_id = Attr(since="3.58", policy="group:group_snapshot_project_attribute")


class GroupsViewSet(ActionViewSet):
    """/groups"""

    actions: ClassVar[dict[str, str]] = {
        "delete": "remove",
        "reset_status": "reset_status",
        "create-from-src": "create_from",
        "enable_replication": "replicate",
        "disable_replication": "replicate_not",
        "failover_replication": "fail_over",
        "list_replication_targets": "targets",
    }
    of_all = frozenset({"create-from-src"})

    def found(self, group_id: str) -> dict[str, Any]:
        # Volume (Cinder): group.api.API.get
        row = queries.row(Group, self.context, group_id)
        self.enforce("group:get", row)
        self.authorize(row)
        return row

    def _with_volumes(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if self.flag("list_volume"):
            members: dict[str, list[str]] = {row["id"]: [] for row in rows}
            found = Volume.objects.filter(group_id__in=list(members))
            for group_id, volume_id in found.values_list("group_id", "id"):
                members[str(group_id)].append(volume_id)
            for row in rows:
                row["volumes"] = members[row["id"]]
        return rows

    @operation(policy="group:get_all", since="3.13")
    def list(self, request: Any) -> Any:
        return self._page(GroupInList)

    @operation(policy="group:get_all", since="3.13")
    def detail(self, request: Any) -> Any:
        return self._page(GroupShown)

    def _page(self, shape: Any) -> dict[str, Any]:
        asked = {name: values[-1] for name, values in self.request.params.items()}
        wanted = paging.read(asked)
        asked.pop("list_volume", None)
        if self.request.version >= (3, 31):
            asked = filters.checked(self, asked, "group")
        if "all_tenants" in asked:
            # Volume (Cinder): that it is there is enough.
            asked["all_tenants"] = "true"
        found = Group.objects.filter(filters.scope(self, asked))
        columns = {key: key for key in SORT_KEYS}
        for name, value in asked.items():
            found = filters.narrowed(found, filters.condition(name, value, columns))
        rows = paging.page(found, wanted, COLUMNS, keys=SORT_KEYS, missing="Group")
        if shape is GroupShown:
            self._with_volumes(rows)
        body: dict[str, Any] = {"groups": shape.render_many(rows, self.ask)}
        links = filters.next_links(self, rows, wanted.limit, "groups")
        if links:
            body["group_links"] = links
        return body

    @operation(policy="group:get", target="found", since="3.13")
    def retrieve(self, request: Any, group_id: str) -> Any:
        row = self._with_volumes([self.found(group_id)])[0]
        return {"group": GroupShown.render(row, self.ask)}

    @operation(policy="group:create", since="3.13", body=CREATE, status=202)
    def create(self, request: Any, group: dict[str, Any]) -> Any:
        row = groups.create(self.context, clean(dict(group)))
        return {"group": GroupInList.render(row, self.ask)}

    @operation(policy="group:create", since="3.14", body=CREATE_FROM, status=202)
    def create_from(self, request: Any, create_from_src: dict[str, Any]) -> Any:
        row = groups.create_from(self.context, clean(dict(create_from_src)))
        return {"group": GroupInList.render(row, self.ask)}

    @operation(policy="group:update", target="found", since="3.13", body=UPDATE, status=202)
    def update(self, request: Any, group_id: str, group: dict[str, Any]) -> Any:
        self.found(group_id)
        values = clean(dict(group))
        add, remove = (
            given.strip(",").split(",") if given else []
            for given in (values.pop("add_volumes", None), values.pop("remove_volumes", None))
        )
        groups.update(self.context, group_id, values, add=add, remove=remove)
        return self.bare(202)

    # Actions

    @operation(policy="group:delete", target="found", since="3.13", body=DELETE, status=202)
    def remove(self, request: Any, group_id: str, delete: dict[str, Any]) -> Any:
        self.found(group_id)
        with_volumes = bool(boolean(delete.get("delete-volumes", False)))
        groups.delete(self.context, group_id, with_volumes=with_volumes)
        return self.bare(202)

    @operation(
        policy="group:reset_status",
        target="found",
        since="3.20",
        status=202,
        body=formats.envelope(
            "reset_status",
            formats.closed(("status",), status={"type": "string", "format": "group_status"}),
        ),
    )
    def reset_status(self, request: Any, group_id: str, reset_status: dict[str, Any]) -> Any:
        self.found(group_id)
        groups.reset_status(self.context, group_id, reset_status["status"])
        return self.bare(202)

    def _refuse_replication(self, group_id: str) -> None:
        self.found(group_id)
        raise BadRequest(f"Invalid group type: Group {group_id} is not a replication group type.")

    @operation(policy="group:enable_replication", target="found", since="3.38", status=202)
    def replicate(self, request: Any, group_id: str) -> None:
        self._refuse_replication(group_id)

    @operation(policy="group:disable_replication", target="found", since="3.38", status=202)
    def replicate_not(self, request: Any, group_id: str) -> None:
        self._refuse_replication(group_id)

    @operation(policy="group:failover_replication", target="found", since="3.38", status=202)
    def fail_over(self, request: Any, group_id: str) -> None:
        self._refuse_replication(group_id)

    @operation(policy="group:list_replication_targets", target="found", since="3.38")
    def targets(self, request: Any, group_id: str) -> None:
        self._refuse_replication(group_id)


class GroupSnapshotsViewSet(ActionViewSet):
    """/group_snapshots"""

    actions: ClassVar[dict[str, str]] = {"reset_status": "reset_status"}

    def found(self, snapshot_id: str) -> dict[str, Any]:
        # Volume (Cinder): group.api.API.get_group_snapshot
        row = queries.row(GroupSnapshot, self.context, snapshot_id)
        self.enforce("group:get_group_snapshot", row)
        self.authorize(row)
        return row

    @operation(policy="group:get_all_group_snapshots", since="3.14")
    def list(self, request: Any) -> Any:
        return self._page(GroupSnapshotInList)

    @operation(policy="group:get_all_group_snapshots", since="3.14")
    def detail(self, request: Any) -> Any:
        return self._page(GroupSnapshotShown)

    def _page(self, shape: Any) -> dict[str, Any]:
        asked = {name: values[-1] for name, values in self.request.params.items()}
        limit = paging.limit_of(dict(asked))
        if self.request.version < (3, 29):
            asked = {}
        wanted = paging.read(asked)
        if self.request.version >= (3, 31):
            asked = filters.checked(self, asked, "group_snapshot")
        if "all_tenants" in asked:
            # Volume (Cinder): that it is there is enough.
            asked["all_tenants"] = "true"
        found = GroupSnapshot.objects.filter(filters.scope(self, asked))
        columns = {key: key for key in SNAPSHOT_SORT_KEYS}
        for name, value in asked.items():
            found = filters.narrowed(found, filters.condition(name, value, columns))
        rows = paging.page(
            found,
            wanted,
            SNAPSHOT_COLUMNS,
            keys=SNAPSHOT_SORT_KEYS,
            missing="GroupSnapshot",
            filters_first=True,
        )
        body: dict[str, Any] = {"group_snapshots": shape.render_many(rows, self.ask)}
        links = filters.next_links(self, rows, limit, "group_snapshots")
        if links:
            body["group_snapshot_links"] = links
        return body

    @operation(policy="group:get_group_snapshot", target="found", since="3.14")
    def retrieve(self, request: Any, snapshot_id: str) -> Any:
        row = self.found(snapshot_id)
        return {"group_snapshot": GroupSnapshotShown.render(row, self.ask)}

    @operation(
        policy="group:create_group_snapshot",
        target="found",
        since="3.14",
        body=SNAPSHOT,
        status=202,
    )
    def create(self, request: Any, group_snapshot: dict[str, Any]) -> Any:
        values = clean(dict(group_snapshot))
        group = queries.row(Group, self.context, values["group_id"])
        self.enforce("group:get", group)
        self.authorize(group)
        row = groups.snapshot(
            self.context,
            values["group_id"],
            name=values.get("name"),
            description=values.get("description"),
        )
        return {"group_snapshot": GroupSnapshotMade.render(row, self.ask)}

    @operation(policy="group:delete_group_snapshot", target="found", since="3.14", status=202)
    def destroy(self, request: Any, snapshot_id: str) -> Any:
        self.found(snapshot_id)
        groups.delete_snapshot(self.context, snapshot_id)
        return self.bare(202)

    @operation(
        policy="group:reset_group_snapshot_status",
        target="found",
        since="3.19",
        status=202,
        body=formats.envelope(
            "reset_status",
            formats.closed(
                ("status",), status={"type": "string", "format": "group_snapshot_status"}
            ),
        ),
    )
    def reset_status(self, request: Any, snapshot_id: str, reset_status: dict[str, Any]) -> Any:
        self.found(snapshot_id)
        groups.reset_snapshot_status(self.context, snapshot_id, reset_status["status"])
        return self.bare(202)
