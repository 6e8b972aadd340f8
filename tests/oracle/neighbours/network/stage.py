"""Empties our Network of what the demo cloud's seed made, as the real one begins with nothing."""

from typing import Any

from tests.oracle.sides import Side
from tests.oracle.stage import Stage

_NOUNS = ("routers", "ports", "networks", "subnetpools")


def prepare(_: Side, side: Side) -> None:
    """Delete the routers, networks and pools of the side; its agents stay."""
    stage = Stage(side)

    def found(noun: str, query: str = "") -> Any:
        return stage.ask("GET", f"/network/v2.0/{noun}{query}")[noun]

    for floating_ip in found("floatingips"):
        stage.ask("DELETE", f"/network/v2.0/floatingips/{floating_ip['id']}")
    for router in found("routers"):
        path = f"/network/v2.0/routers/{router['id']}"
        for port in found("ports", f"?device_id={router['id']}"):
            if port["device_owner"] == "network:router_interface":
                stage.ask("PUT", f"{path}/remove_router_interface", {"port_id": port["id"]})
    for noun in _NOUNS:
        for thing in found(noun):
            if not str(thing.get("device_owner", "")).startswith("network:"):
                stage.ask("DELETE", f"/network/v2.0/{noun}/{thing['id']}")
