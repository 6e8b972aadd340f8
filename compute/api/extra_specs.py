"""The extra specs that Nova knows, and what their values may be (checked from 2.86 on).

A name may hold {places}; a name in a known namespace that is not in the table is refused.
"""

import re
from functools import cache
from typing import Any, NamedTuple

import os_resource_classes
import os_traits

from compute.domain.errors import BadRequest

_TRUE_OR_FALSE = frozenset(
    ["1", "t", "true", "on", "y", "yes", "0", "f", "false", "off", "n", "no"]
)
_CPUS = r"\^?\d+((-\d+)?(,\^?\d+(-\d+)?)?)*"
_GROUP = r"([a-zA-Z0-9_-]{1,64})?"
_PLACES = {
    "{group}": rf"(?P<group>{_GROUP})",
    "{num}": r"(?P<num>\d+)",
    "{filter}": r"(?P<filter>(:\w+)*)",
    "{key}": r"(?P<key>.+)",
    "{custom}": r"(?P<custom>[A-Z0-9_]+)",
}

LEVELS = ("custom", "high", "normal", "low")
WANTED = ("required", "forbidden")


class Spec(NamedTuple):
    """One row: a name, the kind of its value, and the kind's limits."""

    name: str
    kind: str
    limits: Any = None


def _capabilities() -> list[Spec]:
    plain = (
        "id uuid service_id host vcpus memory_mb local_gb vcpus_used memory_mb_used local_gb_used "
        "hypervisor_type hypervisor_version hypervisor_hostname free_ram_mb free_disk_gb "
        "current_workload running_vms disk_available_least host_ip mapped cpu_allocation_ratio "
        "ram_allocation_ratio disk_allocation_ratio total_usable_ram_mb total_usable_disk_gb "
        "disk_mb_used free_disk_mb vcpus_total num_instances num_io_ops failed_builds aggregates "
        "cell_uuid updated"
    )
    nested = (
        "cpu_info metrics stats numa_topology supported_hv_specs pci_device_pools nodename "
        "pci_stats supported_instances limits instances"
    )
    return [
        *(Spec(f"capabilities:{name}", "text") for name in plain.split()),
        *(Spec(f"capabilities:{name}{{filter}}", "text") for name in nested.split()),
    ]


# ruff: noqa: E501
# fmt: off
_TABLE = (
    # name, kind, limits: (low, high) of whole numbers, the values of "one of", a pattern
    Spec("accel:device_profile",              "text"),
    Spec("aggregate_instance_extra_specs:{key}", "text"),
    *_capabilities(),
    Spec("hw:cpu_realtime",                   "yes or no"),
    Spec("hw:cpu_realtime_mask",              "pattern", r"(\^)?\d+((-\d+)?(,\^?\d+(-\d+)?)?)*"),
    Spec("hw:hide_hypervisor_id",             "yes or no"),
    Spec("hw:cpu_policy",                     "one of",  ("dedicated", "shared", "mixed")),
    Spec("hw:cpu_thread_policy",              "one of",  ("prefer", "isolate", "require")),
    Spec("hw:emulator_threads_policy",        "one of",  ("isolate", "share")),
    Spec("hw:cpu_dedicated_mask",             "pattern", _CPUS),
    Spec("hw:mem_page_size",                  "pattern", r"(large|small|any|\d+([kKMGT]i?)?(b|bit|B)?)"),
    Spec("hw:locked_memory",                  "yes or no"),
    Spec("hw:numa_nodes",                     "whole",   (1, None)),
    Spec("hw:numa_cpus.{num}",                "pattern", _CPUS),
    Spec("hw:numa_mem.{num}",                 "whole",   (1, None)),
    Spec("hw:pci_numa_affinity_policy",       "one of",  ("required", "preferred", "legacy", "socket")),
    Spec("hw:cpu_sockets",                    "whole",   (1, None)),
    Spec("hw:cpu_cores",                      "whole",   (1, None)),
    Spec("hw:cpu_threads",                    "whole",   (1, None)),
    Spec("hw:cpu_max_sockets",                "whole",   (1, None)),
    Spec("hw:cpu_max_cores",                  "whole",   (1, None)),
    Spec("hw:cpu_max_threads",                "whole",   (1, None)),
    Spec("hw:boot_menu",                      "yes or no"),
    Spec("hw:vif_multiqueue_enabled",         "yes or no"),
    Spec("hw:mem_encryption",                 "yes or no"),
    Spec("hw:mem_encryption_model",           "one of",  ("amd-sev", "amd-sev-es", "amd-sev-snp", "intel-tdx")),
    Spec("hw:pmem",                           "pattern", r"([a-zA-Z0-9_]+(,)?)+"),
    Spec("hw:pmu",                            "yes or no"),
    Spec("hw:serial_port_count",              "whole",   (0, None)),
    Spec("hw:tpm_model",                      "one of",  ("tpm-tis", "tpm-crb")),
    Spec("hw:tpm_version",                    "one of",  ("1.2", "2.0")),
    Spec("hw:tpm_secret_security",            "one of",  ("user", "host", "deployment")),
    Spec("hw:watchdog_action",                "one of",  ("none", "pause", "poweroff", "reset", "disabled")),
    Spec("hw:viommu_model",                   "one of",  ("intel", "smmuv3", "virtio", "auto")),
    Spec("hw:virtio_packed_ring",             "yes or no"),
    Spec("hw:sound_model",                    "one of",  ("sb16", "es1370", "pcspk", "ac97", "ich6", "ich9", "usb", "virtio")),
    Spec("hw:usb_model",                      "one of",  ("none", "nec-xhci", "qemu-xhci")),
    Spec("hw:redirected_usb_ports",           "whole",   (0, 15)),
    Spec("hw:ephemeral_encryption",           "yes or no"),
    Spec("hw:ephemeral_encryption_format",    "one of",  ("plain", "luks", "luksv2")),
    Spec("hw_rng:allowed",                    "yes or no"),
    Spec("hw_rng:rate_bytes",                 "whole",   (0, None)),
    Spec("hw_rng:rate_period",                "whole",   (0, None)),
    Spec("hw_video:ram_max_mb",               "whole",   (0, None)),
    Spec("hide_hypervisor_id",                "yes or no"),
    Spec("group_policy",                      "one of",  ("isolate", "none")),
    Spec("os:secure_boot",                    "one of",  ("disabled", "required")),
    Spec("pci_passthrough:alias",             "pattern", r"[^:]+:\d+(?:\s*,\s*[^:]+:\d+)*"),
    *(
        row
        for noun in ("cpu", "memory", "disk_io", "vif")
        for row in (
            Spec(f"quota:{noun}_limit",        "whole",  (0, None)),
            Spec(f"quota:{noun}_reservation",  "whole",  (None, None)),
            Spec(f"quota:{noun}_shares_level", "one of", LEVELS),
            Spec(f"quota:{noun}_shares_share", "whole",  (0, None)),
        )
    ),
    Spec("quota:cpu_shares",                  "whole",   (0, None)),
    Spec("quota:cpu_period",                  "whole",   (0, None)),
    Spec("quota:cpu_quota",                   "whole",   (None, None)),
    *(Spec(f"quota:disk_{what}_sec",          "whole",   (0, None))
      for what in ("read_bytes", "read_iops", "write_bytes", "write_iops", "total_bytes", "total_iops")),
    *(Spec(f"quota:vif_{way}_{what}",         "whole",   (0, None))
      for way in ("inbound", "outbound") for what in ("average", "peak", "burst")),
    *(Spec(f"resources{{group}}:{name}",      "whole",   (None, None)) for name in os_resource_classes.STANDARDS),
    Spec("resources{group}:CUSTOM_{custom}",  "whole",   (None, None)),
    *(Spec(f"trait{{group}}:{name}",          "one of",  WANTED) for name in os_traits.get_traits()),
    Spec("trait{group}:CUSTOM_{custom}",      "one of",  WANTED),
    Spec("vmware:hw_version",                 "text"),
    Spec("vmware:storage_policy",             "text"),
)
# fmt: on


