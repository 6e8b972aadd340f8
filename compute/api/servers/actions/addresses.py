"""Fixed and floating addresses of a server, until 2.43.  /servers/{id}/action"""

from typing import Any

from compute.api import policy, types
from compute.api.servers.actions.base import ServerActions
from compute.domain import addressing
from versioned.operation import operation

ADD_FIXED: types.Type = types.closed(
    {
        "addFixedIp": types.closed(
            {"networkId": {"type": ["string", "number"], "minLength": 1, "maxLength": 36}},
            ["networkId"],
        )
    },
    ["addFixedIp"],
)
REMOVE_FIXED: types.Type = types.closed(
    {"removeFixedIp": types.closed({"address": types.ip_address}, ["address"])},
    ["removeFixedIp"],
)
ADD_FLOATING: types.Type = types.closed(
    {
        "addFloatingIp": types.closed(
            {"address": types.ip_address, "fixed_address": types.ip_address}, ["address"]
        )
    },
    ["addFloatingIp"],
)
REMOVE_FLOATING: types.Type = types.closed(
    {"removeFloatingIp": types.closed({"address": types.ip_address}, ["address"])},
    ["removeFloatingIp"],
)
# Nova: these answers are made by hand, and keep webob's own type.
_BY_HAND = "text/html; charset=UTF-8"
_FLOATING = "os_compute_api:os-floating-ips"


class Addresses(ServerActions):
    actions = {
        "addFixedIp": "add_fixed_ip",
        "removeFixedIp": "remove_fixed_ip",
        "addFloatingIp": "add_floating_ip",
        "removeFloatingIp": "remove_floating_ip",
    }

    @operation(
        policy="os_compute_api:os-multinic:add",
        target="found",
        body=ADD_FIXED,
        status=202,
        until="2.43",
    )
    def add_fixed_ip(self, request: Any, server_id: str, addFixedIp: dict[str, Any]) -> None:
        server = self.found(server_id)
        addressing.add_fixed(request.context, server, str(addFixedIp["networkId"]))

    @operation(
        policy="os_compute_api:os-multinic:remove",
        target="found",
        body=REMOVE_FIXED,
        status=202,
        until="2.43",
    )
    def remove_fixed_ip(self, request: Any, server_id: str, removeFixedIp: dict[str, str]) -> None:
        server = self.found(server_id)
        addressing.remove_fixed(request.context, server, removeFixedIp["address"])

    @operation(
        policy=f"{_FLOATING}:add", target="found", body=ADD_FLOATING, status=202, until="2.43"
    )
    def add_floating_ip(self, request: Any, server_id: str, addFloatingIp: dict[str, str]) -> None:
        server = self.found(server_id)
        addressing.associate_floating(
            request.context,
            server,
            addFloatingIp["address"],
            fixed_address=addFloatingIp.get("fixed_address"),
        )
        self.headers["Content-Type"] = _BY_HAND

    @operation(
        policy=f"{_FLOATING}:remove",
        target="found",
        body=REMOVE_FLOATING,
        status=202,
        until="2.43",
    )
    def remove_floating_ip(
        self, request: Any, server_id: str, removeFloatingIp: dict[str, str]
    ) -> None:
        address = removeFloatingIp["address"]
        holder = addressing.holder_of(request.context, address)
        # Nova: the rule is asked of the server that has the address, whatever the URL names.
        self.rule = None
        target = {"project_id": holder.project_id} if holder else {}
        policy.authorize(request.context, f"{_FLOATING}:remove", target)
        addressing.disassociate_floating(request.context, holder, server_id, address)
        self.headers["Content-Type"] = _BY_HAND
