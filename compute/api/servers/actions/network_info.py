"""Network details written into the guest, as older guests wanted.  /servers/{id}/action"""

from typing import Any

from compute.api.faults import ResourceGone
from compute.api.servers import schemas
from compute.api.servers.actions.base import ServerActions
from compute.domain import addressing
from versioned.operation import operation


class NetworkInfo(ServerActions):
    actions = {"injectNetworkInfo": "inject_network_info", "resetNetwork": "gone"}

    @operation(
        policy="os_compute_api:os-admin-actions:inject_network_info",
        target="found",
        body=schemas.bare("injectNetworkInfo"),
        status=202,
    )
    def inject_network_info(self, request: Any, server_id: str, injectNetworkInfo: Any) -> None:
        addressing.inject(request.context, self.found(server_id))

    @operation()
    def gone(self, request: Any, server_id: str) -> None:
        raise ResourceGone
