"""Volumes of a server.  /servers/{server_id}/os-volume_attachments"""

from typing import Any

from django.db.models import F, QuerySet

from compute.api import paging, types
from compute.api.servers.lookup import OfServer, find
from compute.domain import attachments, swapping
from compute.models import BlockDevice
from versioned.answer import Answer
from versioned.operation import operation
from versioned.prepared import Forms
from versioned.schema import body, query
from versioned.shape import Attr, Shape
from versioned.versions import since

RULE = "os_compute_api:os-volumes-attachments"

_DEVICE: types.Type = {
    "type": ["string", "null"],
    "pattern": "(^/dev/x{0,1}[a-z]{0,1}d{0,1})([a-z]+)[0-9]*$",
}
LIST = query(
    closed_since="2.75",
    limit=types.many(types.non_negative_integer),
    offset=types.many(types.non_negative_integer),
)
# Nova: this is one of the few that never began to refuse unknown parameters.
SHOW: types.Type = {"type": "object", "properties": {}, "additionalProperties": True}
CREATE = body(
    "volumeAttachment",
    {
        "volumeId": types.uuid,
        "device": _DEVICE,
        "tag": since("2.49", types.tag),
        "delete_on_termination": since("2.79", types.boolean),
    },
    ["volumeId"],
)
UPDATE = body(
    "volumeAttachment",
    {
        "volumeId": types.uuid,
        "device": since("2.85", _DEVICE),
        "tag": since("2.85", types.tag),
        "delete_on_termination": since("2.85", types.boolean),
        "serverId": since("2.85", types.uuid),
        "id": since("2.85", types.uuid),
    },
    ["volumeId"],
)


class Attachment(Shape):
    id = Attr("volume_id", until="2.88")
    volumeId = Attr("volume_id")
    serverId = Attr("server_uuid")
    device = Attr("device_name", when=lambda row, ask: bool(row["device_name"]))
    tag = Attr(since="2.70")
    delete_on_termination = Attr(since="2.79")
    attachment_id = Attr(since="2.89")
    bdm_uuid = Attr("uuid", since="2.89")


class AttachmentMade(Shape):
    """What is answered while it is attached; from 2.101 on nothing."""

    id = Attr("volumeId")
    serverId = Attr()
    volumeId = Attr()
    device = Attr()
    tag = Attr(since="2.70")
    delete_on_termination = Attr(since="2.79")


def _rows(columns: tuple[str, ...], server_pk: int) -> "QuerySet[BlockDevice, dict[str, Any]]":
    rows = BlockDevice.objects.filter(server_id=server_pk).annotate(server_uuid=F("server__uuid"))
    return rows.order_by("id").values(*columns)


# A form is the columns, and where the page begins and ends.
_PAGE = Forms(lambda form, server_pk: _rows(form[0], server_pk)[slice(*form[1:])], int)
_ONE = Forms(
    lambda columns, server_pk, volume_id: _rows(columns, server_pk).filter(volume_id=volume_id),
    int,
    str,
)


class ServerVolumesViewSet(OfServer):
    @operation(policy=f"{RULE}:index", target="found", query=LIST)
    def list(self, request: Any, server_id: str) -> Any:
        server, ask = self.found(server_id), self.ask
        # Nova: a page is one of all block devices, of which only the volumes are shown.
        page = paging.window(request)
        found = _PAGE((Attachment.columns(ask), page.start, page.stop), server.pk)
        rows = [row for row in found if self._is_shown(row)]
        return {"volumeAttachments": Attachment.render_many(rows, ask)}

    @operation(policy=f"{RULE}:show", target="found", query=SHOW)
    def retrieve(self, request: Any, server_id: str, volume_id: str) -> Any:
        server, ask = self.found(server_id), self.ask
        row = _ONE.first(Attachment.columns(ask), server.pk, volume_id)
        if row is None or not self._is_shown(row):
            raise attachments.NotAttached(server_id=server_id, volume_id=volume_id)
        return {"volumeAttachment": Attachment.render(row, ask)}

    @operation(policy=f"{RULE}:create", target="found", body=CREATE)
    def create(self, request: Any, server_id: str, volumeAttachment: dict[str, Any]) -> Any:
        server, asked = self.found(server_id), volumeAttachment
        if request.version < (2, 20):
            attachments.refuse_shelved(server, "attach_volume")
        tag, fate = asked.get("tag"), asked.get("delete_on_termination", False)
        device = attachments.attach(
            request.context,
            server,
            asked["volumeId"],
            device=asked.get("device"),
            tag=tag,
            delete_on_termination=types.is_true(fate),
            knows_many_attachments=request.version >= (2, 60),
            at_once=request.version < (2, 101),
        )
        if request.version >= (2, 101):
            # Nova: this answer is written by hand, and has webob's content type.
            return Answer(status=202, content_type="text/html; charset=UTF-8")
        row = {**asked, "serverId": server_id, "device": device, "tag": tag}
        return {
            "volumeAttachment": AttachmentMade.render(
                {**row, "delete_on_termination": fate}, self.ask
            )
        }

    @operation(policy=f"{RULE}:swap", target="found", body=UPDATE, status=202, until="2.84")
    def update(
        self, request: Any, server_id: str, volume_id: str, volumeAttachment: dict[str, Any]
    ) -> None:
        """Swap the volume: all that could be changed once."""
        server = find(request.context, server_id)
        self.authorize({})
        swapping.swap(request.context, server, volume_id, volumeAttachment["volumeId"])

    @update.also(  # type: ignore[no-redef]
        policy=f"{RULE}:update", target="found", body=UPDATE, status=202, since="2.85"
    )
    def update(
        self, request: Any, server_id: str, volume_id: str, volumeAttachment: dict[str, Any]
    ) -> None:
        server, asked = find(request.context, server_id), volumeAttachment
        is_swap = asked["volumeId"] != volume_id
        self.rule = f"{RULE}:swap" if is_swap else self.rule
        self.authorize({} if is_swap else server.target)
        fate = asked.get("delete_on_termination")
        attachments.change(
            server,
            volume_id,
            asked=asked,
            delete_on_termination=None if fate is None else types.is_true(fate),
        )
        if is_swap:
            swapping.swap(request.context, server, volume_id, asked["volumeId"])

    @operation(policy=f"{RULE}:delete", target="found", status=202)
    def destroy(self, request: Any, server_id: str, volume_id: str) -> None:
        server = self.found(server_id)
        if request.version < (2, 20):
            attachments.refuse_shelved(server, "detach_volume")
        attachments.detach(request.context, server, volume_id)

    def _is_shown(self, row: dict[str, Any]) -> bool:
        # Nova: from 2.89 a volume is shown once Volume knows of the attachment.
        is_known = self.request.version < (2, 89) or row["attachment_id"] is not None
        return row["volume_id"] is not None and is_known
