"""Locking a server against changes, and unlocking it.  /servers/{id}/action"""

from typing import Any

from compute.api import policy, types
from compute.api.servers import schemas
from compute.api.servers.actions.base import ServerActions
from compute.domain import locking
from versioned.operation import operation
from versioned.versions import changing

LOCK: types.Type = types.closed(
    {
        "lock": changing(
            {
                "2.0": types.anything,
                "2.73": {
                    "type": ["object", "null"],
                    "properties": {"locked_reason": types.text(1, 255)},
                    "additionalProperties": False,
                },
            }
        )
    },
    ["lock"],
)


class Lock(ServerActions):
    actions = {"lock": "lock", "unlock": "unlock"}

    @operation(policy="os_compute_api:os-lock-server:lock", target="found", body=LOCK, status=202)
    def lock(self, request: Any, server_id: str, lock: Any) -> None:
        server = self.found(server_id)
        reason = lock.get("locked_reason") if request.version >= (2, 73) and lock else None
        locking.lock(request.context, server, reason=reason)

    @operation(
        policy="os_compute_api:os-lock-server:unlock",
        target="found",
        body=schemas.bare("unlock"),
        status=202,
    )
    def unlock(self, request: Any, server_id: str, unlock: Any) -> None:
        server = self.found(server_id)
        if not locking.is_locked_by_own_kind(request.context, server):
            policy.authorize(
                request.context,
                "os_compute_api:os-lock-server:unlock:unlock_override",
                server.target,
            )
        locking.unlock(request.context, server)
