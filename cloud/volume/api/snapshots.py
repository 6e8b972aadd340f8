"""Snapshots of volumes.  /snapshots"""

from typing import Any, ClassVar

from django.db.models import Q

from cloud.volume import managing, paging, queries, snapshots
from cloud.volume.api import filters
from cloud.volume.api import formats as types
from cloud.volume.api.actions import ActionViewSet
from cloud.volume.api.base import boolean
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
    "size": "volume_size",
}  # fmt: skip
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
    group_snapshot_id = Attr(since="3.14")
    user_id = Attr(since="3.41")
    consumes_quota = Attr(since="3.65")


class SnapshotShown(SnapshotInList):
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
        row = queries.row(Snapshot, self.context, snapshot_id)
        self.authorize(row)
        return row

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
        if version < (3, 30):
            wanted = wanted._replace(
                sort=tuple((key, way) for key, way in wanted.sort if key != "name")
                or (("created_at", "desc"),)
            )
        counts = version >= (3, 45) and bool(boolean(asked.pop("with_count", "false")))
        for name, first in (("metadata", 22), ("consumes_quota", 65)):
            if version < (3, first):
                asked.pop(name, None)
        asked = filters.checked(self, asked, "snapshot")
        found = Snapshot.objects.filter(filters.scope(self, asked))
        for name, value in asked.items():
            if name == "metadata":
                found = filters.with_metadata(found, "metadata", value)
            elif name == "availability_zone":
                found = found.filter(volume__availability_zone=value)
            elif name == "consumes_quota":
                found = found.filter(Q(consumes_quota=boolean(value) is not False))
            else:
                found = found.filter(filters.condition(name, value, _COLUMNS))
        rows = paging.page(found, wanted, queries.SNAPSHOT, keys=SORT_KEYS, missing="Snapshot")
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
        force = boolean(values.get("force", False))
        if request.version >= (3, 66):
            # Cinder: the flag is not needed any more, and saying no to it makes no sense.
            if "force" in values and not force:
                raise BadRequest(
                    "Invalid input received: Since microversion 3.66 the 'force' option is "
                    "invalid for this request. For backward compatibility, however, when the "
                    "'force' flag is passed with a value evaluating to True, it is silently "
                    "ignored."
                )
            force = True
        volume = queries.volume(self.context, str(values["volume_id"]))
        self.authorize(volume)
        row = snapshots.create(
            self.context,
            volume["id"],
            name=values.get("name"),
            description=values.get("description"),
            metadata=values.get("metadata"),
            may_be_in_use=bool(force),
        )
        return {"snapshot": SnapshotInList.render(row, self.ask)}

    @operation(policy="volume:update_snapshot", target="found", body=UPDATE)
    def update(self, request: Any, snapshot_id: str, snapshot: dict[str, Any]) -> Any:
        self.found(snapshot_id)
        snapshots.update(self.context, snapshot_id, clean(dict(snapshot)))
        row = queries.row(Snapshot, self.context, snapshot_id)
        return {"snapshot": SnapshotInList.render(row, self.ask)}

    @operation(policy="volume:delete_snapshot", target="found", status=202)
    def destroy(self, request: Any, snapshot_id: str) -> None:
        self.found(snapshot_id)
        snapshots.delete(self.context, snapshot_id)

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
        self.found(snapshot_id)
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
    def update_status(self, request: Any, snapshot_id: str, os_update_snapshot_status: Any) -> None:
        self.found(snapshot_id)
        snapshots.report(
            self.context,
            snapshot_id,
            status=os_update_snapshot_status["status"],
            progress=os_update_snapshot_status.get("progress"),
        )

    @operation(
        policy="snapshot_extension:snapshot_unmanage",
        target="found",
        status=202,
        body=types.envelope("os-unmanage", {}),
    )
    def unmanage(self, request: Any, snapshot_id: str, os_unmanage: Any) -> None:
        self.found(snapshot_id)
        managing.release_snapshot(self.context, snapshot_id)
