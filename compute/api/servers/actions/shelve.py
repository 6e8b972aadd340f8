"""Shelving: a server gives its host up and comes back later.  /servers/{id}/action"""

from typing import Any

from compute.api import policy, types
from compute.api.servers import schemas
from compute.api.servers.actions.base import ServerActions
from compute.domain import shelving
from compute.models import Server
from versioned.operation import operation
from versioned.versions import changing

UNSHELVE: types.Type = types.closed(
    {
        "unshelve": changing(
            {
                "2.0": types.anything,
                "2.77": {
                    "type": ["object", "null"],
                    "properties": {"availability_zone": types.name},
                    "required": ["availability_zone"],
                    "additionalProperties": False,
                },
                "2.91": {
                    "type": ["object", "null"],
                    "properties": {
                        "availability_zone": {"type": ["string", "null"]},
                        "host": types.string,
                    },
                    "additionalProperties": False,
                },
            }
        )
    },
    ["unshelve"],
)


class Shelve(ServerActions):
    actions = {"shelve": "shelve", "shelveOffload": "shelve_offload", "unshelve": "unshelve"}

    @operation(
        policy="os_compute_api:os-shelve:shelve",
        target="found",
        body=schemas.bare("shelve"),
        status=202,
    )
    def shelve(self, request: Any, server_id: str, shelve: Any) -> None:
        shelving.shelve(request.context, self.found(server_id))

    @operation(
        policy="os_compute_api:os-shelve:shelve_offload",
        target="found",
        body=schemas.bare("shelveOffload"),
        status=202,
    )
    def shelve_offload(self, request: Any, server_id: str, shelveOffload: Any) -> None:
        shelving.offload(request.context, self.found(server_id))

    @operation(
        policy="os_compute_api:os-shelve:unshelve", target="found", body=UNSHELVE, status=202
    )
    def unshelve(self, request: Any, server_id: str, unshelve: Any) -> None:
        server = self.found(server_id)
        where: dict[str, Any] = {}
        if unshelve and request.version >= (2, 77) and "availability_zone" in unshelve:
            where["zone"] = unshelve["availability_zone"]
        if unshelve and request.version >= (2, 91) and unshelve.get("host"):
            where["host"] = unshelve["host"]
        shelving.unshelve(
            request.context, server, may_name_host=lambda: self._ask_for_host(server), **where
        )

    def _ask_for_host(self, server: Server) -> None:
        policy.authorize(self.context, "os_compute_api:os-shelve:unshelve_to_host", server.target)
