"""Snapshots of volumes.  /snapshots"""

from typing import Any, ClassVar

from cloud.volume import managing, paging, queries, snapshots
from cloud.volume.api import filters
from cloud.volume.api import formats as types
from cloud.volume.api.actions import ActionViewSet
from cloud.volume.api.base import boolean, strict
from cloud.volume.api.volumes import clean
from cloud.volume.errors import BadRequest
from cloud.volume.models import Snapshot
from cloud.volume.timing import shown
from versioned.operation import operation
from versioned.shape import Attr, Shape

CREATE = types.envelope(
    "snapshot",
    types.closed(
        ("volume_id",),
        name=types.OPTIONAL_NAME,
        display_name=types.OPTIONAL_NAME,
        description=types.DESCRIPTION,
        volume_id={"oneOf": [types.UUID, {"type": "null"}]},
        force=types.BOOLEAN,
        metadata=types.OPTIONAL_METADATA,
    ),
)
_NAMES = ("name", "description", "display_name", "display_description")
UPDATE = types.envelope(
    "snapshot",
    {
        **types.closed(
            name=types.OPTIONAL_NAME,
            description=types.DESCRIPTION,
            display_name=types.OPTIONAL_NAME,
            display_description=types.DESCRIPTION,
        ),
        "anyOf": [{"required": [name]} for name in _NAMES],
    },
)
SORT_KEYS = {
    **{key: key for key in (
        "id", "created_at", "updated_at", "status", "volume_id", "volume_size", "progress",
        "user_id", "project_id", "name",
    )},
    "display_name": "name",
    "volume_type_id": "volume_type_id",
    "display_description": "description",
    "encryption_key_id": "encryption_key_id",
    "group_snapshot_id": "group_snapshot_id",
}  # fmt: skip
_SORT_KEYS_BEFORE = {key: column for key, column in SORT_KEYS.items() if key != "name"}
# What those who are no administrators may filter by before 3.31.
_FILTERS_BEFORE = ("status", "volume_id", "name", "metadata")
_COLUMNS = {**SORT_KEYS, "description": "description"}
_EXTENDED = "volume_extension:extended_snapshot_attributes"


class SnapshotInList(Shape):
    id = Attr()
    name = Attr()
    description = Attr()
    created_at = Attr(lambda row, ask: shown(row["created_at"]))
    updated_at = Attr(lambda row, ask: shown(row["updated_at"]))
    status = Attr()
    size = Attr("volume_size")
    volume_id = Attr()
    metadata = Attr()


class SnapshotMade(SnapshotInList):
    group_snapshot_id = Attr(since="3.14")
    user_id = Attr(since="3.41")
    consumes_quota = Attr(since="3.65")


class SnapshotShown(SnapshotMade):
    progress = Attr(key="os-extended-snapshot-attributes:progress", policy=_EXTENDED)
    project = Attr("project_id", key="os-extended-snapshot-attributes:project_id", policy=_EXTENDED)


