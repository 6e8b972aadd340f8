"""PCI devices that flavors and ports ask for: aliases of settings, and what is wanted of them.

PCI_ALIAS and PCI_DEVICE_SPEC are lists of what Nova's [pci] options of those names hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from compute.domain.errors import BadRequest, Forbidden, Unexpected
from compute.domain.hardware.wishes import Wish

LEGACY, REQUIRED, PREFERRED, SOCKET = "legacy", "required", "preferred", "socket"
AFFINITIES = (REQUIRED, PREFERRED, LEGACY, SOCKET)
PF, VF, STANDARD, VDPA = "type-PF", "type-VF", "type-PCI", "vdpa"
# What of an alias is no property of a device.
_OWN = ("name", "numa_policy", "device_type", "capability_type")
# A port's kind -> the kind of device that it is; others are virtual functions.
_DEVICES_OF_PORTS = {"direct-physical": PF, "vdpa": VDPA}
_REMOTE_MANAGED = "remote-managed"
PORT_KINDS = frozenset(
    {"direct", "macvtap", "direct-physical", "vdpa", "virtio-forwarder", _REMOTE_MANAGED}
)
# Kinds that a service for accelerators would have to know of.
ACCELERATED = frozenset({"accelerator-direct", "accelerator-direct-physical"})


class AliasUndefined(BadRequest):
    message = "PCI alias {alias} is not defined"


class InvalidAlias(BadRequest):
    message = "Invalid PCI alias definition: {reason}"


class AffinityConflict(Forbidden):
    message = (
        "Image property 'hw_pci_numa_affinity_policy' is not permitted to override the "
        "'hw:pci_numa_affinity_policy' flavor extra spec."
    )


class InvalidAffinity(Unexpected):
    def __init__(self) -> None:
        super().__init__(kind="nova.exception.InvalidPCINUMAAffinity")


@dataclass(frozen=True, slots=True)
class Need:
    """So many devices that are like one of the specs, so near to the guest's cells."""

    count: int
    specs: tuple[Mapping[str, Any], ...]
    affinity: str = LEGACY
    alias: str | None = None
    # The port that it is for.
    port_id: str | None = None

    @property
    def can_migrate(self) -> bool:
        """Whether every device that would do may be moved while its guest runs."""
        return all(str(spec.get("live_migratable")).lower() == "true" for spec in self.specs)


def affinity(wish: Wish) -> str | None:
    """What flavor or image say of the distance between devices and memory."""
    of_flavor, of_image = wish.both("pci_numa_affinity_policy")
    if of_flavor and of_image and of_flavor != of_image:
        raise AffinityConflict
    chosen = of_flavor or of_image
    if chosen and chosen not in AFFINITIES:
        raise InvalidAffinity
    return chosen


def aliases() -> dict[str, tuple[str, tuple[dict[str, Any], ...]]]:
    """Name -> affinity and specs, as PCI_ALIAS has them; InvalidAlias when they contradict."""
    found: dict[str, tuple[str, tuple[dict[str, Any], ...]]] = {}
    for row in getattr(settings, "PCI_ALIAS", ()):
        spec = {key: value for key, value in row.items() if key not in _OWN}
        if "device_type" in row:
            spec["dev_type"] = row["device_type"]
        name, near = row["name"].strip(), row.get("numa_policy") or LEGACY
        known_near, known = found.get(name, (near, ()))
        if known_near != near:
            raise InvalidAlias(reason=f"NUMA policy mismatch for alias '{name}'")
        if known and known[0].get("dev_type") != spec.get("dev_type"):
            raise InvalidAlias(reason=f"Device type mismatch for alias '{name}'")
        found[name] = (near, (*known, spec))
    nameless = sorted(
        name
        for name, (_, specs) in found.items()
        if any("vendor_id" not in spec or "product_id" not in spec for spec in specs)
    )
    if nameless:
        raise InvalidAlias(
            f"The PCI alias(es) {','.join(nameless)} does not have vendor_id and product_id "
            "fields set."
        )
    return found


def wanted(wish: Wish) -> list[Need]:
    """What `pci_passthrough:alias` asks for; AliasUndefined."""
    asked = wish.specs.get("pci_passthrough:alias")
    if asked is None:
        return []
    near, known = affinity(wish), aliases()
    needs = []
    for part in str(asked).split(","):
        name, count = part.split(":")
        name = name.strip()
        if name not in known:
            raise AliasUndefined(alias=name)
        default, specs = known[name]
        needs.append(Need(int(count), specs, near or default, alias=name))
    return needs


def of_port(port_id: str, kind: str, physical_network: str | None, near: str | None) -> Need:
    """The device that a port of that kind is, on its physical network."""
    spec: dict[str, Any] = {"physical_network": physical_network}
    if kind in _DEVICES_OF_PORTS:
        spec["dev_type"] = _DEVICES_OF_PORTS[kind]
    if kind == _REMOTE_MANAGED:
        spec["remote_managed"] = "True"
    return Need(1, (spec,), near or LEGACY, port_id=port_id)
