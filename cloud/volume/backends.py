"""Where volumes are: hosts, their pool, and whether it can hold a type of volume."""

import operator
from collections.abc import Mapping
from typing import Any

from cloud.volume.models import Service, Volume

BINARY = "cinder-volume"
ZONE = "nova"
# fmt: off
CAPABILITIES: dict[str, Any] = {
    "volume_backend_name":        "lvmdriver-1",
    "vendor_name":                "Open Source",
    "driver_version":             "3.0.0",
    "storage_protocol":           "iSCSI",
    "total_capacity_gb":          30000.0,
    "free_capacity_gb":           30000.0,
    "provisioned_capacity_gb":    0.0,
    "max_over_subscription_ratio": "20.0",
    "allocated_capacity_gb":      0,
    "reserved_percentage":        0,
    "location_info":              "LVMVolumeDriver:controller:stack-volumes-lvmdriver-1:thin:0",
    "thin_provisioning_support":  True,
    "thick_provisioning_support": False,
    "QoS_support":                False,
    "multiattach":                True,
    "online_extend_support":      True,
    "consistencygroup_support":   False,
    "consistent_group_snapshot_enabled": False,
    "backend_state":              "up",
    "goodness_function":          None,
    "filter_function":            None,
    "total_volumes":              0,
}
# fmt: on


def pool_of(host: str) -> str:
    """The pool of a backend: `controller@lvmdriver-1` has `controller@lvmdriver-1#lvmdriver-1`."""
    return f"{host}#{host.partition('@')[2] or host}"


def hosts(*, enabled: bool = True) -> list[str]:
    found = Service.objects.filter(binary=BINARY)
    if enabled:
        found = found.filter(disabled=False)
    return list(found.order_by("host").values_list("host", flat=True))


def zones() -> list[tuple[str, bool]]:
    """The availability zones, and whether each has a service that takes volumes."""
    found: dict[str, bool] = {}
    for zone, disabled in Service.objects.filter(binary=BINARY).values_list("zone", "disabled"):
        found[zone] = found.get(zone, False) or not disabled
    return sorted(found.items()) or [(ZONE, True)]


def choose(extra_specs: Mapping[str, Any], size: int) -> str | None:
    """A pool that can hold such a volume, or None: then the volume is in error."""
    for host in hosts():
        capabilities = of_host(host)
        fits = all(_matches(capabilities, key, value) for key, value in extra_specs.items())
        if fits and size <= capabilities["free_capacity_gb"]:
            return pool_of(host)
    return None


def of_host(host: str) -> dict[str, Any]:
    sizes = Volume.objects.filter(host=pool_of(host)).values_list("size", flat=True)
    total = sum(sizes)
    backend = host.partition("@")[2] or host
    return {
        **CAPABILITIES,
        "volume_backend_name": backend,
        "pool_name": backend,
        "allocated_capacity_gb": total,
        "provisioned_capacity_gb": float(total),
        "free_capacity_gb": max(CAPABILITIES["total_capacity_gb"] - total, 0.0),
        "total_volumes": len(sizes),
    }


_COMPARISONS = {
    "=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
}


def _matches(capabilities: Mapping[str, Any], key: str, wanted: Any) -> bool:
    """One extra spec against what a backend reports: "<is> True", "<in> x", ">= 5", or a text."""
    scope, _, name = key.rpartition(":")
    if scope and scope != "capabilities":
        return True
    if name not in capabilities:
        return False
    have, words = capabilities[name], str(wanted).split()
    if not words:
        return False
    if words[0] == "<is>":
        return bool(have) == (words[-1].lower() == "true")
    if words[0] == "<in>":
        return " ".join(words[1:]) in str(have)
    if words[0] == "<or>":
        return str(have) in [word for word in words if word != "<or>"]
    if words[0] in _COMPARISONS and len(words) > 1:
        try:
            return bool(_COMPARISONS[words[0]](float(have), float(words[1])))
        except (TypeError, ValueError):
            return False
    return str(have) == str(wanted)
