"""Conversions of attribute values, before they are checked."""

from ipaddress import ip_address, ip_network
from typing import Any

from cloud.network import errors


def to_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word in ("true", "1"):
        return True
    if word in ("false", "0"):
        return False
    raise errors.InvalidInput(error_message=f"'{value}' cannot be converted to boolean")


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
    return value.lower().replace("-", ":") if isinstance(value, str) else value


def to_address(value: Any) -> Any:
    """Canonical form of an address; what is none is left for the check to refuse."""
    try:
        return str(ip_address(value))
    except ValueError:
        return value


def to_cidr(value: Any) -> Any:
    """Canonical form of a prefix, host bits and all; what is none is left to the check."""
    if not isinstance(value, str) or "/" not in value:
        return value
    address = value.partition("/")[0]
    try:
        return f"{ip_address(address)}/{ip_network(value, strict=False).prefixlen}"
    except ValueError:
        return value


def to_pools(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [
        {key: to_address(ip) for key, ip in pool.items()} if isinstance(pool, dict) else pool
        for pool in value
    ]


def to_lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def to_prefixes(value: Any) -> Any:
    """Read a single prefix as a list of one."""
    return [value] if isinstance(value, str) else value
