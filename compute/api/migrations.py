"""Migrations: moves of servers between hosts, and resizes.  /os-migrations"""

from typing import Any

from django.db.models import Q

from compute.api import paging, policy, types
from compute.api.base import ComputeViewSet
from compute.api.times import parse_isotime, with_micros
from compute.domain.errors import BadRequest
from compute.models import Migration
from versioned.operation import operation
from versioned.schema import query
from versioned.shape import Attr, Shape
from versioned.versions import since

SEE_HOSTS = "os_compute_api:os-migrations:index:host"
_RUNNING = ("queued", "preparing", "running", "post-migrating")


def _host(column: str) -> Attr:
    """A host's name, for those who may see hosts."""
    return Attr(lambda row, ask: row[column] if ask.allows(SEE_HOSTS) else None, needs=column)


def _server(row: Any) -> str:
    return str(row["server__uuid"])


class MigrationShape(Shape):
    id = Attr()
    uuid = Attr(since="2.59")
    source_compute = _host("source_compute")
    dest_compute = _host("dest_compute")
    source_node = _host("source_node")
    dest_node = _host("dest_node")
    dest_host = _host("dest_host")
    old_instance_type_id = Attr("old_flavor_id")
    new_instance_type_id = Attr("new_flavor_id")
    instance_uuid = Attr("server__uuid")
    status = Attr()
    migration_type = Attr(since="2.23")
    user_id = Attr(since="2.80")
    project_id = Attr(since="2.80")
    created_at = Attr(lambda row, ask: with_micros(row["created_at"]), needs="created_at")
    updated_at = Attr(lambda row, ask: with_micros(row["updated_at"]), needs="updated_at")
    links = Attr(
        lambda row, ask: ask.links.of(f"servers/{_server(row)}/migrations", str(row["id"])),
        since="2.23",
        needs=("id", "server__uuid"),
        when=lambda row, ask: (
            row["migration_type"] == "live-migration" and row["status"] in _RUNNING
        ),
    )


_TIME = types.single({"type": "string", "format": "date-time"})
LIST = query(
    closed_since="2.59",
    hidden=types.any_text,
    host=types.any_text,
    instance_uuid=types.any_text,
    source_compute=types.any_text,
    status=types.any_text,
    migration_type=types.any_text,
    limit=since("2.59", types.single(types.non_negative_integer)),
    marker=since("2.59", types.single(types.string)),
    **{"changes-since": since("2.59", _TIME), "changes-before": since("2.66", _TIME)},
    user_id=since("2.80", types.single(types.string)),
    project_id=since("2.80", types.single(types.string)),
)
_COLUMNS = {
    "status": "status",
    "migration_type": "migration_type",
    "instance_uuid": "server__uuid",
    "user_id": "user_id",
    "project_id": "project_id",
}


class MigrationViewSet(ComputeViewSet):
    @operation(policy="os_compute_api:os-migrations:index", query=LIST)
    def list(self, request: Any) -> Any:
        asked = {name: values[-1] for name, values in request.params.items()}
        # Nova: who does not name their own project asks for those of all projects.
        if not asked.get("project_id") or asked["project_id"] != self.context.project_id:
            policy.authorize(self.context, "os_compute_api:os-migrations:index:all_projects")
        rows = _filtered(asked)
        ask = self.ask
        columns = {*MigrationShape.columns(ask), "migration_type", "uuid"}
        if request.version < (2, 59):
            page = rows.order_by("id").values(*columns)
            return {"migrations": MigrationShape.render_many(page, ask)}
        limit, marker = paging.limit_and_marker(request)
        sort = paging.Sort(("created_at", "id"), descending=True)
        if marker:
            after = _shown().filter(uuid=marker).values(*sort.columns).first()
            if after is None:
                raise BadRequest(f"Marker {marker} could not be found.")
            rows = rows.filter(sort.after(after))
        page = list(rows.order_by(*sort.order()).values(*columns)[:limit])
        answer: dict[str, Any] = {"migrations": MigrationShape.render_many(page, ask)}
        links = paging.next_links(request, "os-migrations", page, "uuid", limit)
        if links:
            answer["migrations_links"] = links
        return answer


def _shown() -> Any:
    # Nova: a server's migrations are deleted with it.
    return Migration.objects.filter(server__deleted=False)


def _filtered(asked: dict[str, str]) -> Any:
    rows = _shown().filter(hidden=False)
    since = parse_isotime(asked["changes-since"]) if "changes-since" in asked else None
    before = parse_isotime(asked["changes-before"]) if "changes-before" in asked else None
    if since and before and before < since:
        raise BadRequest("The value of changes-since must be less than or equal to changes-before.")
    if since:
        rows = rows.filter(updated_at__gte=since)
    if before:
        rows = rows.filter(updated_at__lte=before)
    if "host" in asked:
        rows = rows.filter(Q(source_compute=asked["host"]) | Q(dest_compute=asked["host"]))
    elif "source_compute" in asked:
        rows = rows.filter(source_compute=asked["source_compute"])
    # Nova: hidden ones are left out of every answer, so that asking for them gives nothing.
    if asked.get("hidden", "0") != "0":
        rows = rows.none()
    for name, column in _COLUMNS.items():
        if name in asked:
            rows = rows.filter(**{column: asked[name]})
    return rows
