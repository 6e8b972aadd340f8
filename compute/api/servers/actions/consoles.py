"""Opening a console of a server, as it was done until 2.5.  /servers/{id}/action"""

from typing import Any

from compute.api import types
from compute.api.links import host_of
from compute.api.servers import lookup
from compute.api.servers.actions.base import ServerActions
from compute.domain import consoles
from compute.domain.errors import BadRequest
from versioned.operation import Operation, operation

_RULE = "os_compute_api:os-remote-consoles"


def _body(name: str, *kinds: str) -> types.Type:
    return types.closed({name: types.closed({"type": types.one_of(*kinds)}, ["type"])}, [name])


def _getter(name: str, protocol: str, method: str, *kinds: str) -> Operation:
    def open_console(view: ServerActions, request: Any, server_id: str, **body: Any) -> Any:
        # Nova: the rule is asked of the caller's own project, and before the server is looked up.
        view.authorize()
        (asked,) = body.values()
        server = lookup.find(request.context, server_id)
        base = host_of(request._request)
        url = consoles.open_console(
            request.context, server, protocol, asked["type"], root=base, is_older=True
        )
        return {"console": {"type": asked["type"], "url": url}}

    open_console.__name__ = method
    return operation(policy=_RULE, target="found", body=_body(name, *kinds), until="2.5")(
        open_console
    )


class Consoles(ServerActions):
    actions = {
        "os-getVNCConsole": "vnc_console",
        "os-getSPICEConsole": "spice_console",
        "os-getRDPConsole": "rdp_console",
        "os-getSerialConsole": "serial_console",
    }
    vnc_console = _getter("os-getVNCConsole", "vnc", "vnc_console", "novnc", "xvpvnc")
    spice_console = _getter("os-getSPICEConsole", "spice", "spice_console", "spice-html5")
    serial_console = _getter("os-getSerialConsole", "serial", "serial_console", "serial")

    # Nova: RDP went with the only driver that had it, and leaves a 400 without a reason.
    @operation(until="2.5")
    def rdp_console(self, request: Any, server_id: str) -> None:
        raise BadRequest(consoles.MALFORMED)
