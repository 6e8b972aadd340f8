"""What a port needs that is plugged into a server which is there: claimed, and given back."""

from typing import Any

from compute.clients.errors import ClaimConflict
from compute.clients.network import network
from compute.clients.placement import placement
from compute.domain import claims, port_needs
from compute.domain import context as contexts
from compute.domain.errors import BadRequest
from compute.domain.hardware import holding
from compute.domain.port_needs import PortNeeds
from compute.models import Host, Server

Held = dict[str, dict[str, int]]


class NotAllocated(BadRequest):
    message = "Failed to allocate additional resources to {server_id} during interface attach"


class NotClaimed(BadRequest):
    message = "Failed to claim PCI device for {server_id} during interface attach"


def take(server: Server, port_id: str) -> None:
    """Claim at the server's host what the port needs; NotAllocated, or NotClaimed for a device."""
    needs = port_needs.of_ports(network().list_ports(contexts.cloud(), id=[port_id]), None)
    more = _candidate(server, needs) if needs.groups else {}
    if more:
        _change(server, more, sign=1)
    if needs.devices:
        try:
            holding.hold_more(server.uuid, str(server.host), needs.devices)
        except holding.Insufficient as exc:
            _change(server, more, sign=-1)
            raise NotClaimed(server_id=server.uuid) from exc


def give_back(server: Server, port_id: str) -> None:
    """Free what the port needed; nothing needed is no error."""
    holding.drop_port(server.uuid, port_id)
    for port in network().list_ports(contexts.cloud(), id=[port_id]):
        told = (port.get("binding:profile") or {}).get("allocation") or {}
        groups = (port.get("resource_request") or {}).get("request_groups") or ()
        less: Held = {}
        for group in groups:
            if group["id"] in told:
                _add(less, told[group["id"]], group["resources"])
        _change(server, less, sign=-1)


def _candidate(server: Server, needs: PortNeeds) -> Held:
    """What to claim of which provider of the host's tree."""
    root = Host.objects.values_list("uuid", flat=True).get(host=server.host)
    query: dict[str, Any] = {"group_policy": "none", "limit": 1}
    for name, group in needs.groups.items():
        query[f"resources{name}"] = ",".join(
            f"{key}:{amount}" for key, amount in sorted(group["resources"].items())
        )
        query[f"required{name}"] = ",".join(sorted(group["required"]))
        query[f"in_tree{name}"] = root
    if needs.subtrees:
        query["same_subtree"] = [",".join(sorted(names)) for names in needs.subtrees]
    try:
        found = placement().allocation_candidates(contexts.cloud(), query)["allocation_requests"]
    except BadRequest:
        # No provider knows such a trait: nobody can serve it.
        found = []
    if not found:
        raise NotAllocated(server_id=server.uuid)
    return {provider: row["resources"] for provider, row in found[0]["allocations"].items()}


def _change(server: Server, more: Held, *, sign: int) -> None:
    """Add to what the server holds in Placement, or take from it."""
    if not more:
        return
    cloud = contexts.cloud()
    held = placement().get_allocations(cloud, server.uuid)
    kept: Held = {provider: row["resources"] for provider, row in held["allocations"].items()}
    for provider, resources in more.items():
        _add(kept, provider, {name: sign * amount for name, amount in resources.items()})
    allocations = {
        provider: {"resources": {name: n for name, n in resources.items() if n > 0}}
        for provider, resources in kept.items()
        if any(n > 0 for n in resources.values())
    }
    try:
        claims.put(cloud, server, allocations, held.get("consumer_generation"))
    except ClaimConflict as exc:
        raise NotAllocated(server_id=server.uuid) from exc


def _add(held: Held, provider: str, resources: dict[str, int]) -> None:
    mine = held.setdefault(provider, {})
    for name, amount in resources.items():
        mine[name] = mine.get(name, 0) + amount
