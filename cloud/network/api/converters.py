"""Conversions of attribute values, before they are checked."""

import re
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from cloud.network import errors

BOOLEANS = {
    **dict.fromkeys(("1", "t", "true", "on", "y", "yes"), True),
    **dict.fromkeys(("0", "f", "false", "off", "n", "no"), False),
}
MAC = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}\Z")


def to_bool(value: Any) -> bool:
    try:
        return BOOLEANS[str(value).strip().lower()]
    except KeyError:
        raise errors.InvalidInput(
            error_message=f"'{value}' cannot be converted to boolean"
        ) from None


def to_bool_or_none(value: Any) -> bool | None:
    return None if value is None else to_bool(value)


def to_int(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise errors.InvalidInput(error_message=f"'{value}' is not an integer") from None


def to_int_or_none(value: Any) -> int | None:
    return None if value is None else to_int(value)


def to_list(value: Any) -> Any:
    """Read null as the empty list."""
    return [] if value is None else value


def to_dict(value: Any) -> Any:
    return {} if value is None else value


def to_mac(value: Any) -> Any:
    """Six pairs of small digits; what is no hardware address is left for the check to refuse."""
    if not isinstance(value, str):
        return value
    parts = re.split("[:-]", value)
    if len(parts) == 1 and len(value) == 12:
        parts = [value[at : at + 2] for at in range(0, 12, 2)]
    plain = ":".join(part.zfill(2) for part in parts).lower()
    return plain if MAC.match(plain) else value


def to_address(value: Any) -> Any:
    """Canonical form of an IPv6 address; everything else is left as it is for the check."""
    try:
        return str(IPv6Address(value)) if isinstance(value, str) and "%" not in value else value
    except ValueError:
        return value


def to_cidr(value: Any) -> Any:
    """Canonical form of a prefix, host bits and all; an address stands for itself alone."""
    if not isinstance(value, str):
        # Neutron: fails; the check refuses it here.
        return value
    try:
        address = ip_address(value.partition("/")[0])
        return f"{address}/{ip_network(value, strict=False).prefixlen}"
    except ValueError:
        raise errors.InvalidInput(error_message=f"{value} is not in a CIDR format") from None


def to_pools(value: Any) -> Any:
    if value is None:
        return []
    try:
        return [{key: to_address(ip) for key, ip in pool.items()} for pool in value]
    except (AttributeError, TypeError):
        raise errors.InvalidInput(
            error_message="Invalid data format for allocation pools"
        ) from None


def to_lower(value: Any) -> str:
    if not isinstance(value, str):
        raise errors.InvalidInput(error_message=f"Input value {value} must be string type")
    return value.lower()
