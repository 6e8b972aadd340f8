"""What was asked of a server, and what came of it.  /servers/{server_id}/os-instance-actions"""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from compute.api import paging, policy, types
from compute.api.servers.lookup import OfServer
from compute.api.servers.schemas import SHOW
from compute.api.servers.shapes import host_id
from compute.api.times import parse_isotime, with_micros
from compute.domain.errors import BadRequest, NotFound
from compute.models import Server, ServerAction, ServerEvent
from versioned.operation import operation
from versioned.prepared import Forms
from versioned.shape import Ask, Attr, Shape
from versioned.versions import changing, since

RULE = "os_compute_api:os-instance-actions"
_time = types.single({"type": "string", "format": "date-time"})

LIST: types.Type = {
    "type": "object",
    "properties": {
        "limit": since("2.58", types.single(types.non_negative_integer)),
        "marker": since("2.58", types.single(types.string)),
        "changes-since": since("2.58", _time),
        "changes-before": since("2.66", _time),
    },
    "additionalProperties": changing({"2.0": True, "2.58": False}),
}


class ActionNotFound(NotFound):
    message = "Action {request_id} not found"


def _micros(column: str) -> Any:
    return lambda row, ask: with_micros(row[column])


class Action(Shape):
    action = Attr()
    instance_uuid = Attr("server__uuid")
    request_id = Attr()
    user_id = Attr()
    project_id = Attr()
    start_time = Attr(_micros("start_time"), needs="start_time")
    message = Attr()
    updated_at = Attr(_micros("updated_at"), since="2.58", needs="updated_at")


class EventAsk(Ask):
    """What events may be shown of, beside the version: the project that asked for the action."""

    def __init__(self, view: OfServer, server: Server, project_id: str | None) -> None:
        target = {"project_id": server.project_id}
        super().__init__(
            view.request.version, lambda rule: policy.allows(view.context, rule, target)
        )
        # Nova: the hosts of events are hidden by the action's project, not by the server's.
        self.project_id = project_id or server.project_id


def _host_id(row: Mapping[str, Any], ask: EventAsk) -> str:
    if not row["host"]:
        return ""
    return host_id(ask.project_id, row["host"])


class Event(Shape):
    event = Attr()
    start_time = Attr(_micros("start_time"), needs="start_time")
    finish_time = Attr(_micros("finish_time"), needs="finish_time")
    result = Attr()
    traceback = Attr(policy=f"{RULE}:events")
    host = Attr(since="2.62", policy=f"{RULE}:events")
    hostId = Attr(_host_id, since="2.62", needs="host")
    details = Attr(since="2.84", policy=f"{RULE}:events:details")


_FILTERS = frozenset({"changes-since", "changes-before", "marker"})
# A form is the columns, and how many rows.
_NEWEST = Forms(
    lambda form, server_pk: (
        ServerAction.objects.filter(server_id=server_pk)
        .order_by("-start_time", "-id")
        .values(*form[0])[: form[1]]
    ),
    int,
)
_OF_REQUEST = Forms(
    lambda columns, server_pk, request_id: (
        ServerAction.objects.filter(server_id=server_pk, request_id=request_id)
        .order_by("-start_time", "-id")
        .values(*columns)
    ),
    int,
    str,
)
_EVENTS = Forms(
    lambda columns, action_id: (
        ServerEvent.objects.filter(action_id=action_id)
        .order_by("-start_time", "-id")
        .values(*columns)
    ),
    int,
)


class ServerActionsListViewSet(OfServer):
    def found(self, server_id: str, *, with_deleted: bool = False) -> Server:
        # Nova: from 2.21 on a server's actions outlive it.
        return super().found(server_id, with_deleted=self.request.version >= (2, 21))

    @operation(policy=f"{RULE}:list", target="found", query=LIST)
    def list(self, request: Any, server_id: str) -> Any:
        server, columns = self.found(server_id), Action.columns(self.ask)
        limit: int | None = None
        if request.version < (2, 58):
            rows = _NEWEST((columns, limit), server.pk)
        elif _FILTERS.isdisjoint(request.params):
            limit, _ = paging.limit_and_marker(request)
            rows = _NEWEST((columns, limit), server.pk) if limit else []
        else:
            actions = _by_time(request, ServerAction.objects.filter(server=server))
            limit, marker = paging.limit_and_marker(request)
            actions = _after(actions, marker).order_by("-start_time", "-id")[:limit]
            rows = list(actions.values(*columns))
        answer: dict[str, Any] = {"instanceActions": Action.render_many(rows, self.ask)}
        if limit is not None:
            path = f"servers/{server_id}/os-instance-actions"
            links = paging.next_links(request, path, rows, "request_id", limit)
            if links:
                answer["links"] = links
        return answer

    @operation(policy=f"{RULE}:show", target="found", query=SHOW)
    def retrieve(self, request: Any, server_id: str, request_id: str) -> Any:
        server = self.found(server_id)
        columns = {"id", "project_id", *Action.columns(self.ask)}
        row = _OF_REQUEST.first(tuple(sorted(columns)), server.pk, request_id)
        if row is None:
            raise ActionNotFound(request_id=request_id)
        shown = Action.render(row, self.ask)
        ask = EventAsk(self, server, row["project_id"])
        # Nova: before 2.51 events were for administrators alone.
        if request.version >= (2, 51) or ask.allows(f"{RULE}:events"):
            events = _EVENTS(Event.columns(ask), row["id"])
            shown["events"] = Event.render_many(events, ask)
        return {"instanceAction": shown}


def _by_time(request: Any, actions: QuerySet[ServerAction]) -> QuerySet[ServerAction]:
    after, before = (
        parse_isotime(request.params[name][-1]) if name in request.params else None
        for name in ("changes-since", "changes-before")
    )
    if after and before and before < after:
        raise BadRequest("The value of changes-since must be less than or equal to changes-before.")
    if after:
        actions = actions.filter(updated_at__gte=after)
    if before:
        actions = actions.filter(updated_at__lte=before)
    return actions


def _after(actions: QuerySet[ServerAction], marker: str | None) -> QuerySet[ServerAction]:
    if marker is None:
        return actions
    last = actions.filter(request_id=marker).first()
    if last is None:
        # Nova: the text forgets the marker.
        raise BadRequest("Marker None could not be found.")
    earlier = actions.filter(start_time__lt=last.start_time)
    return earlier | actions.filter(start_time=last.start_time, id__lt=last.id)
