"""Consoles of a server, opened for a while.  /servers/{id}/remote-consoles"""

from typing import Any

from compute.api import types
from compute.api.base import ComputeViewSet
from compute.api.links import host_of
from compute.api.servers import lookup
from compute.domain import consoles
from compute.domain.errors import BadRequest
from versioned.operation import operation
from versioned.versions import changing

_PROTOCOLS = ("vnc", "spice", "serial", "rdp")
_KINDS = ("novnc", "xvpvnc", "spice-html5", "serial", "rdp-html5")

CREATE: types.Type = types.closed(
    {
        "remote_console": types.closed(
            {
                "protocol": changing(
                    {
                        "2.0": types.one_of(*_PROTOCOLS),
                        "2.8": types.one_of(*_PROTOCOLS, "mks"),
                    }
                ),
                "type": changing(
                    {
                        "2.0": types.one_of(*_KINDS),
                        "2.8": types.one_of(*_KINDS, "webmks"),
                        "2.99": types.one_of(*_KINDS, "webmks", "spice-direct"),
                    }
                ),
            },
            ["protocol", "type"],
        )
    },
    ["remote_console"],
)


class RemoteConsolesViewSet(ComputeViewSet):
    @operation(policy="os_compute_api:os-remote-consoles", target="found", body=CREATE, since="2.6")
    def create(self, request: Any, server_id: str, remote_console: dict[str, str]) -> Any:
        server = lookup.find(request.context, server_id)
        self.authorize(server.target)
        protocol, kind = remote_console["protocol"], remote_console["type"]
        if protocol == "rdp":
            # Nova: RDP went with the only driver that had it, and the reason gets lost.
            raise BadRequest(consoles.MALFORMED)
        root = host_of(request._request)
        url = consoles.open_console(request.context, server, protocol, kind, root=root)
        return {"remote_console": {"protocol": protocol, "type": kind, "url": url}}
