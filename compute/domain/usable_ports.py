"""Which of the ports that are there a server may take, and the name that it gives them."""

from typing import Any

from compute.clients.errors import PortInUse
from compute.clients.network import network
from compute.domain.errors import BadRequest
from compute.models import Server
from middleware.context import RequestContext

Port = dict[str, Any]


class PortNotUsable(BadRequest):
    message = "Port {port_id} not usable for instance {server_id}."


class PortNotUsableDns(BadRequest):
    message = (
        "Port {port_id} not usable for instance {server_id}. Value {value} assigned to dns_name "
        "attribute does not match instance's hostname {hostname}"
    )


def check(server: Server, port: Port) -> None:
    """Refuse a port of another project, one that is in use, and one with another server's name."""
    if port["project_id"] != server.project_id:
        raise PortNotUsable(port_id=port["id"], server_id=server.uuid)
    if port.get("device_id"):
        raise PortInUse(port_id=port["id"])
    name = port.get("dns_name")
    if name and name != server.hostname:
        raise PortNotUsableDns(
            port_id=port["id"], server_id=server.uuid, value=name, hostname=server.hostname
        )


def name_of(acting: RequestContext, hostname: str) -> dict[str, str]:
    """The name of a port, where Network gives names to ports."""
    has_names = network().has_extension(acting, "dns-integration")
    return {"dns_name": hostname} if has_names else {}
