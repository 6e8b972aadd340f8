"""Security groups of a server's ports.  /servers/{server_id}/os-security-groups"""

from typing import Any

from compute.api.proxies import group_shapes
from compute.api.servers.lookup import OfServer
from compute.api.servers.schemas import SHOW
from compute.clients.network import network
from versioned.operation import operation


class ServerSecurityGroupsViewSet(OfServer):
    @operation(policy="os_compute_api:os-security-groups:list", target="found", query=SHOW)
    def list(self, request: Any, server_id: str) -> Any:
        server = self.found(server_id)
        ports = network().list_ports(
            request.context, device_id=server.uuid, fields=["security_groups", "device_id"]
        )
        ids = [group_id for port in ports for group_id in port["security_groups"]]
        groups = {
            group["id"]: group
            for group in (
                network().security_groups(request.context, id=sorted(set(ids))) if ids else ()
            )
        }
        # Nova: a group is shown once for every port that has it.
        rows = [groups[group_id] for group_id in ids if group_id in groups]
        shown = group_shapes.shown(request.context, rows, self.ask)
        return {"security_groups": sorted(shown, key=lambda row: (row["tenant_id"], row["name"]))}
