"""Messages to users.  /messages"""

from typing import Any

from django.db.models import Q

from cloud.volume import messages, paging
from cloud.volume.api import filters
from cloud.volume.api.base import VolumeServiceViewSet
from cloud.volume.errors import not_found
from cloud.volume.models import Message
from cloud.volume.timing import shown
from versioned.operation import operation
from versioned.shape import Attr, Shape

SORT_KEYS = ("id", "created_at", "message_level", "request_id", "resource_type", "resource_uuid")
_COLUMNS = {key: key for key in SORT_KEYS}
COLUMNS = tuple(field.attname for field in Message._meta.concrete_fields)


class MessageShown(Shape):
    id = Attr()
    event_id = Attr(lambda row, ask: messages.event_of(row))
    user_message = Attr(lambda row, ask: messages.text_of(row))
    message_level = Attr()
    created_at = Attr(lambda row, ask: shown(row["created_at"]))
    guaranteed_until = Attr(lambda row, ask: shown(row["expires_at"]))
    request_id = Attr()
    links = Attr(lambda row, ask: ask.links("messages", row["id"]))
    resource_type = Attr()
    resource_uuid = Attr()


class MessagesViewSet(VolumeServiceViewSet):
    """/messages"""

    def found(self, message_id: str) -> dict[str, Any]:
        scope = Q() if self.context.is_admin else Q(project_id=self.context.project_id)
        row = Message.objects.filter(scope, pk=message_id).values(*COLUMNS).first()
        if row is None:
            raise not_found("Message", message_id)
        self.authorize(row)
        return dict(row)

    @operation(policy="message:get_all", since="3.3")
    def list(self, request: Any) -> Any:
        asked: dict[str, str] = {}
        if request.version >= (3, 5):
            asked = {name: values[-1] for name, values in request.params.items()}
        wanted = paging.read(asked)
        if request.version >= (3, 31):
            asked = filters.checked(self, asked, "message")
        found = Message.objects.all()
        if not self.context.is_admin:
            found = found.filter(project_id=self.context.project_id)
        for name, value in asked.items():
            if name != "event_id":
                found = filters.narrowed(found, filters.condition(name, value, _COLUMNS))
        rows = paging.page(found, wanted, COLUMNS, keys=SORT_KEYS, missing="Message")
        if "event_id" in asked:
            rows = [row for row in rows if messages.event_of(row) == asked["event_id"]]
        body: dict[str, Any] = {"messages": MessageShown.render_many(rows, self.ask)}
        # Volume (Cinder): the limit of a link is read even where that of a page is not.
        limit = paging.limit_of({name: values[-1] for name, values in request.params.items()})
        links = filters.next_links(self, rows, limit, "messages")
        if links:
            body["messages_links"] = links
        return body

    @operation(policy="message:get", target="found", since="3.3")
    def retrieve(self, request: Any, message_id: str) -> Any:
        return {"message": MessageShown.render(self.found(message_id), self.ask)}

    @operation(policy="message:delete", target="found", since="3.3", status=204)
    def destroy(self, request: Any, message_id: str) -> Any:
        self.found(message_id)
        messages.forget(message_id)
        return self.bare(204)
