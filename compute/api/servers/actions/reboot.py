"""Reboot, soft or hard.  /servers/{id}/action"""

from typing import Any

from compute.api.servers import schemas
from compute.api.servers.actions.base import ServerActions
from compute.domain import lifecycle
from versioned.operation import operation


class Reboot(ServerActions):
    actions = {"reboot": "reboot"}

    @operation(
        policy="os_compute_api:servers:reboot", target="found", body=schemas.REBOOT, status=202
    )
    def reboot(self, request: Any, server_id: str, reboot: dict[str, str]) -> None:
        kind = reboot["type"].lower()
        lifecycle.begin(request.context, self.found(server_id), f"{kind} reboot")
