"""Checks of attribute values: each answers with the reason for a refusal, or None."""

import re
import unicodedata
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from cloud.network.api import converters

Check = Callable[[Any], str | None]
_UUID = re.compile(
    r"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$"
)
_NOT_MACS = ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff")


def text(longest: int | None = None) -> Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return f"'{value}' is not a valid string"
        if longest is not None and len(value) > longest:
            return f"'{value}' exceeds maximum length of {longest}"
        return None

    return check


def name(longest: int | None = 255, *, may_be_empty: bool = True) -> Check:
    """A text that can be printed, without blanks around it."""
    plain = text(longest)

    def check(value: Any) -> str | None:
        reason = plain(value)
        if reason is None and not may_be_empty and not value.strip():
            return f"'{value}' Blank strings are not permitted"
        if reason is None and not _is_printed_well(value):
            return f"'{value}' is not a valid string"
        return reason

    return check


def _is_printed_well(value: str) -> bool:
    # Neutron: one line feed at the end is overlooked; beyond the basic plane nothing is a letter.
    value = value.removesuffix("\n")
    kinds = [unicodedata.category(letter) for letter in value]
    if any(kind[0] == "C" or kind in ("Zl", "Zp") for kind in kinds):
        return False
    return not value or (max(value) < "\uffff" and "Zs" not in (kinds[0], kinds[-1]))


def one_line(longest: int, *, may_be_none: bool = False) -> Check:
    """A text of one line that is not blank."""
    plain = text(longest)

    def check(value: Any) -> str | None:
        if value is None and may_be_none:
            return None
        reason = plain(value)
        if reason is None and not value.strip():
            return f"'{value}' Blank strings are not permitted"
        if reason is None and len(value.splitlines()) > 1:
            return f"Multi-line string is not allowed: '{value}'"
        return reason

    return check


def or_none(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def one_of(*values: Any) -> Check:
    def check(value: Any) -> str | None:
        # Neutron: does not say which they are.
        return None if value in list(values) else f"{value} is not in valid_values"

    return check


def uuid(value: Any) -> str | None:
    if isinstance(value, str) and _UUID.match(value):
        return None
    return f"'{value}' is not a valid UUID"


def within(least: int, most: int | None) -> Check:
    def check(value: Any) -> str | None:
        try:
            number = int(value)
        except (TypeError, ValueError):
            return f"'{value}' is not an integer"
        if number < least:
            return f"'{number}' is too small - must be at least '{least}'"
        if most is not None and number > most:
            return f"'{number}' is too large - must be no larger than '{most}'"
        return None

    return check


def non_negative(value: Any) -> str | None:
    try:
        number = int(value)
    except (TypeError, ValueError):
        return f"'{value}' is not an integer"
    return f"'{number}' should be non-negative" if number < 0 else None


def boolean(value: Any) -> str | None:
    return (
        None
        if str(value).strip().lower() in converters.BOOLEANS
        else f"'{value}' is not a valid boolean value"
    )


# Lists and objects


def items(value: Any) -> str | None:
    return None if isinstance(value, list) else f"'{value}' is not a list"


def each(check: Check, *, may_be_empty: bool = True) -> Check:
    """A list without duplicates of what `check` lets through."""

    def check_all(value: Any) -> str | None:
        if not isinstance(value, list):
            return f"'{value}' is not a list"
        twice: list[Any] = []
        for index, item in enumerate(value):
            if item in value[:index] and item not in twice:
                twice.append(item)
        if twice:
            return f"Duplicate items in the list: '{', '.join(map(str, twice))}'"
        if not value and not may_be_empty:
            return "List should not be empty"
        return next(filter(None, map(check, value)), None)

    return check_all


uuids = each(uuid)


def mapping(value: Any) -> str | None:
    return None if isinstance(value, dict) else f"'{value}' is not a dictionary"


def keys(expected: tuple[str, ...], value: Any) -> str | None:
    """An object with exactly these keys."""
    if not isinstance(value, dict):
        return f"Invalid input. '{value}' must be a dictionary with keys: {list(expected)}"
    return None if set(value) == set(expected) else wrong_keys(expected, value)


def wrong_keys(expected: tuple[str, ...], value: dict[str, Any]) -> str:
    return (
        "Validation of dictionary's keys failed. "
        f"Expected keys: {_set(expected)} Provided keys: {_set(value)}"
    )


def _set(names: Any) -> str:
    # Neutron: prints sets of theirs, in no order.
    return "{" + ", ".join(map(repr, names)) + "}" if names else "set()"


# Addresses


def mac(value: Any) -> str | None:
    if isinstance(value, str):
        plain = converters.to_mac(value)
        if converters.MAC.match(plain) and plain not in _NOT_MACS:
            return None
    return f"'{value}' is not a valid MAC address"


def address(value: Any) -> str | None:
    if not isinstance(value, str) or "%" in value:
        return f"'{value}' is not a valid IP address"
    try:
        ip_address(value)
    except ValueError:
        parts = value.split(".")
        if len(parts) == 4 and all(part.isdigit() for part in parts):
            plain = ".".join(str(int(part)) for part in parts)
            if plain != value and address(plain) is None:
                return f"'{value}' is not an accepted IP address, '{plain}' is recommended"
        return f"'{value}' is not a valid IP address"
    return None


def network_of(value: Any) -> IPv4Network | IPv6Network | None:
    """What a prefix with its length stands for; host bits are allowed."""
    try:
        found = ip_network(value if isinstance(value, str) and "/" in value else "", strict=False)
    except ValueError:
        return None
    if "%" in value or (found.version == 4 and not value.partition("/")[2].isdigit()):
        return None
    return found


def cidr(value: Any) -> str | None:
    return f"'{value}' is not a valid IP subnet" if network_of(value) is None else None


cidrs = each(cidr)


def destination(value: Any) -> str | None:
    """A prefix without host bits that can be routed."""
    found = network_of(value)
    if found is None or found.network_address != ip_address(value.partition("/")[0]):
        return f"'{value}' is not a valid CIDR"
    return f"'{value}' is not a routable CIDR" if found.is_loopback else None
