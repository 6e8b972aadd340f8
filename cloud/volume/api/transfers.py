"""Transfers of volumes to other projects.  /os-volume-transfer, /volume-transfers"""

from typing import Any

from cloud.volume import paging, queries, transfers
from cloud.volume.api import filters, formats
from cloud.volume.api.base import VolumeServiceViewSet, boolean
from cloud.volume.timing import shown
from versioned.operation import operation
from versioned.shape import Attr, Shape
from versioned.versions import since

CREATE = formats.envelope(
    "transfer",
    formats.closed(
        ("volume_id",),
        volume_id=formats.UUID,
        name={
            "oneOf": [{"type": "string", "format": "trimmed_name"}, {"type": "null"}],
        },
        no_snapshots=since("3.55", formats.BOOLEAN),
    ),
)
ACCEPT = formats.envelope(
    "accept", formats.closed(("auth_key",), auth_key={"type": ["string", "integer"]})
)
SORT_KEYS = {"id": "id", "name": "name", "display_name": "name", "created_at": "created_at",
             "volume_id": "volume_id"}  # fmt: skip
COLLECTION = "os-volume-transfer"


class TransferInList(Shape):
    id = Attr()
    volume_id = Attr()
    name = Attr()
    links = Attr(lambda row, ask: ask.links(COLLECTION, row["id"]))


class TransferShown(Shape):
    id = Attr()
    created_at = Attr(lambda row, ask: shown(row["created_at"]))
    name = Attr()
    volume_id = Attr()
    links = Attr(lambda row, ask: ask.links(COLLECTION, row["id"]))
    no_snapshots = Attr(since="3.55")
    destination_project_id = Attr(since="3.57")
    source_project_id = Attr(since="3.57")
    accepted = Attr(since="3.57")


class TransferCreated(TransferShown):
    auth_key = Attr()


class TransfersViewSet(VolumeServiceViewSet):
    """/os-volume-transfer and /volume-transfers"""

    @operation(policy="volume:get_all_transfers")
    def list(self, request: Any) -> Any:
        return self._page(TransferInList)

    @operation(policy="volume:get_all_transfers")
    def detail(self, request: Any) -> Any:
        return self._page(TransferShown)

    def _page(self, shape: Any) -> dict[str, Any]:
        asked = {name: values[-1] for name, values in self.request.params.items()}
        if self.request.version < (3, 59):
            for name in ("sort", "sort_key", "sort_dir", "marker"):
                asked.pop(name, None)
            asked["sort"] = "created_at:asc"
        wanted = paging.read(asked)
        everyone = bool(boolean(asked.pop("all_tenants", "false")))
        found = transfers.listed(self.context, everyone=everyone)
        for name in ("name", "volume_id", "id"):
            if name in asked:
                found = found.filter(**{name: asked[name]})
        rows = paging.page(found, wanted, transfers.COLUMNS, keys=SORT_KEYS, missing="Transfer")
        body: dict[str, Any] = {"transfers": shape.render_many(rows, self.ask)}
        links = filters.next_links(self, rows, wanted.limit, COLLECTION)
        if links:
            body["transfers_links"] = links
        return body

    @operation(policy="volume:get_transfer", target="found")
    def retrieve(self, request: Any, transfer_id: str) -> Any:
        row = transfers.find(self.context, transfer_id)
        self.authorize(row)
        return {"transfer": TransferShown.render(row, self.ask)}

    @operation(policy="volume:create_transfer", target="found", body=CREATE, status=202)
    def create(self, request: Any, transfer: dict[str, Any]) -> Any:
        self.authorize(queries.volume(self.context, transfer["volume_id"]))
        name = transfer.get("name")
        row = transfers.create(
            self.context,
            transfer["volume_id"],
            name=name.strip() if name else name,
            no_snapshots=bool(boolean(transfer.get("no_snapshots", False))),
            may_be_encrypted=request.version >= (3, 70),
        )
        return {"transfer": TransferCreated.render(row, self.ask)}

    @operation(policy="volume:accept_transfer", body=ACCEPT, status=202)
    def accept(self, request: Any, transfer_id: str, accept: dict[str, Any]) -> Any:
        row = transfers.accept(self.context, transfer_id, str(accept["auth_key"]))
        return {"transfer": TransferInList.render(row, self.ask)}

    @operation(policy="volume:delete_transfer", target="found", status=202)
    def destroy(self, request: Any, transfer_id: str) -> Any:
        self.authorize(transfers.find(self.context, transfer_id))
        transfers.delete(self.context, transfer_id)
        return self.bare(202)
