"""Interfaces of a server.  /servers/{server_id}/os-interface"""

from typing import Any

from compute.api import policy, types
from compute.api.servers.lookup import OfServer
from compute.api.servers.schemas import SHOW
from compute.clients.network import network
from compute.domain import interfaces
from compute.domain.errors import BadRequest, NotFound
from compute.models import Server
from versioned.operation import operation
from versioned.shape import Attr, Shape
from versioned.versions import since

RULE = "os_compute_api:os-attach-interfaces"

_ATTACHMENT = types.closed(
    {
        "net_id": types.uuid,
        "port_id": types.uuid,
        # The order is the order of errors: how many there are comes before what they are.
        "fixed_ips": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": types.closed({"ip_address": types.ip_address}, ["ip_address"]),
        },
        "tag": since("2.49", types.tag),
    }
)
CREATE = types.closed({"interfaceAttachment": _ATTACHMENT})


class NotItsPort(NotFound):
    message = "Instance {server_id} does not have a port with id {port_id}"


class Interface(Shape):
    """A port as Network shows it, with the tag that the server keeps."""

    net_id = Attr("network_id")
    port_id = Attr("id")
    mac_addr = Attr("mac_address")
    port_state = Attr("status")
    fixed_ips = Attr(lambda row, ask: row.get("fixed_ips"))
    tag = Attr(lambda row, ask: ask.related["tags"].get(row["id"]), since="2.70")


class ServerInterfacesViewSet(OfServer):
    @operation(policy=f"{RULE}:list", target="found", query=SHOW)
    def list(self, request: Any, server_id: str) -> Any:
        server = self.found(server_id)
        ports = network().list_ports(request.context, device_id=server.uuid)
        return {"interfaceAttachments": Interface.render_many(ports, self._ask(server))}

    @operation(policy=f"{RULE}:show", target="found", query=SHOW)
    def retrieve(self, request: Any, server_id: str, port_id: str) -> Any:
        return self._shown(self.found(server_id), port_id)

    @operation(policy=f"{RULE}:create", target="found", body=CREATE)
    def create(
        self, request: Any, server_id: str, interfaceAttachment: dict[str, Any] | None
    ) -> Any:
        server = self.found(server_id)
        asked = interfaceAttachment or {}
        network_id, port_id = asked.get("net_id"), asked.get("port_id")
        fixed_ip = asked["fixed_ips"][0]["ip_address"] if "fixed_ips" in asked else None
        if network_id and port_id:
            raise BadRequest("Must not input both network_id and port_id")
        if fixed_ip and not network_id:
            raise BadRequest("Must input network_id when request IP address")
        made_id = interfaces.attach(
            request.context,
            server,
            network_id=network_id,
            port_id=port_id,
            fixed_ip=fixed_ip,
            tag=asked.get("tag"),
            may_use_external=policy.allows(request.context, "network:attach_external_network"),
        )
        # The attachment is shown under the rule that has been asked.
        return self._shown(server, made_id)

    @operation(policy=f"{RULE}:delete", target="found", status=202)
    def destroy(self, request: Any, server_id: str, port_id: str) -> None:
        interfaces.detach(request.context, self.found(server_id), port_id)

    def _shown(self, server: Server, port_id: str) -> Any:
        port = network().show_port(self.context, port_id)
        if port["device_id"] != server.uuid:
            raise NotItsPort(server_id=server.uuid, port_id=port_id)
        return {"interfaceAttachment": Interface.render(port, self._ask(server))}

    def _ask(self, server: Server) -> Any:
        ask = self.ask
        ask.related["tags"] = {each["port_id"]: each["tag"] for each in server.interfaces}
        return ask
