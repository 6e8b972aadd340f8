"""Changing the administrator's password in a server.  /servers/{id}/action"""

from typing import Any

from compute.api import types
from compute.api.servers.actions.base import ServerActions, lock_is_a_wrong_state
from compute.domain import passwords
from versioned.operation import operation

CHANGE: types.Type = types.closed(
    {"changePassword": types.closed({"adminPass": types.string}, ["adminPass"])},
    ["changePassword"],
)


class Password(ServerActions):
    actions = {"changePassword": "change_password"}

    @operation(policy="os_compute_api:os-admin-password", target="found", body=CHANGE, status=202)
    def change_password(self, request: Any, server_id: str, changePassword: dict[str, str]) -> None:
        server = self.found(server_id)
        with lock_is_a_wrong_state(server, "changePassword"):
            passwords.change(request.context, server, changePassword["adminPass"])
