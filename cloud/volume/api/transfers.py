"""Transfers of volumes to other projects.  /os-volume-transfer, /volume-transfers"""

from typing import Any, ClassVar

from cloud.volume import paging, queries, transfers
from cloud.volume.api import filters, formats
from cloud.volume.api.base import VolumeServiceViewSet, boolean
from cloud.volume.timing import shown
from versioned.operation import operation
from versioned.shape import Attr, Shape
from versioned.versions import since

_OFFER = {
    "volume_id": formats.UUID,
    "name": {"oneOf": [{"type": "string", "format": "trimmed_name"}, {"type": "null"}]},
}
OLD_CREATE = formats.envelope("transfer", formats.closed(("volume_id",), **_OFFER))
CREATE = formats.envelope(
    "transfer",
    formats.closed(("volume_id",), **_OFFER, no_snapshots=since("3.55", formats.BOOLEAN)),
)
ACCEPT = formats.envelope(
    "accept", formats.closed(("auth_key",), auth_key={"type": ["string", "integer"]})
)
SORT_KEYS = {"id": "id", "display_name": "name", "created_at": "created_at",
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


# What lists are filtered by: columns of the table, which knows no project.
_COLUMNS = {key: key for key in (
    "id", "name", "volume_id", "no_snapshots", "accepted", "source_project_id",
    "destination_project_id",
)}  # fmt: skip


class TransfersViewSet(VolumeServiceViewSet):
    """/volume-transfers"""

    # The version since which lists have pages; before, what says how is a filter like others.
    paged_since: ClassVar[tuple[int, int]] = (3, 59)

    @operation(policy="volume:get_all_transfers")
    def list(self, request: Any) -> Any:
        return self._page(TransferInList)

    @operation(policy="volume:get_all_transfers")
    def detail(self, request: Any) -> Any:
        return self._page(TransferShown)

    def _page(self, shape: Any) -> dict[str, Any]:
        asked = {name: values[-1] for name, values in self.request.params.items()}
        if self.request.version >= self.paged_since:
            wanted = paging.read(asked)
        else:
            wanted = paging.read({"sort": "created_at:asc"})
        everyone = bool(boolean(asked.pop("all_tenants", "false")))
        found = transfers.listed(self.context, everyone=everyone)
        for name, value in asked.items():
            found = filters.narrowed(found, filters.condition(name, value, _COLUMNS))
        rows = paging.page(found, wanted, transfers.COLUMNS, keys=SORT_KEYS, missing="Transfer")
        links = filters.next_links(self, rows, wanted.limit, COLLECTION)
        # Volume (Cinder): what is a page already is cut once more.
        again = {name: values[-1] for name, values in self.request.params.items()}
        start = paging.offset_of(again)
        shown = rows[start : start + (paging.limit_of(again) or paging.MOST)]
        body: dict[str, Any] = {"transfers": shape.render_many(shown, self.ask)}
        if links:
            body["transfers_links"] = links
        return body

    @operation(policy="volume:get_transfer")
    def retrieve(self, request: Any, transfer_id: str) -> Any:
        row = transfers.find(self.context, transfer_id)
        return {"transfer": TransferShown.render(row, self.ask)}

    @operation(policy="volume:create_transfer", target="found", body=CREATE, status=202)
    def create(self, request: Any, transfer: dict[str, Any]) -> Any:
        return self._create(transfer, may_be_encrypted=request.version >= (3, 70))

    def _create(self, transfer: dict[str, Any], *, may_be_encrypted: bool) -> Any:
        self.authorize(queries.volume(self.context, transfer["volume_id"]))
        name = transfer.get("name")
        row = transfers.create(
            self.context,
            transfer["volume_id"],
            name=name.strip() if name else name,
            no_snapshots=bool(boolean(transfer.get("no_snapshots", False))),
            may_be_encrypted=may_be_encrypted,
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


class OldTransfersViewSet(TransfersViewSet):
    """/os-volume-transfer, whose lists never have pages, nor its transfers a say on snapshots"""

    paged_since = (4, 0)

    # A view set's own, for DRF forgets an inherited operation of this name.
    @operation(policy="volume:get_all_transfers")
    def detail(self, request: Any) -> Any:
        return self._page(TransferShown)

    @operation(policy="volume:create_transfer", target="found", body=OLD_CREATE, status=202)
    def create(self, request: Any, transfer: dict[str, Any]) -> Any:
        return self._create(transfer, may_be_encrypted=False)
