"""Figures of a running guest, asked of its host at once."""

from dataclasses import asdict
from typing import Any

from compute.domain import lifecycle
from compute.domain.errors import WrongState
from compute.domain.states import PowerState
from compute.models import Server
from compute.virt import registry
from middleware.context import RequestContext

_WORDS = {
    PowerState.NOSTATE: "pending",
    PowerState.RUNNING: "running",
    PowerState.PAUSED: "paused",
    PowerState.SHUTDOWN: "shutdown",
    PowerState.CRASHED: "crashed",
    PowerState.SUSPENDED: "suspended",
}


def of(context: RequestContext, server: Server) -> dict[str, Any]:
    """What the hypervisor counts of the guest, which has to be running."""
    row = lifecycle.permit(context, server, "get_diagnostics")
    driver = registry.driver(str(server.host))
    state = driver.power_state(server)
    if state != PowerState.RUNNING:
        raise WrongState(
            action=row.says, server_id=server.uuid, attribute="power state", state=_WORDS[state]
        )
    return asdict(driver.diagnostics(server))