class SnapshotsViewSet(ActionViewSet):
    """/snapshots"""

    actions: ClassVar[dict[str, str]] = {
        "os-reset_status": "reset_status",
        "os-force_delete": "force_delete",
        "os-update_snapshot_status": "update_status",
        "os-unmanage": "unmanage",
    }

    def found(self, snapshot_id: str) -> dict[str, Any]:
        # Volume (Cinder): volume.api.API.get_snapshot
        row = queries.row(Snapshot, self.context, snapshot_id)
        self.enforce("volume:get_snapshot", row)
        self.authorize(row)
        return row

    def target(self, snapshot_id: str) -> None:
        """Ask the operation's rule alone."""
        self.authorize(queries.row(Snapshot, self.context, snapshot_id))

    @operation(policy="volume:get_all_snapshots")
    def list(self, request: Any) -> Any:
        return self._page(SnapshotInList, "snapshots")

    @operation(policy="volume:get_all_snapshots")
    def detail(self, request: Any) -> Any:
        return self._page(SnapshotShown, "snapshots/detail")

    def _page(self, shape: Any, path: str) -> dict[str, Any]:
        version = self.request.version
        asked = {name: values[-1] for name, values in self.request.params.items()}
        wanted = paging.read(asked)
        counts = version >= (3, 45) and strict("with_count", asked.pop("with_count", "false"))
        if counts:
            strict("all_tenants", asked.get("all_tenants", "false"))
        asked = filters.checked(
            self, asked, "snapshot", since={"metadata": 22}, before=_FILTERS_BEFORE
        )
        found = Snapshot.objects.filter(filters.scope(self, asked))
        for name, value in asked.items():
            if name == "metadata":
                found = filters.with_metadata(found, "metadata", value)
            elif name == "availability_zone":
                found = found.filter(volume__availability_zone=value)
            elif name == "consumes_quota":
                if version < (3, 31):
                    # Volume (Cinder): only later it is read as the column's name.
                    found = found.none()
                else:
                    found = found.filter(consumes_quota=strict("use_quota", value))
            else:
                found = filters.narrowed(found, filters.condition(name, value, _COLUMNS))
        # Before 3.30 lists could not be sorted by what the column is not called.
        keys = SORT_KEYS if version >= (3, 30) else _SORT_KEYS_BEFORE
        rows = paging.page(
            found, wanted, queries.SNAPSHOT, keys=keys, missing="Snapshot", filters_first=True
        )
        body: dict[str, Any] = {"snapshots": shape.render_many(rows, self.ask)}
        links = filters.next_links(self, rows, wanted.limit, path)
        if links:
            body["snapshots_links"] = links
        if counts:
            body["count"] = found.count()
        return body

    @operation(policy="volume:get_snapshot", target="found")
    def retrieve(self, request: Any, snapshot_id: str) -> Any:
        return {"snapshot": SnapshotShown.render(self.found(snapshot_id), self.ask)}

    @operation(policy="volume:create_snapshot", target="found", body=CREATE, status=202)
    def create(self, request: Any, snapshot: dict[str, Any]) -> Any:
        values = clean(dict(snapshot))
        volume = self.volume(str(values["volume_id"]))
        force = boolean(values.get("force", False))
        if request.version >= (3, 66):
            # Cinder: the flag is not needed any more, and saying no to it makes no sense.
            if "force" in values and not force:
                raise BadRequest(
                    "Since microversion 3.66 the 'force' flag is invalid for this request.  For "
                    "backward compatability, however, when the 'force' flag is passed with a "
                    "value evaluating to True, it is silently ignored."
                )
            force = True
        self.authorize(volume)
        row = snapshots.create(
            self.context,
            volume["id"],
            name=values.get("name"),
            description=values.get("description"),
            metadata=values.get("metadata"),
            may_be_in_use=bool(force),
        )
        return {"snapshot": SnapshotMade.render(row, self.ask)}

    @operation(policy="volume:update_snapshot", target="found", body=UPDATE)
    def update(self, request: Any, snapshot_id: str, snapshot: dict[str, Any]) -> Any:
        self.found(snapshot_id)
        snapshots.update(self.context, snapshot_id, clean(dict(snapshot)))
        row = queries.row(Snapshot, self.context, snapshot_id)
        return {"snapshot": SnapshotMade.render(row, self.ask)}

    @operation(policy="volume:delete_snapshot", target="found", status=202)
    def destroy(self, request: Any, snapshot_id: str) -> Any:
        self.found(snapshot_id)
        snapshots.delete(self.context, snapshot_id)
        return self.bare(202)

    # Actions

    @operation(
        policy="volume_extension:snapshot_admin_actions:reset_status",
        target="found",
        status=202,
        body=types.envelope(
            "os-reset_status",
            types.closed(("status",), status={"type": "string", "format": "snapshot_status"}),
        ),
    )
    def reset_status(self, request: Any, snapshot_id: str, os_reset_status: Any) -> None:
        self.target(snapshot_id)
        snapshots.reset_status(self.context, snapshot_id, os_reset_status["status"])

    @operation(
        policy="volume_extension:snapshot_admin_actions:force_delete",
        target="found",
        status=202,
        body=types.envelope("os-force_delete", {}),
    )
    def force_delete(self, request: Any, snapshot_id: str, os_force_delete: Any) -> None:
        self.found(snapshot_id)
        snapshots.delete(self.context, snapshot_id, force=True)

    @operation(
        policy="snapshot_extension:snapshot_actions:update_snapshot_status",
        target="found",
        status=202,
        body=types.envelope(
            "os-update_snapshot_status",
            types.closed(
                ("status",),
                status={"type": "string"},
                progress={"type": ["string", "null"], "format": "progress"},
            ),
        ),
    )
    def update_status(self, request: Any, snapshot_id: str, os_update_snapshot_status: Any) -> Any:
        self.target(snapshot_id)
        snapshots.report(
            self.context,
            snapshot_id,
            status=os_update_snapshot_status["status"],
            progress=os_update_snapshot_status.get("progress"),
        )
        return self.bare(202)

    @operation(
        policy="snapshot_extension:snapshot_unmanage",
        target="found",
        status=202,
        body=types.envelope("os-unmanage", {}),
    )
    def unmanage(self, request: Any, snapshot_id: str, os_unmanage: Any) -> Any:
        self.found(snapshot_id)
        managing.release_snapshot(self.context, snapshot_id)
        return self.bare(202)
