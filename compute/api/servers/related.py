"""Rows of servers with what belongs to them: one query for each related table, never one a row."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from compute.api.base import ComputeAsk
from compute.domain import services, zones
from compute.domain.errors import ServerNotFound
from compute.domain.services import Seen
from compute.models import (
    BlockDevice,
    Server,
    ServerFault,
    ServerGroupMember,
    ServerTag,
    Service,
)
from compute.models.lookups import Among
from versioned.prepared import Prepared
from versioned.shape import Shape

Row = dict[str, Any]


def _text(column: str) -> Cast:
    return Cast(column, TextField())


# JSON columns are read as the text they are, and pass through to the answer unparsed; of times the
# text is nearly what is shown.
_AS_TEXT = {
    f"{column}_text": _text(column)
    for column in (
        "metadata",
        "addresses",
        "security_groups",
        "scheduler_hints",
        "flavor_extra_specs",
        "image_properties",
        "trusted_image_certificates",
        "created_at",
        "updated_at",
        "launched_at",
        "terminated_at",
    )
}


def _tags(rows: list[Row], ask: ComputeAsk) -> dict[Any, Any]:
    found: dict[Any, list[str]] = defaultdict(list)
    for pair in _all_of(rows, _TAGS):
        found[pair["server_id"]].append(pair["tag"])
    return found


def _volumes(rows: list[Row], ask: ComputeAsk) -> dict[Any, Any]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for device in _all_of(rows, _VOLUMES):
        found[device["server_id"]].append(device)
    return found


def _faults(rows: list[Row], ask: ComputeAsk) -> dict[Any, Any]:
    failed = [row for row in rows if row["vm_state"] == "error"]
    return {fault["server_id"]: fault for fault in _all_of(failed, _FAULTS)}


def _groups(rows: list[Row], ask: ComputeAsk) -> dict[Any, Any]:
    return {
        member["server_uuid"]: [member["group__uuid"]]
        for row in rows
        for member in _GROUP(row["uuid"])
    }


def _zones(rows: list[Row], ask: ComputeAsk) -> dict[Any, Any]:
    return zones.by_host()


def _host_status(rows: list[Row], ask: ComputeAsk) -> dict[Any, Any]:
    hosts = {row["host"] for row in rows if row["host"]}
    if not hosts:
        return {}
    if len(hosts) == 1:
        found: Iterable[Any] = _SERVICE(*hosts)
    else:
        found = _services().filter(host__in=hosts)
    return {row[0]: host_status(Seen(*row)) for row in found}


def host_status(service: Seen) -> str:
    """Nova's word for a host: MAINTENANCE goes before DOWN, and that before UP."""
    if service.disabled:
        return "MAINTENANCE"
    if service.forced_down:
        return "DOWN"
    return "UP" if services.is_up(service) else "UNKNOWN"


class _Part:
    """A related table: prepared for one server, and asked once for many."""

    def __init__(self, rows: Callable[[], QuerySet[Any, Any]]) -> None:
        self._rows = rows
        self.of_one = Prepared(lambda server_id: rows().filter(server_id=server_id), int)

    def of_many(self, ids: list[int]) -> Iterable[Row]:
        return self._rows().filter(Among("server_id", ids))


def _all_of(rows: list[Row], part: _Part) -> Iterable[Row]:
    if not rows:
        return ()
    return part.of_one(rows[0]["id"]) if len(rows) == 1 else part.of_many([r["id"] for r in rows])


_TAGS = _Part(lambda: ServerTag.objects.order_by("tag").values("server_id", "tag"))
_VOLUMES = _Part(
    lambda: (
        BlockDevice.objects.exclude(volume_id=None)
        .order_by("id")
        .values("server_id", "volume_id", "delete_on_termination")
    )
)
_FAULTS = _Part(
    lambda: ServerFault.objects.order_by("id").values(
        "server_id", "code", "message", "details", "created_at"
    )
)
_GROUP = Prepared(
    lambda uuid: ServerGroupMember.objects.filter(server_uuid=uuid).values(
        "server_uuid", "group__uuid"
    ),
    str,
)


def _services() -> QuerySet[Service, Any]:
    return Service.objects.filter(binary=services.COMPUTE).values_list(*Seen._fields)


_SERVICE = Prepared(lambda host: _services().filter(host=host), str)

_LOADERS: dict[str, Callable[[list[Row], ComputeAsk], dict[Any, Any]]] = {
    "tags": _tags,
    "volumes": _volumes,
    "faults": _faults,
    "groups": _groups,
    "zones": _zones,
    "host_status": _host_status,
}


def _selected(
    shape: type[Shape], servers: QuerySet[Server], ask: ComputeAsk
) -> QuerySet[Server, Row]:
    needed = dict.fromkeys(("id", "uuid", *shape.columns(ask)))
    columns = [name for name in needed if name not in _LOADERS and name not in _AS_TEXT]
    texts = {name: _AS_TEXT[name] for name in needed if name in _AS_TEXT}
    return servers.values(*columns, **texts)  # type: ignore[arg-type,return-value]


def _relate(shape: type[Shape], rows: list[Row], ask: ComputeAsk) -> list[Row]:
    for name in shape.columns(ask):
        if name in _LOADERS:
            ask.related[name] = _LOADERS[name](rows, ask) if rows else {}
    return rows


def rows_for(shape: type[Shape], servers: QuerySet[Server], ask: ComputeAsk) -> list[Row]:
    """The rows that `shape` reads of `servers`, with related rows left in `ask.related`."""
    return _relate(shape, list(_selected(shape, servers, ask)), ask)


# One prepared query for each plan: an epoch of a shape, for a set of granted policies.
_one: dict[Any, Prepared[Row]] = {}


def row_of(shape: type[Shape], server_uuid: str, ask: ComputeAsk) -> Row | None:
    """The row that `shape` reads of one server that is not deleted."""
    plan = shape.plan(ask)
    prepared = _one.get(plan)
    if prepared is None:
        prepared = _one[plan] = Prepared(
            lambda uuid: _selected(shape, Server.objects.filter(uuid=uuid, deleted=False), ask), str
        )
    rows = prepared(server_uuid)
    return rows[0] if rows else None


def render(shape: type[Shape], row: Row, ask: ComputeAsk) -> dict[str, Any]:
    _relate(shape, [row], ask)
    return shape.render(row, ask)


# What queued work changes first.
_STATES = ("vm_state", "task_state", "power_state")


def render_one(
    shape: type[Shape], server: Server, ask: ComputeAsk, *, as_begun: bool = False
) -> dict[str, Any]:
    """A server as it is now; `as_begun`: in the states that `server` has in memory.

    The work that a request has just queued may be done before its answer is rendered, and Nova's
    never is.
    """
    row = row_of(shape, server.uuid, ask)
    if row is None:
        raise ServerNotFound(server_id=server.uuid)
    if as_begun:
        begun = {name: getattr(server, name) for name in _STATES if name in row}
        row = {**row, **begun, "updated_at_text": str(server.updated_at or "") or None}
    return render(shape, row, ask)