@cache
def _known() -> tuple[dict[str, Spec], list[tuple[re.Pattern[str], Spec]], re.Pattern[str]]:
    """The table by name, the rows whose names hold places, and the namespaces."""
    plain: dict[str, Spec] = {}
    placed: list[tuple[re.Pattern[str], Spec]] = []
    namespaces: dict[str, None] = {}
    for spec in _TABLE:
        expression = spec.name
        for place, pattern in _PLACES.items():
            expression = expression.replace(place, pattern)
        if expression == spec.name:
            plain[spec.name] = spec
        else:
            placed.append((re.compile(expression), spec))
        if ":" in spec.name:
            namespaces[spec.name.partition(":")[0].replace("{group}", _GROUP)] = None
    return plain, placed, re.compile("|".join(f"(?:{name})" for name in namespaces))


def check(name: str, value: str) -> None:
    """Raise BadRequest for a value that does not fit, or a name that its namespace lacks."""
    plain, placed, namespaces = _known()
    spec = plain.get(name)
    if spec is None:
        spec = next((spec for pattern, spec in placed if pattern.fullmatch(name)), None)
    if spec is not None:
        _check_value(spec, value)
    elif ":" in name and namespaces.fullmatch(name.partition(":")[0]):
        raise BadRequest(
            f"Validation failed; extra spec '{name}' does not appear to be a valid extra spec."
        )


def _check_value(spec: Spec, value: str) -> None:
    match spec.kind:
        case "whole":
            _check_whole(value, *spec.limits)
        case "yes or no" if value.strip().lower() not in _TRUE_OR_FALSE:
            raise BadRequest(f"Validation failed; '{value}' is not a valid boolean-like value.")
        case "one of" if value not in spec.limits:
            listed = ", ".join(spec.limits)
            raise BadRequest(f"Validation failed; '{value}' is not one of: {listed}.")
        case "pattern" if not re.fullmatch(spec.limits, value):
            raise BadRequest(f"Validation failed; '{value}' is not of the format '{spec.limits}'.")


def _check_whole(value: str, low: int | None, high: int | None) -> None:
    try:
        number = int(value)
    except ValueError:
        raise BadRequest(f"Validation failed; '{value}' is not a valid integer value.") from None
    if high is not None and number > high:
        raise BadRequest(
            f"Validation failed; '{number}' is greater than the max value of '{high}'."
        )
    if low is not None and number < low:
        raise BadRequest(f"Validation failed; '{number}' is less than the min value of '{low}'.")
