"""Deleting a server for good, and taking a soft deletion back.  /servers/{id}/action"""

from typing import Any

from compute.api.servers import schemas
from compute.api.servers.actions.base import ServerActions, lock_is_a_wrong_state
from compute.domain import deleting
from versioned.operation import operation


class DeferredDelete(ServerActions):
    actions = {"forceDelete": "force_delete", "restore": "restore"}

    @operation(
        policy="os_compute_api:os-deferred-delete:force",
        target="found",
        body=schemas.bare("forceDelete"),
        status=202,
    )
    def force_delete(self, request: Any, server_id: str, forceDelete: Any) -> None:
        deleting.force_delete(request.context, self.found(server_id))

    @operation(
        policy="os_compute_api:os-deferred-delete:restore",
        target="found",
        body=schemas.bare("restore"),
        status=202,
    )
    def restore(self, request: Any, server_id: str, restore: Any) -> None:
        server = self.found(server_id)
        with lock_is_a_wrong_state(server, "restore"):
            deleting.restore(request.context, server)
