"""Security groups of a server: every port of it goes in, or out."""

from typing import Any

from compute.clients.network import network, quoted
from compute.domain import addressing
from compute.domain.errors import BadRequest, Conflict, NotFound
from compute.models import Server
from middleware.context import RequestContext

Port = dict[str, Any]


class CannotBeApplied(BadRequest):
    message = (
        "Network requires port_security_enabled and subnet associated in order to apply "
        "security groups."
    )


def add(context: RequestContext, server: Server, name: str) -> None:
    """Put all ports of the server into the group."""
    group_id, ports = _find(context, name), _ports(context, server)
    for port in ports:
        if not _takes_groups(port):
            raise CannotBeApplied
        groups = [*(port.get("security_groups") or []), group_id]
        # Nova: a group that the port is in already is for Network to refuse.
        try:
            network().update_port(context, port["id"], security_groups=groups)
        except (BadRequest, Conflict) as refused:
            raise type(refused)(quoted(context, refused.text)) from refused
    addressing.refresh(context, server)


def remove(context: RequestContext, server: Server, name: str) -> None:
    """Take all ports of the server out of the group."""
    group_id, found = _find(context, name), False
    for port in _ports(context, server):
        groups = list(port.get("security_groups") or [])
        if group_id not in groups:
            continue
        groups.remove(group_id)
        network().update_port(context, port["id"], security_groups=groups)
        found = True
    if not found:
        raise NotFound(f"Security group {name} not associated with the instance {server.uuid}")
    addressing.refresh(context, server)


def _find(context: RequestContext, name: str) -> str:
    """The group's id, looked up by that or by its name in the caller's project."""
    groups = network().security_groups(context, id=name)
    if not groups:
        groups = network().security_groups(context, name=name, project_id=context.project_id)
    if not groups:
        raise NotFound(f"Security group {name} is not found for project {context.project_id}")
    if len(groups) > 1:
        raise Conflict(
            f"Multiple security_group matches found for name '{name}', "
            "use an ID to be more specific."
        )
    return str(groups[0]["id"])


def _ports(context: RequestContext, server: Server) -> list[Port]:
    ports = network().list_ports(context, device_id=server.uuid)
    if not ports:
        raise NotFound(f"instance_id {server.uuid} could not be found as device id on any ports")
    return ports


def _takes_groups(port: Port) -> bool:
    if port.get("fixed_ips") or port.get("ip_allocation") == "deferred":
        return bool(port.get("port_security_enabled", True))
    return False
