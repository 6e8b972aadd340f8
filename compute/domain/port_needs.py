"""What a server's ports need of its host: bandwidth of Placement, devices of the host itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from compute.clients.network import network
from compute.clients.placement import placement
from compute.domain import context as contexts
from compute.domain.hardware import pci
from compute.domain.hardware.pci import Need
from compute.models import Claim, Server

Port = Mapping[str, Any]


@dataclass(slots=True)
class PortNeeds:
    """Groups of amounts and traits by their names, which of them belong together, and devices."""

    groups: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    subtrees: list[list[str]] = field(default_factory=list)
    devices: list[Need] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.groups or self.devices)


def of_server(server: Server, near: str | None) -> PortNeeds:
    """The needs of the ports that it has, or of those that it has ordered by name.

    `near`: how near to the guest's memory a port's device has to be, if the port does not say.
    """
    return of_ports(_special(server), near)


def of_ports(ports: Iterable[Port], near: str | None) -> PortNeeds:
    """The needs of these ports together."""
    found = PortNeeds()
    for port in ports:
        request = port.get("resource_request") or {}
        for group in request.get("request_groups") or ():
            found.groups[group["id"]] = group
        if request.get("same_subtree"):
            found.subtrees.append(list(request["same_subtree"]))
        kind = port.get("binding:vnic_type", "normal")
        if kind in pci.PORT_KINDS:
            chosen = port.get("numa_affinity_policy") or near
            found.devices.append(
                pci.of_port(port["id"], kind, _physical_network(port["network_id"]), chosen)
            )
    return found


def _special(server: Server) -> Iterable[Port]:
    """Ports that may need something; what Nova makes itself for a network never does."""
    asked = server.requested_networks
    if server.interfaces:
        ids = [each["port_id"] for each in server.interfaces if is_special(each)]
    elif isinstance(asked, list):
        ids = [item["port"] for item in asked if item.get("port")]
    else:
        ids = []
    return network().list_ports(contexts.cloud(), id=ids) if ids else ()


def is_special(interface: Mapping[str, Any]) -> bool:
    """Whether the port may need something of its host, by what the server keeps of it."""
    return bool(interface.get("has_request")) or interface.get("vnic_type") in pci.PORT_KINDS


def _physical_network(network_id: str) -> str | None:
    rows = network().networks(contexts.cloud(), id=[network_id])
    return rows[0].get("provider:physical_network") if rows else None


def profile(server_uuid: str, port: Port) -> dict[str, Any] | None:
    """What the port's binding should say of its provider and device; None when it does already."""
    said = {
        key: value for key, value in (port.get("binding:profile") or {}).items() if key not in _OURS
    }
    said |= _allocation(server_uuid, port) | _slot(server_uuid, port)
    return said if said != (port.get("binding:profile") or {}) else None


# What Nova writes into a binding's profile.
_OURS = ("allocation", "pci_slot", "pci_vendor_info", "physical_network")


def _allocation(server_uuid: str, port: Port) -> dict[str, Any]:
    groups = (port.get("resource_request") or {}).get("request_groups") or ()
    if not groups:
        return {}
    held = placement().get_allocations(contexts.cloud(), server_uuid)["allocations"]
    found = {}
    for group in groups:
        for provider, row in held.items():
            if set(group["resources"]) <= set(row["resources"]):
                found[group["id"]] = provider
                break
    return {"allocation": found} if found else {}


def _slot(server_uuid: str, port: Port) -> dict[str, Any]:
    if port.get("binding:vnic_type") not in pci.PORT_KINDS:
        return {}
    claim = Claim.objects.filter(consumer=server_uuid).first()
    for device in claim.devices if claim is not None else ():
        if device.get("port_id") == port["id"]:
            return {
                "pci_slot": device["address"],
                "pci_vendor_info": f"{device['vendor_id']}:{device['product_id']}",
                "physical_network": device.get("physical_network"),
            }
    return {}
