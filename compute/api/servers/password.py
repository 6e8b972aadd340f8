"""The password that the guest made and encrypted.  /servers/{server_id}/os-server-password"""

from typing import Any

from compute.api.servers.lookup import OfServer
from compute.api.servers.schemas import SHOW
from compute.domain import guest_password
from versioned.operation import operation

RULE = "os_compute_api:os-server-password"


class ServerPasswordViewSet(OfServer):
    @operation(policy=f"{RULE}:show", target="found", query=SHOW)
    def list(self, request: Any, server_id: str) -> Any:
        return {"password": self.found(server_id).encrypted_password}

    @operation(policy=f"{RULE}:clear", target="found", status=204)
    def clear(self, request: Any, server_id: str) -> None:
        guest_password.clear(self.found(server_id))
