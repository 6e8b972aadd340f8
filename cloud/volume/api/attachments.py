"""Attachments: how compute takes and gives back volumes.  /attachments"""

from typing import Any, ClassVar

from cloud.volume import attaching, paging, queries
from cloud.volume.api import filters
from cloud.volume.api import formats as types
from cloud.volume.api.actions import ActionViewSet
from cloud.volume.models import Attachment
from cloud.volume.timing import shown
from versioned.operation import operation
from versioned.shape import Attr, Shape
from versioned.versions import since

CREATE = types.envelope(
    "attachment",
    types.closed(
        ("volume_uuid",),
        instance_uuid=types.UUID,
        connector={"type": ["object", "null"]},
        volume_uuid=types.UUID,
        mode=since("3.54", {"type": "string", "enum": ["rw", "ro"]}),
    ),
)
UPDATE = types.envelope(
    "attachment",
    types.closed(("connector",), connector={"type": "object", "minProperties": 1}),
)
SORT_KEYS = {
    "id": "id",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "volume_id": "volume_id",
    "instance_uuid": "instance_uuid",
    "attach_status": "attach_status",
}
_COLUMNS = {
    **SORT_KEYS,
    "instance_id": "instance_uuid",
    "status": "attach_status",
    "attached_host": "attached_host",
}


class AttachmentInList(Shape):
    id = Attr()
    status = Attr("attach_status")
    instance = Attr("instance_uuid")
    volume_id = Attr()


class AttachmentShown(AttachmentInList):
    attached_at = Attr(lambda row, ask: shown(row["attach_time"]) or "")
    detached_at = Attr(lambda row, ask: shown(row["detach_time"]) or "")
    attach_mode = Attr()
    connection_info = Attr()


class AttachmentsViewSet(ActionViewSet):
    """/attachments"""

    actions: ClassVar[dict[str, str]] = {"os-complete": "complete"}

    def _shown(self, attachment_id: str) -> Any:
        row = queries.attachment(self.context, attachment_id)
        return {"attachment": AttachmentShown.render(row, self.ask)}

    @operation(policy="volume:get_all", since="3.27")
    def list(self, request: Any) -> Any:
        return self._page(AttachmentInList, "attachments")

    @operation(policy="volume:get_all", since="3.27")
    def detail(self, request: Any) -> Any:
        return self._page(AttachmentShown, "attachments/detail")

    def _page(self, shape: Any, path: str) -> dict[str, Any]:
        asked = {name: values[-1] for name, values in self.request.params.items()}
        wanted = paging.read(asked)
        asked = filters.checked(self, asked, "attachment")
        # The project is that of the volume.
        own = filters.scope(self, asked, column="volume__project_id")
        found = Attachment.objects.filter(own)
        for name, value in asked.items():
            found = found.filter(filters.condition(name, value, _COLUMNS))
        rows = paging.page(
            found, wanted, queries.ATTACHMENT, keys=SORT_KEYS, missing="Volume attachment"
        )
        body: dict[str, Any] = {"attachments": shape.render_many(rows, self.ask)}
        links = filters.next_links(self, rows, wanted.limit, path)
        if links:
            body["attachments_links"] = links
        return body

    @operation(policy="volume:get", target="found", since="3.27")
    def retrieve(self, request: Any, attachment_id: str) -> Any:
        row = queries.attachment(self.context, attachment_id)
        self.authorize(row)
        return {"attachment": AttachmentShown.render(row, self.ask)}

    @operation(policy="volume:attachment_create", target="found", since="3.27", body=CREATE)
    def create(self, request: Any, attachment: dict[str, Any]) -> Any:
        volume = queries.volume(self.context, attachment["volume_uuid"])
        self.authorize(volume)
        if volume["multiattach"] and volume["status"] == "in-use" and volume["bootable"]:
            self.enforce("volume:multiattach_bootable_volume", volume)
        attachment_id = attaching.create(
            self.context,
            volume["id"],
            server_id=attachment.get("instance_uuid"),
            connector=attachment.get("connector"),
            mode=attachment.get("mode", "null"),
        )
        return self._shown(attachment_id)

    @operation(policy="volume:attachment_update", target="found", since="3.27", body=UPDATE)
    def update(self, request: Any, attachment_id: str, attachment: dict[str, Any]) -> Any:
        self.authorize(queries.attachment(self.context, attachment_id))
        attaching.update(self.context, attachment_id, attachment["connector"])
        return self._shown(attachment_id)

    @operation(policy="volume:attachment_delete", target="found", since="3.27")
    def destroy(self, request: Any, attachment_id: str) -> Any:
        self.authorize(queries.attachment(self.context, attachment_id))
        volume_id = attaching.delete(self.context, attachment_id)
        left = Attachment.objects.filter(volume_id=volume_id).order_by("created_at")
        rows = list(left.values(*queries.ATTACHMENT))
        return {"attachments": AttachmentInList.render_many(rows, self.ask)}

    @operation(
        policy="volume:attachment_complete",
        target="found",
        since="3.44",
        status=204,
        body=types.envelope("os-complete", {}),
    )
    def complete(self, request: Any, attachment_id: str, os_complete: Any) -> None:
        self.authorize(queries.attachment(self.context, attachment_id))
        attaching.complete(self.context, attachment_id)
