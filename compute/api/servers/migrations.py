"""Live migrations of a server that are going on.  /servers/{id}/migrations"""

from typing import Any

from compute.api import policy, types
from compute.api.base import ComputeAsk
from compute.api.dispatch import ActionsViewSet
from compute.api.servers import lookup
from compute.api.servers.actions.base import lock_is_a_wrong_state
from compute.api.times import with_micros
from compute.domain import moving
from compute.domain.errors import NotFound
from compute.models import Migration, Server
from versioned.operation import operation
from versioned.prepared import Forms
from versioned.shape import Attr, Shape
from versioned.versions import changing

_RULE = "os_compute_api:servers:migrations"
_HOST = f"{_RULE}:index:host"

QUERY: types.Type = {
    "type": "object",
    "properties": {},
    "additionalProperties": changing({"2.0": True, "2.102": False}),
}
FORCE_COMPLETE: types.Type = types.closed({"force_complete": types.null}, ["force_complete"])


def _host(column: str) -> Any:
    """A host's name, which is null to those who may not see hosts."""
    return Attr(
        lambda row, ask: row[column] if ask.related["shows_hosts"] else None,
        key=column,
        needs=column,
    )


class ServerMigration(Shape):
    id = Attr()
    status = Attr()
    source_compute = _host("source_compute")
    source_node = _host("source_node")
    dest_compute = _host("dest_compute")
    dest_node = _host("dest_node")
    dest_host = _host("dest_host")
    server_uuid = Attr("server__uuid")
    created_at = Attr(lambda row, ask: with_micros(row["created_at"]), needs="created_at")
    updated_at = Attr(lambda row, ask: with_micros(row["updated_at"]), needs="updated_at")
    memory_total_bytes = Attr("memory_total")
    memory_processed_bytes = Attr("memory_processed")
    memory_remaining_bytes = Attr("memory_remaining")
    disk_total_bytes = Attr("disk_total")
    disk_processed_bytes = Attr("disk_processed")
    disk_remaining_bytes = Attr("disk_remaining")
    uuid = Attr(since="2.59")
    user_id = Attr(since="2.80")
    project_id = Attr(since="2.80")


_IN_PROGRESS = Forms(lambda columns, server_pk: moving.in_progress(server_pk).values(*columns), int)


class ServerMigrationsViewSet(ActionsViewSet):
    actions = {"force_complete": "force_complete"}

    def found(self, server_id: str) -> Server:
        server = lookup.find(self.context, server_id)
        self.authorize(server.target)
        return server

    @operation(policy=f"{_RULE}:index", target="found", query=QUERY, since="2.23")
    def list(self, request: Any, server_id: str) -> Any:
        server = self.found(server_id)
        ask = self._ask(shows_hosts=policy.allows(request.context, _HOST, server.target))
        rows = _IN_PROGRESS(ServerMigration.columns(ask), server.pk)
        return {"migrations": ServerMigration.render_many(rows, ask)}

    @operation(policy=f"{_RULE}:show", target="found", query=QUERY, since="2.23")
    def retrieve(self, request: Any, server_id: str, id: str) -> Any:
        server = self.found(server_id)
        self._check_in_progress(server, id)
        ask = self._ask(shows_hosts=True)
        rows = Migration.objects.filter(server_id=server.pk, pk=int(id))
        return {
            "migration": ServerMigration.render(rows.values(*ServerMigration.columns(ask))[0], ask)
        }

    @operation(
        policy=f"{_RULE}:force_complete",
        target="found",
        body=FORCE_COMPLETE,
        status=202,
        since="2.22",
    )
    def force_complete(self, request: Any, server_id: str, id: str, force_complete: None) -> None:
        moving.force_complete(request.context, self.found(server_id), id)

    @operation(policy=f"{_RULE}:delete", target="found", status=202, since="2.24")
    def destroy(self, request: Any, server_id: str, id: str) -> None:
        server = self.found(server_id)
        with lock_is_a_wrong_state(server, "abort live migration"):
            moving.abort(
                request.context, server, id, even_before_it_runs=request.version >= (2, 65)
            )

    def _ask(self, *, shows_hosts: bool) -> ComputeAsk:
        ask = ComputeAsk(self.request)
        ask.related["shows_hosts"] = shows_hosts  # type: ignore[assignment]
        return ask

    def _check_in_progress(self, server: Server, migration_id: str) -> None:
        try:
            move = moving.find(server, migration_id)
        except moving.MigrationNotOfServer:
            raise NotFound(
                f"In-progress live migration {migration_id} is not found for server {server.uuid}."
            ) from None
        if move.migration_type != "live-migration":
            raise NotFound(
                f"Migration {migration_id} for server {server.uuid} is not live-migration."
            )
        if move.status not in moving.IN_PROGRESS:
            raise NotFound(
                f"Live migration {migration_id} for server {server.uuid} is not in progress."
            )
