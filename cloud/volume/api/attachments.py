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
    "attach_mode": "attach_mode",
    "attached_host": "attached_host",
    "mountpoint": "mountpoint",
}
_COLUMNS = {
    **SORT_KEYS,
    "instance_id": "instance_uuid",
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

    # Volume (Cinder): no rule is asked of those who read.
    @operation(since="3.27")
    def list(self, request: Any) -> Any:
        return self._page(AttachmentInList)

    @operation(since="3.27")
    def detail(self, request: Any) -> Any:
        return self._page(AttachmentShown)

    def _page(self, shape: Any) -> dict[str, Any]:
        asked = {name: values[-1] for name, values in self.request.params.items()}
        wanted = paging.read(asked)
        asked = filters.checked(self, asked, "attachment")
        if "all_tenants" in asked:
            # Volume (Cinder): that it is there is enough.
            asked["all_tenants"] = "true"
        # The project is that of the volume.
        own = filters.scope(self, asked, column="volume__project_id")
        found = Attachment.objects.filter(own)
        for name, value in asked.items():
            found = filters.narrowed(found, filters.condition(name, value, _COLUMNS))
        rows = paging.page(
            found,
            wanted,
            queries.ATTACHMENT,
            keys=SORT_KEYS,
            missing="Volume attachment could not be found with filter: attachment_id = {}.",
            filters_first=True,
        )
        return {"attachments": shape.render_many(rows, self.ask)}

    @operation(since="3.27")
    def retrieve(self, request: Any, attachment_id: str) -> Any:
        row = queries.attachment(self.context, attachment_id)
        return {"attachment": AttachmentShown.render(row, self.ask)}

    @operation(policy="volume:attachment_create", target="found", since="3.27", body=CREATE)
    def create(self, request: Any, attachment: dict[str, Any]) -> Any:
        volume = queries.volume(self.context, attachment["volume_uuid"])
        self.authorize(volume)
        if volume["multiattach"] and volume["status"] == "in-use" and volume["bootable"]:
            self.enforce("volume:multiattach_bootable_volume", volume)
        row = attaching.create(
            self.context,
            volume["id"],
            server_id=attachment.get("instance_uuid"),
            connector=attachment.get("connector"),
            mode=attachment.get("mode", "null"),
        )
        return {"attachment": AttachmentShown.render(row, self.ask)}

    @operation(policy="volume:attachment_update", target="found", since="3.27", body=UPDATE)
    def update(self, request: Any, attachment_id: str, attachment: dict[str, Any]) -> Any:
        row = queries.attachment(self.context, attachment_id)
        self.authorize(row)
        attaching.update(self.context, attachment_id, attachment["connector"])
        # Volume (Cinder): what else has changed is not read again.
        connection = queries.attachment(self.context, attachment_id)["connection_info"]
        row = {**row, "connection_info": connection}
        return {"attachment": AttachmentShown.render(row, self.ask)}

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
