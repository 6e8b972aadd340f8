"""Addresses of a server.  /servers/{server_id}/ips"""

from typing import Any

from compute.api.servers.lookup import OfServer
from compute.api.servers.schemas import SHOW
from compute.domain.errors import NotFound
from compute.models import Server
from versioned.operation import operation

RULE = "os_compute_api:ips"


class NoSuchNetwork(NotFound):
    message = "Instance is not a member of specified network"


def _plain(server: Server) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [{"version": found["version"], "addr": found["addr"]} for found in addresses]
        for name, addresses in server.addresses.items()
    }


class ServerIpsViewSet(OfServer):
    @operation(policy=f"{RULE}:index", target="found", query=SHOW)
    def list(self, request: Any, server_id: str) -> Any:
        return {"addresses": _plain(self.found(server_id))}

    @operation(policy=f"{RULE}:show", target="found", query=SHOW)
    def retrieve(self, request: Any, server_id: str, network: str) -> Any:
        addresses = _plain(self.found(server_id))
        if network not in addresses:
            raise NoSuchNetwork
        return {network: addresses[network]}
