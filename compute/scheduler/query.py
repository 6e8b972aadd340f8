"""What Placement is asked for: amounts and traits, in groups, from flavor, image and ports.

A group without a name may come from the whole tree of a host's providers; every other one comes
from a single provider.
"""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import os_resource_classes
from django.conf import settings

from compute.domain.hardware import encryption, pci, policies
from compute.domain.hardware.cells import DEDICATED, ISOLATE, MIXED, REQUIRE
from compute.domain.hardware.wishes import Wish, as_bool
from compute.domain.services import DISABLED_TRAIT

_KEY = re.compile(r"(resources|trait)([a-zA-Z0-9_-]{1,64})?:(.*)")
_CLASSES = frozenset(os_resource_classes.STANDARDS)
_THREADS = {ISOLATE: "forbidden", REQUIRE: "required"}
_TPM_MODELS = {"tpm-tis": "COMPUTE_SECURITY_TPM_TIS", "tpm-crb": "COMPUTE_SECURITY_TPM_CRB"}
_TPM_VERSIONS = {"1.2": "COMPUTE_SECURITY_TPM_1_2", "2.0": "COMPUTE_SECURITY_TPM_2_0"}
_ADDRESSES = {
    "passthrough": "COMPUTE_ADDRESS_SPACE_PASSTHROUGH",
    "emulate": "COMPUTE_ADDRESS_SPACE_EMULATED",
}


@dataclass(slots=True)
class Group:
    """Amounts and traits that one provider has, or for the nameless group one tree."""

    resources: dict[str, int] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    forbidden: set[str] = field(default_factory=set)

    def add(self, name: str, amount: Any) -> None:
        """Nova: what is no resource class or no amount is passed over."""
        known = name.startswith("CUSTOM_") or name in _CLASSES
        if known and str(amount).strip().isdigit():
            self.resources[name] = int(amount)

    def mark(self, trait: str, how: Any) -> None:
        if how == "required":
            self.required.add(trait)
        elif how == "forbidden":
            self.forbidden.add(trait)


@dataclass(slots=True)
class Amounts:
    """What of a server's size is claimed unless its flavor names other amounts."""

    vcpus: int
    memory_mb: int
    disk_gb: int


def groups(
    wish: Wish, amounts: Amounts, ports: Mapping[str, Mapping[str, Any]], *, pins: bool = True
) -> dict[str, Group]:
    """The groups by name, "" for the nameless one; without `pins` as if nothing was pinned.

    `ports`: what Network says of each group that a port needs.
    """
    found: dict[str, Group] = {"": Group()}
    for key, value in wish.specs.items():
        match = _KEY.fullmatch(key)
        if match is None:
            continue
        kind, suffix, name = match.groups()
        group = found.setdefault(suffix or "", Group())
        if kind == "resources":
            group.add(name, value)
        else:
            group.mark(name, value)
    whole = found[""]
    for key, value in wish.properties.items():
        if key.startswith("trait:") and value == "required":
            whole.mark(key.removeprefix("trait:"), value)
    if pins:
        _pin(wish, whole)
    for suffix, said in ports.items():
        found[suffix] = Group(dict(said["resources"]), set(said["required"]))
    named = {name for group in found.values() for name in group.resources}
    if not named & {"VCPU", "PCPU"}:
        whole.resources["VCPU"] = amounts.vcpus
    if "MEMORY_MB" not in named:
        whole.resources["MEMORY_MB"] = amounts.memory_mb
    if "DISK_GB" not in named:
        whole.resources["DISK_GB"] = amounts.disk_gb
    _add_features(wish, whole)
    for group in found.values():
        group.resources = {name: amount for name, amount in group.resources.items() if amount}
    return {
        name: group
        for name, group in found.items()
        if not name or group.resources or group.required or group.forbidden
    }


def is_pinned(wish: Wish) -> bool:
    return policies.policy(wish) == DEDICATED


def _pin(wish: Wish, group: Group) -> None:
    """Processors of one's own are another class of resources."""
    policy = policies.policy(wish)
    if policy in (DEDICATED, MIXED):
        own = wish.vcpus
        if policy == MIXED:
            own = len(policies.dedicated_cpus(wish) or policies.realtime_cpus(wish) or ())
            group.resources["VCPU"] = wish.vcpus - own
        if policies.emulator_policy(wish) == ISOLATE:
            own += 1
        group.resources["PCPU"] = own
    group.mark(policies.HYPERTHREADING, _THREADS.get(policies.thread_policy(wish) or ""))


