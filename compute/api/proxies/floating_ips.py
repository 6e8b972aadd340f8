"""Floating addresses of the project, until 2.35.  /os-floating-ips"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from compute.api.formats import is_uuid
from compute.api.proxies.base import LAST, STUMBLES, ProxyViewSet
from compute.clients.errors import FloatingIpNotFound
from compute.clients.network import network
from compute.domain import interfaces
from compute.domain.errors import (
    Conflict,
    Forbidden,
    NotFound,
    ServerNotFound,
    Unexpected,
)
from compute.models import Server
from versioned.operation import operation
from versioned.shape import Attr, Shape

Rows = list[dict[str, Any]]

RULE = "os_compute_api:os-floating-ips"
# Below `allOf`, so that it is not taken for an envelope.
CREATE = {
    "type": ["object", "null"],
    "allOf": [{"properties": {"pool": {"type": ["string", "null"]}}}],
}


class NoFloatingIp(NotFound):
    message = "Floating IP not found for ID {id}"


class NoPool(NotFound):
    message = "Floating IP pool not found."


def _server_id(row: Mapping[str, Any], ask: Any) -> str | None:
    details = row.get("port_details")
    return details["device_id"] if details else None


class FloatingIp(Shape):
    fixed_ip = Attr("fixed_ip_address")
    id = Attr()
    instance_id = Attr(_server_id)
    ip = Attr("floating_ip_address")
    pool = Attr(lambda row, ask: ask.related["pools"].get(row["floating_network_id"]))


class FloatingIpViewSet(ProxyViewSet):
    @operation(policy=f"{RULE}:list", query=STUMBLES, until=LAST)
    def list(self, request: Any) -> Any:
        context = request.context
        found = network().floating_ips(context, tenant_id=context.project_id)
        return {"floating_ips": self._shown(found)}

    @operation(policy=f"{RULE}:show", query=STUMBLES, until=LAST)
    def retrieve(self, request: Any, id: str) -> Any:
        return {"floating_ip": self._shown([self._found(id)])[0]}

    @operation(policy=f"{RULE}:create", body=CREATE, until=LAST)
    def create(self, request: Any, body: dict[str, Any] | None) -> Any:
        named: str | None = (body or {}).get("pool")
        default = str(getattr(settings, "DEFAULT_FLOATING_POOL", "public"))
        pool_id = self._pool(named or default)
        try:
            made = network().create_floating_ip(request.context, floating_network_id=pool_id)
        except Conflict as exc:
            raise _refused(exc, named) from exc
        return {"floating_ip": self._shown([made])[0]}

    @operation(policy=f"{RULE}:delete", status=202, until=LAST)
    def destroy(self, request: Any, id: str) -> None:
        found = self._found(id)
        server = self._server_of(found)
        network().delete_floating_ip(request.context, found["id"])
        if server is not None:
            interfaces.refresh(request.context, server)

    def _found(self, floating_ip_id: str) -> dict[str, Any]:
        try:
            return network().show_floating_ip(self.context, floating_ip_id)
        except FloatingIpNotFound as exc:
            raise NoFloatingIp(id=floating_ip_id) from exc

    def _server_of(self, found: dict[str, Any]) -> Server | None:
        server_id = _server_id(found, None)
        if not server_id:
            return None
        server = Server.objects.filter(uuid=server_id, deleted=False).first()
        if server is None:
            raise ServerNotFound(server_id=server_id)
        return server

    def _pool(self, name_or_id: str) -> str:
        by = {"id": name_or_id} if is_uuid(name_or_id) else {"name": name_or_id}
        nets = network().networks(self.context, router__external=True, fields="id", **by)
        if not nets:
            raise NoPool
        if len(nets) > 1:
            raise Unexpected(kind="nova.exception.NovaException")
        return str(nets[0]["id"])

    def _shown(self, found: Rows) -> Rows:
        ids = sorted({each["floating_network_id"] for each in found})
        nets = network().networks(self.context, id=ids) if ids else []
        ask = self.ask
        ask.related["pools"] = {net["id"]: net["name"] or net["id"] for net in nets}
        return FloatingIp.render_many(found, ask)


def _refused(exc: Conflict, pool: str | None) -> Forbidden | NotFound:
    """Tell a quota that is full from a pool that is empty."""
    if "quota" in exc.text.lower():
        return Forbidden(
            f"IP allocation over quota in pool {pool}." if pool else "IP allocation over quota."
        )
    return NotFound(
        f"No more floating IPs in pool {pool}." if pool else "No more floating IPs available."
    )
