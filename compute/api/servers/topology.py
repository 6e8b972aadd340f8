"""A server's NUMA topology, from 2.78.  /servers/{server_id}/topology"""

from typing import Any

from compute.api.servers.lookup import OfServer
from compute.api.servers.schemas import SHOW
from versioned.operation import operation


class ServerTopologyViewSet(OfServer):
    @operation(policy="compute:server:topology:index", target="found", query=SHOW, since="2.78")
    def list(self, request: Any, server_id: str) -> Any:
        self.found(server_id)
        # Nova: a host without NUMA nodes of its own drops what a flavor asks for.
        return {"nodes": [], "pagesize_kb": None}
