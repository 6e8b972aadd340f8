"""Shared file systems of a server, from 2.97.  /servers/{server_id}/shares"""

from typing import Any

from compute.api import types
from compute.api.servers.lookup import OfServer, find, find_anybodys
from compute.domain import shares
from compute.domain.errors import Unexpected
from compute.models import Server
from versioned.operation import operation
from versioned.schema import body

RULE = "os_compute_api:os-server-shares"
NO_QUERY = types.closed({})
CREATE = body(
    "share",
    {"share_id": types.uuid, "tag": types.pattern("^[a-zA-Z0-9-]*$", 1, 255)},
    ["share_id"],
)


class ServerSharesViewSet(OfServer):
    """No cloud here has shares, so no server ever has one; Nova says so in these words."""

    def found(self, server_id: str, *, with_deleted: bool = False) -> Server:
        # Nova: the rule is asked of whoever's server it is, before anybody looks whether it shows.
        self.authorize({"project_id": find_anybodys(server_id).project_id})
        return find(self.context, server_id)

    @operation(policy=f"{RULE}:index", target="found", query=NO_QUERY, since="2.97")
    def list(self, request: Any, server_id: str) -> Any:
        self.found(server_id)
        return {"shares": []}

    @operation(policy=f"{RULE}:show", target="found", query=NO_QUERY, since="2.97")
    def retrieve(self, request: Any, server_id: str, share_id: str) -> Any:
        self.found(server_id)
        raise shares.ShareNotFound(share_id=share_id)

    @operation(policy=f"{RULE}:create", target="found", body=CREATE, status=201, since="2.97")
    def create(self, request: Any, server_id: str, share: dict[str, str]) -> Any:
        shares.check_attachable(self.found(server_id))
        # Nova: that it was told of no Manila is nothing it foresees.
        raise Unexpected(kind="keystoneauth1.exceptions.auth_plugins.MissingRequiredOptions")

    @operation(policy=f"{RULE}:delete", target="found", since="2.97")
    def destroy(self, request: Any, server_id: str, share_id: str) -> Any:
        shares.check_detachable(self.found(server_id))
        raise shares.ShareNotFound(share_id=share_id)
