"""Snapshots of volumes, until 2.35.  /os-snapshots"""

from typing import Any

from compute.api import types
from compute.api.proxies.base import LAST, OPEN, PAGE, ProxyViewSet, page_of
from compute.clients.errors import InvalidVolume, VolumeNotFound
from compute.clients.volume import volume
from compute.domain.errors import BadRequest, Unexpected
from versioned.operation import operation
from versioned.schema import body
from versioned.shape import Attr, Shape

RULE = "os_compute_api:os-volumes:snapshots"

CREATE = body(
    "snapshot",
    {
        "volume_id": types.string,
        "force": types.boolean,
        "display_name": types.string,
        "display_description": types.string,
    },
    ["volume_id"],
)


class Snapshot(Shape):
    id = Attr()
    volumeId = Attr("volume_id")
    status = Attr()
    size = Attr()
    createdAt = Attr("created_at")
    displayName = Attr("name")
    displayDescription = Attr("description")


class SnapshotViewSet(ProxyViewSet):
    @operation(policy=f"{RULE}:list", query=PAGE, until=LAST)
    def list(self, request: Any) -> Any:
        return self._list()

    @operation(policy=f"{RULE}:detail", query=PAGE, until=LAST)
    def detail(self, request: Any) -> Any:
        return self._list()

    def _list(self) -> Any:
        page = page_of(self.request, volume().snapshots(self.context))
        return {"snapshots": Snapshot.render_many(page, self.ask)}

    @operation(policy=f"{RULE}:show", query=OPEN, until=LAST)
    def retrieve(self, request: Any, id: str) -> Any:
        found = volume().show_snapshot(request.context, id)
        return {"snapshot": Snapshot.render(found, self.ask)}

    @operation(policy=f"{RULE}:create", body=CREATE, until=LAST)
    def create(self, request: Any, snapshot: dict[str, Any]) -> Any:
        is_forced = types.is_true(snapshot.get("force", False))
        try:
            made = volume().create_snapshot(
                request.context,
                snapshot["volume_id"],
                snapshot.get("display_name"),
                snapshot.get("display_description"),
                force=is_forced,
                refuse_attached=not is_forced,
            )
        except VolumeNotFound as exc:
            # Nova: it foresees neither a volume that is not there nor one in a wrong state.
            raise Unexpected(kind="nova.exception.VolumeNotFound") from exc
        except InvalidVolume as exc:
            raise Unexpected(kind="nova.exception.InvalidInput") from exc
        return {"snapshot": Snapshot.render(made, self.ask)}

    @operation(policy=f"{RULE}:delete", status=202, until=LAST)
    def destroy(self, request: Any, id: str = "detail") -> None:
        try:
            volume().delete_snapshot(request.context, id)
        except BadRequest as exc:
            raise Unexpected(kind="nova.exception.InvalidInput") from exc
