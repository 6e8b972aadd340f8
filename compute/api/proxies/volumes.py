"""Volumes of the project, until 2.35.  /os-volumes"""

from collections.abc import Mapping
from typing import Any

from compute.api import types
from compute.api.proxies.base import LAST, OPEN, PAGE, ProxyViewSet, page_of
from compute.clients.errors import InvalidVolume
from compute.clients.volume import quoted, volume
from compute.domain.errors import BadRequest, NotFound, Unexpected
from versioned.operation import operation
from versioned.schema import body
from versioned.shape import Attr, Shape

RULE = "os_compute_api:os-volumes"

CREATE = body(
    "volume",
    {
        "volume_type": types.string,
        "metadata": {"type": "object", "properties": {}, "additionalProperties": True},
        "snapshot_id": types.string,
        "size": types.number(1),
        "availability_zone": types.string,
        "display_name": types.string,
        "display_description": types.string,
    },
    ["size"],
)


def _attachments(row: Mapping[str, Any], ask: Any) -> list[dict[str, str]]:
    # Nova: of several attachments one is shown, and of none an empty one.
    for each in row["attachments"][:1]:
        shown = {"id": row["id"], "volumeId": row["id"], "serverId": each["server_id"]}
        return [{**shown, **({"device": each["device"]} if each["device"] else {})}]
    return [{}]


class Volume(Shape):
    """In lists, and alone: there is no other."""

    id = Attr()
    status = Attr()
    size = Attr()
    availabilityZone = Attr("availability_zone")
    createdAt = Attr("created_at")
    attachments = Attr(_attachments)
    displayName = Attr("name")
    displayDescription = Attr("description")
    volumeType = Attr("volume_type")
    snapshotId = Attr("snapshot_id")
    metadata = Attr()


class VolumeViewSet(ProxyViewSet):
    @operation(policy=f"{RULE}:list", query=PAGE, until=LAST)
    def list(self, request: Any) -> Any:
        return self._list()

    @operation(policy=f"{RULE}:detail", query=PAGE, until=LAST)
    def detail(self, request: Any) -> Any:
        return self._list()

    def _list(self) -> Any:
        page = page_of(self.request, volume().list(self.context))
        return {"volumes": Volume.render_many(page, self.ask)}

    @operation(policy=f"{RULE}:show", query=OPEN, until=LAST)
    def retrieve(self, request: Any, id: str) -> Any:
        return {"volume": Volume.render(volume().show(request.context, id), self.ask)}

    @operation(policy=f"{RULE}:create", body=CREATE, until=LAST)
    def create(self, request: Any, volume: dict[str, Any]) -> Any:
        made = _make(request, volume)
        self.headers["Location"] = f"{request.build_absolute_uri()}/{made['id']}"
        return {"volume": Volume.render(made, self.ask)}

    @operation(policy=f"{RULE}:delete", status=202, until=LAST)
    def destroy(self, request: Any, id: str = "detail") -> None:
        try:
            volume().delete(request.context, id)
        except InvalidVolume as exc:
            raise BadRequest(quoted(request.context, str(exc.facts["reason"]))) from exc


def _make(request: Any, asked: dict[str, Any]) -> dict[str, Any]:
    snapshot_id = asked.get("snapshot_id")
    if snapshot_id is not None:
        volume().show_snapshot(request.context, snapshot_id)
    try:
        return volume().create(
            request.context,
            size=int(asked["size"]),
            name=asked.get("display_name"),
            description=asked.get("display_description"),
            snapshot_id=snapshot_id,
            volume_type=asked.get("volume_type"),
            metadata=asked.get("metadata"),
            availability_zone=asked.get("availability_zone"),
        )
    except BadRequest as exc:
        raise BadRequest(quoted(request.context, exc.text)) from exc
    except NotFound as exc:
        # Nova: it foresees no volume type that is not there.
        raise Unexpected(kind="nova.exception.NotFound") from exc
