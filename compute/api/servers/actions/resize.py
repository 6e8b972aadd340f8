"""Giving a server another flavor, and confirming that or going back.  /servers/{id}/action"""

from typing import Any

from compute.api import policy
from compute.api.servers import schemas
from compute.api.servers.actions.base import ServerActions
from compute.domain import resizing
from versioned.operation import operation

ZERO_DISK = "os_compute_api:servers:create:zero_disk_flavor"


class Resize(ServerActions):
    actions = {
        "resize": "resize",
        "confirmResize": "confirm_resize",
        "revertResize": "revert_resize",
    }

    @operation(
        policy="os_compute_api:servers:resize", target="found", body=schemas.RESIZE, status=202
    )
    def resize(self, request: Any, server_id: str, resize: dict[str, Any]) -> None:
        resizing.resize(
            request.context,
            self.found(server_id),
            flavor_id=str(resize["flavorRef"]),
            disk_config=resize.get("OS-DCF:diskConfig"),
            may_have_no_disk=policy.allows(request.context, ZERO_DISK),
        )

    @operation(
        policy="os_compute_api:servers:confirm_resize",
        target="found",
        body=schemas.bare("confirmResize"),
        status=204,
    )
    def confirm_resize(self, request: Any, server_id: str, confirmResize: Any) -> None:
        resizing.confirm(request.context, self.found(server_id))

    @operation(
        policy="os_compute_api:servers:revert_resize",
        target="found",
        body=schemas.bare("revertResize"),
        status=202,
    )
    def revert_resize(self, request: Any, server_id: str, revertResize: Any) -> None:
        resizing.revert(request.context, self.found(server_id))
