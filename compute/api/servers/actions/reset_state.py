"""Setting a server's state by hand.  /servers/{id}/action"""

from typing import Any

from compute.api import types
from compute.api.servers.actions.base import ServerActions
from compute.domain import resetting
from versioned.operation import operation

RESET: types.Type = types.closed(
    {"os-resetState": types.closed({"state": types.one_of("active", "error")}, ["state"])},
    ["os-resetState"],
)


class ResetState(ServerActions):
    actions = {"os-resetState": "reset_state"}

    @operation(
        policy="os_compute_api:os-admin-actions:reset_state",
        target="found",
        body=RESET,
        status=202,
    )
    def reset_state(self, request: Any, server_id: str, os_resetState: dict[str, str]) -> None:
        resetting.reset(request.context, self.found(server_id), os_resetState["state"])
