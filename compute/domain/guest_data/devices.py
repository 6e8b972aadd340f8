"""The tagged devices of a guest, as meta_data.json lists them from 2016-06-30 on.

A simulated guest has the hardware that Nova's libvirt driver would give it: virtio devices on the
PCI bus, interfaces first.
"""

from collections.abc import Iterator
from typing import Any

from compute.domain.guest_data.facts import Facts

_FIRST_SLOT = 3
# disk_bus: (the bus as it is shown, the form of an address on it)
_BUSES = {
    "scsi": ("scsi", "0:0:0:{}"),
    "ide": ("ide", "0:{}"),
    "sata": ("none", "none"),
    "usb": ("usb", "none"),
}


def devices(facts: Facts, *, with_vlan: bool, with_trust: bool) -> list[dict[str, Any]]:
    """Interfaces with a tag or a VLAN, and disks with a tag."""
    return [*_interfaces(facts, with_vlan, with_trust), *_disks(facts)]


def _interfaces(facts: Facts, with_vlan: bool, with_trust: bool) -> Iterator[dict[str, Any]]:
    for slot, link in enumerate(facts.links, start=_FIRST_SLOT):
        if not link.tag and not link.vlan:
            continue
        shown: dict[str, Any] = {}
        if with_vlan and link.vlan:
            shown["vlan"] = link.vlan
        if with_trust:
            shown["vf_trusted"] = link.is_trusted
        if link.tag or shown:
            shown |= {
                "type": "nic",
                "mac": link.mac_address,
                "bus": "pci",
                "address": f"0000:00:{slot:02x}.0",
            }
            yield shown | ({"tags": [link.tag]} if link.tag else {})


def _disks(facts: Facts) -> Iterator[dict[str, Any]]:
    slot, elsewhere = _FIRST_SLOT + len(facts.links), 0
    for disk in facts.disks:
        if disk.disk_bus in _BUSES:
            bus, address = _BUSES[disk.disk_bus]
            address = address.format(elsewhere)
            elsewhere += 1
        else:
            bus, address = "pci", f"0000:00:{slot:02x}.0"
            slot += 1
        if disk.tag:
            yield {
                "type": "disk",
                "serial": disk.volume_id,
                "bus": bus,
                "address": address,
                "tags": [disk.tag],
            }
