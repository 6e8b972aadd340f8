"""ImagePropertiesFilter: the host runs images of that architecture, hypervisor and mode."""

import operator
from collections.abc import Mapping
from typing import Any

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request

# What an image may ask for, under its present name and its older one.
_ASKED = (
    ("hw_architecture", "architecture"),
    ("img_hv_type", "hypervisor_type"),
    ("hw_vm_mode", "vm_mode"),
)
_ALIASES = {
    "x86_32": "i686",
    "i386": "i686",
    "x86_64": "x86_64",
    "amd64": "x86_64",
    "hv": "hvm",
    "pv": "xen",
    "baremetal": "hvm",
    "xapi": "xen",
    "powervm": "phyp",
}
_COMPARE = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "==": operator.eq,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}


class ImageProperties(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        properties = request.image_properties
        asked = [value for names in _ASKED if (value := _value(properties, names))]
        if not asked:
            return True
        return any(
            all(value in supported for value in asked) for supported in host.supported_instances
        ) and _version_fits(host.hypervisor_version, properties)


def _value(properties: Mapping[str, Any], names: tuple[str, str]) -> str | None:
    for name in names:
        if properties.get(name):
            value = str(properties[name]).lower()
            return _ALIASES.get(value, value)
    return None


def _version_fits(version: int, properties: Mapping[str, Any]) -> bool:
    """Whether the hypervisor's version is what `img_hv_requested_version` says, as ">=1.0,<2"."""
    asked = properties.get("img_hv_requested_version") or properties.get(
        "hypervisor_version_requires"
    )
    if not asked or not version:
        return True
    have = (version // 1_000_000, version // 1_000 % 1_000, version % 1_000)
    for part in str(asked).split(","):
        sign = next((sign for sign in _COMPARE if part.strip().startswith(sign)), None)
        if sign is None:
            return False
        numbers = part.strip()[len(sign) :].strip().split(".")
        if not all(number.isdigit() for number in numbers):
            return False
        want = tuple([int(number) for number in numbers] + [0] * (3 - len(numbers)))
        if not _COMPARE[sign](have, want):
            return False
    return True
