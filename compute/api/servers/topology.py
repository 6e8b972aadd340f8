"""A server's NUMA topology, from 2.78.  /servers/{server_id}/topology"""

from typing import Any

from compute.api import policy
from compute.api.servers.lookup import OfServer
from compute.api.servers.schemas import SHOW
from compute.domain import topology
from compute.domain.hardware.cells import GuestCell
from versioned.operation import operation

HOST = "compute:server:topology:host:index"


class ServerTopologyViewSet(OfServer):
    @operation(policy="compute:server:topology:index", target="found", query=SHOW, since="2.78")
    def list(self, request: Any, server_id: str) -> Any:
        server = self.found(server_id)
        found = topology.of_server(server)
        if found is None:
            return {"nodes": [], "pagesize_kb": None}
        sees_host = policy.allows(request.context, HOST, server.target)
        sizes = [cell.pagesize for cell in found.cells if cell.pagesize]
        return {
            "nodes": [_node(cell, sees_host) for cell in found.cells],
            "pagesize_kb": sizes[-1] if sizes else None,
        }


def _node(cell: GuestCell, sees_host: bool) -> dict[str, Any]:
    node: dict[str, Any] = {
        "vcpu_set": sorted(cell.cpuset | cell.pcpuset),
        # Nova: no driver says any more which of a guest's processors are threads of one core.
        "siblings": [],
        "memory_mb": cell.memory_mb,
    }
    if sees_host:
        node["host_node"] = cell.id
        node["cpu_pinning"] = {str(cpu): host for cpu, host in sorted(cell.pinning.items())}
    return node
