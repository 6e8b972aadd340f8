"""Servers: /servers, /servers/detail, /servers/{id}"""

from typing import Any

from django.conf import settings

from compute.api import paging, types
from compute.api.servers import lookup, ordering, queries, related, schemas, shapes
from compute.api.servers.lookup import OfServer
from compute.domain import boot, deleting, renaming
from compute.domain.errors import ServerNotFound
from versioned.operation import operation
from versioned.shape import Shape
from versioned.versions import since

# Nova: the legacy API checks no query of these lists.
QUERY = since("2.1", schemas.LIST)


class ServerViewSet(OfServer):
    @operation(policy="os_compute_api:servers:index", query=QUERY)
    def list(self, request: Any) -> Any:
        return self._list(shapes.ServerInList, "servers", detail=False)

    @operation(policy="os_compute_api:servers:detail", query=QUERY)
    def detail(self, request: Any) -> Any:
        return self._list(shapes.ServerDetail, "servers/detail", detail=True)

    def _list(self, shape: type[Shape], path: str, *, detail: bool) -> dict[str, Any]:
        request, ask = self.request, self.ask
        try:
            servers, order, limit, marker = queries.chosen(request, detail=detail)
            page = queries.page(servers, order, limit, marker)
            rows = related.rows_for(shape, page, ask) if limit else []
        except queries.EmptyList:
            return {"servers": []}
        answer: dict[str, Any] = {"servers": shape.render_many(rows, ask)}
        links = paging.next_links(request, path, rows, "uuid", limit)
        if links:
            answer["servers_links"] = links
        return answer

    @operation(
        policy="os_compute_api:servers:create", target="found", body=schemas.CREATE, status=202
    )
    def create(self, request: Any, body: dict[str, Any]) -> Any:
        order = ordering.order_for(request.context, request.version, body)
        # The rule has been asked on the way, of the zone too.
        self.rule = None
        servers, reservation_id = boot.create(request.context, order)
        if types.is_true(body["server"].get("return_reservation_id", False)):
            return {"reservation_id": reservation_id}
        server = shapes.ServerCreated.render(vars(servers[0]), self.ask)
        # Nova: there are no ports yet whose groups could be shown, so what was asked for is.
        asked = body["server"].get("security_groups", [{"name": "default"}])
        server["security_groups"] = asked
        if getattr(settings, "ENABLE_INSTANCE_PASSWORD", True):
            server["adminPass"] = order.admin_password
        self.headers["Location"] = server["links"][0]["href"]
        return {"server": server}

    @operation(policy="os_compute_api:servers:show", target="found", query=schemas.SHOW)
    def retrieve(self, request: Any, server_id: str) -> Any:
        ask = self.ask
        row = related.row_of(shapes.ServerShown, server_id, ask)
        if row is None or not lookup.is_visible(request.context, row["project_id"]):
            raise ServerNotFound(server_id=server_id)
        self.authorize({"project_id": row["project_id"], "user_id": row["user_id"]})
        return {"server": related.render(shapes.ServerShown, row, ask)}

    @operation(policy="os_compute_api:servers:update", target="found", body=schemas.UPDATE)
    def update(self, request: Any, *, server: dict[str, Any], server_id: str = "detail") -> Any:
        found = self.found(server_id)
        renaming.update(found, **_changes(server))
        return {"server": related.render_one(shapes.ServerUpdated, found, self.ask)}

    @operation(policy="os_compute_api:servers:delete", target="found", status=204)
    def destroy(self, request: Any, server_id: str = "detail") -> None:
        deleting.delete(request.context, self.found(server_id))


_NAMES = {
    "name": "name",
    "description": "description",
    "hostname": "hostname",
    "OS-DCF:diskConfig": "disk_config",
    "accessIPv4": "access_ip_v4",
    "accessIPv6": "access_ip_v6",
    "pinned_availability_zone": "pinned_availability_zone",
}


def _changes(server: dict[str, Any]) -> dict[str, Any]:
    # A legacy client's body may hold nothing but unknown keys, which are then still there.
    changes = {_NAMES[key]: value for key, value in server.items() if key in _NAMES}
    if "name" in changes:
        changes["name"] = changes["name"].strip()
    for key in ("access_ip_v4", "access_ip_v6"):
        if key in changes:
            changes[key] = ordering.address(changes[key])
    return changes