def _add_features(wish: Wish, group: Group) -> None:
    """Traits and classes that stand for what a flavor or an image says in its own words."""
    if encrypted := encryption.wanted(wish):
        group.resources["MEM_ENCRYPTION_CONTEXT"] = 1
        group.required.add(encrypted.trait)
    for label in str(wish.specs.get("hw:pmem") or "").split(","):
        if label.strip():
            name = os_resource_classes.normalize_name(f"PMEM_NAMESPACE_{label.strip()}")
            group.resources[name] = group.resources.get(name, 0) + 1
    version = _either(wish, "tpm_version")
    if version:
        model = _either(wish, "tpm_model") or "tpm-tis"
        group.required |= {_TPM_MODELS.get(model, ""), _TPM_VERSIONS.get(version, "")} - {""}
    if pci.affinity(wish) == pci.SOCKET:
        group.required.add("COMPUTE_SOCKET_PCI_NUMA_AFFINITY")
    secure = wish.specs.get("os:secure_boot") or wish.properties.get("os_secure_boot")
    if secure == "required":
        group.required.add("COMPUTE_SECURITY_UEFI_SECURE_BOOT")
    addresses = _ADDRESSES.get(_either(wish, "maxphysaddr_mode") or "")
    if addresses:
        group.required.add(addresses)
    if as_bool(wish.properties.get("hw_firmware_stateless")):
        group.required.add("COMPUTE_SECURITY_STATELESS_FIRMWARE")


def of_host(wish: Wish) -> set[str]:
    """Traits that the host itself has to have, whatever comes from elsewhere in its tree.

    Nova: nova.scheduler.request_filter.
    """
    found = set()
    if any(as_bool(value) for value in wish.both("virtio_packed_ring")):
        found.add("COMPUTE_NET_VIRTIO_PACKED")
    if any(as_bool(value) for value in wish.both("ephemeral_encryption")):
        found.add("COMPUTE_EPHEMERAL_ENCRYPTION")
        if kind := _either(wish, "ephemeral_encryption_format"):
            found.add(f"COMPUTE_EPHEMERAL_ENCRYPTION_{kind.upper()}")
    if _either(wish, "sound_model") == "virtio":
        found.add("COMPUTE_SOUND_MODEL_VIRTIO")
    if _either(wish, "tpm_version"):
        kept = str(wish.specs.get("hw:tpm_secret_security") or "user")
        found.add(f"COMPUTE_SECURITY_TPM_SECRET_SECURITY_{kept.upper()}")
    if wish.specs.get("accel:device_profile"):
        found.add("COMPUTE_ACCELERATORS")
    return found


def _either(wish: Wish, name: str) -> str | None:
    of_flavor, of_image = wish.both(name)
    return of_flavor or of_image


def query(
    found: Mapping[str, Group],
    *,
    policy: Any,
    of_ports: Container[str],
    subtrees: Iterable[Iterable[str]],
    of_root: Iterable[str] = (),
) -> dict[str, Any]:
    """The parameters of GET /allocation_candidates.

    `policy`: what the flavor says of providers that groups share; `subtrees`: names of groups that
    belong together; `of_root`: traits of the host itself.
    """
    asked: dict[str, Any] = {
        "limit": getattr(settings, "SCHEDULER_MAX_PLACEMENT_RESULTS", 1000),
        # A host that is disabled takes nothing, wherever in its tree that would come from.
        "root_required": ",".join([*sorted(of_root), f"!{DISABLED_TRAIT}"]),
    }
    for name, group in found.items():
        if group.resources:
            asked[f"resources{name}"] = ",".join(
                f"{key}:{amount}" for key, amount in sorted(group.resources.items())
            )
        traits = [*sorted(group.required), *(f"!{trait}" for trait in sorted(group.forbidden))]
        if traits:
            asked[f"required{name}"] = ",".join(traits)
    together = [",".join(sorted(names)) for names in subtrees]
    if together:
        asked["same_subtree"] = together
    named = [name for name in found if name]
    if policy in ("none", "isolate"):
        asked["group_policy"] = policy
    elif len(named) >= 2 and sum(name not in of_ports for name in named) <= 1:
        # Nova: only a flavor that has many groups itself has to say how they share providers.
        asked["group_policy"] = "none"
    return asked
