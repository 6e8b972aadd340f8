"""Taking over snapshots on a backend.  /manageable_snapshots, and /os-snapshot-manage of old"""

from typing import Any

from cloud.volume import managing, queries
from cloud.volume.api import formats
from cloud.volume.api.manageable import BackendViewSet
from cloud.volume.api.snapshots import SnapshotInList
from versioned.operation import operation

_MANAGE = formats.envelope(
    "snapshot",
    formats.closed(
        ("ref", "volume_id"),
        name=formats.OPTIONAL_NAME,
        description=formats.DESCRIPTION,
        volume_id=formats.UUID,
        ref={"type": ["object", "null", "string"]},
        metadata=formats.OPTIONAL_METADATA,
    ),
)
_LIST, _TAKE = "snapshot_extension:list_manageable", "snapshot_extension:snapshot_manage"
_BRIEF = ("reference", "size", "safe_to_manage", "source_reference")


class SnapshotManageViewSet(BackendViewSet):
    """/os-snapshot-manage"""

    @operation(policy=_LIST)
    def list(self, request: Any) -> Any:
        return self.brief()

    @operation(policy=_LIST)
    def detail(self, request: Any) -> Any:
        return {"manageable-snapshots": self.page(managing.manageable_snapshots)}

    @operation(policy=_TAKE, target="found", body=_MANAGE, status=202)
    def create(self, request: Any, snapshot: dict[str, Any]) -> Any:
        return self.take(snapshot)

    def brief(self) -> dict[str, Any]:
        entries = self.page(managing.manageable_snapshots)
        return {
            "manageable-snapshots": [{name: entry[name] for name in _BRIEF} for entry in entries]
        }

    def take(self, given: dict[str, Any]) -> dict[str, Any]:
        self.authorize(queries.volume(self.context, given["volume_id"]))
        row = managing.take_snapshot(self.context, given)
        ask = self.ask
        # Cinder: shows it as its oldest version would.
        ask.version = (3, 0)
        return {"snapshot": SnapshotInList.render(row, ask)}


class ManageableSnapshotsViewSet(SnapshotManageViewSet):
    """/manageable_snapshots, the same by its newer name"""

    @operation(policy=_LIST, since="3.8")
    def list(self, request: Any) -> Any:
        return self.brief()

    @operation(policy=_LIST, since="3.8")
    def detail(self, request: Any) -> Any:
        return {"manageable-snapshots": self.page(managing.manageable_snapshots)}

    @operation(policy=_TAKE, target="found", body=_MANAGE, since="3.8", status=202)
    def create(self, request: Any, snapshot: dict[str, Any]) -> Any:
        return self.take(snapshot)
