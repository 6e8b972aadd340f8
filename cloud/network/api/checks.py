"""Checks of attribute values: each answers with the reason for a refusal, or None."""

import re
from collections.abc import Callable, Collection
from ipaddress import ip_address, ip_network
from typing import Any

Check = Callable[[Any], str | None]
_UUID = re.compile(
    r"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$"
)
_MAC = re.compile(r"^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$", re.IGNORECASE)
_HOST_NAME = re.compile(
    r"^(?=.{1,253}\.?$)([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.?$"
)


def text(longest: int | None = None) -> Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return f"'{value}' is not a valid string"
        if longest is not None and len(value) > longest:
            return f"'{value}' exceeds maximum length of {longest}"
        return None

    return check


def name(longest: int = 255, *, may_be_empty: bool = True) -> Check:
    plain = text(longest)

    def check(value: Any) -> str | None:
        reason = plain(value)
        if reason is None and not may_be_empty and not value.strip():
            return f"'{value}' Blank strings are not permitted"
        if reason is None and ("\n" in value or "\r" in value):
            return f"Multi-line string is not allowed: '{value}'"
        return reason

    return check


def or_none(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def one_of(*values: Any) -> Check:
    def check(value: Any) -> str | None:
        shown = list(values)
        known: Collection[Any] = values
        return None if value in known else f"{value} is not in {shown}"

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
            return f"'{value}' is too small - must be at least '{least}'"
        if most is not None and number > most:
            return f"'{value}' is too large - must be no larger than '{most}'"
        return None

    return check


def non_negative(value: Any) -> str | None:
    try:
        number = int(value)
    except (TypeError, ValueError):
        return f"'{value}' is not an integer"
    return f"'{value}' should be non-negative" if number < 0 else None


def mac(value: Any) -> str | None:
    if isinstance(value, str) and _MAC.match(value) and value != "00:00:00:00:00:00":
        return None
    return f"'{value}' is not a valid MAC address"


def address(value: Any) -> str | None:
    try:
        ip_address(value if isinstance(value, str) else "")
    except ValueError:
        return f"'{value}' is not a valid IP address"
    return None


def cidr(value: Any) -> str | None:
    """A prefix with its length; host bits are allowed."""
    try:
        ip_network(value if isinstance(value, str) and "/" in value else "", strict=False)
    except ValueError:
        return f"'{value}' is not a valid IP subnet"
    return None


def cidrs(value: Any) -> str | None:
    reason = items(value)
    if reason is None and len(set(map(str, value))) != len(value):
        twice = sorted({str(item) for item in value if value.count(item) > 1})
        return f"Duplicate items in the list: '{', '.join(twice)}'"
    return reason or next(filter(None, map(cidr, value)), None)


def items(value: Any) -> str | None:
    return None if isinstance(value, list) else f"'{value}' is not a list"


def uuids(value: Any) -> str | None:
    reason = items(value)
    if reason is None and len(set(map(str, value))) != len(value):
        twice = sorted({str(item) for item in value if value.count(item) > 1})
        return f"Duplicate items in the list: '{', '.join(twice)}'"
    return reason or next(filter(None, map(uuid, value)), None)


def mapping(value: Any) -> str | None:
    return None if isinstance(value, dict) else f"'{value}' is not a dictionary"


def pools(value: Any) -> str | None:
    if not isinstance(value, list):
        return f"Invalid data format for IP pool: '{value}'"
    for pool in value:
        reason = _keys({"start", "end"}, pool)
        reason = reason or address(pool["start"]) or address(pool["end"])
        if reason:
            return reason
    return None


def fixed_ips(value: Any) -> str | None:
    if not isinstance(value, list):
        return f"Invalid data format for fixed IP: '{value}'"
    seen = set()
    for fixed in value:
        if not isinstance(fixed, dict):
            return f"Invalid data format for fixed IP: '{fixed}'"
        if "ip_address" in fixed:
            ip = fixed["ip_address"]
            if ip in seen:
                return f"Duplicate IP address '{ip}'"
            reason = address(ip)
            if reason:
                return reason
            seen.add(ip)
        if "subnet_id" in fixed:
            reason = uuid(fixed["subnet_id"])
            if reason:
                return reason
    return None


def nameservers(value: Any) -> str | None:
    if not isinstance(value, list):
        return f"Invalid data format for nameserver: '{value}'"
    for index, host in enumerate(value):
        reason = address(host)
        if reason:
            return f"'{host}' is not a valid nameserver. {reason}"
        if host in value[:index]:
            return f"Duplicate nameserver '{host}'"
    return None


def routes(value: Any) -> str | None:
    if not isinstance(value, list):
        return f"Invalid data format for hostroute: '{value}'"
    for index, route in enumerate(value):
        reason = _keys({"destination", "nexthop"}, route)
        reason = reason or _destination(route["destination"]) or address(route["nexthop"])
        if reason:
            return reason
        if route in value[:index]:
            return f"Duplicate hostroute '{route}'"
    return None


def _destination(value: Any) -> str | None:
    try:
        ip_network(value if isinstance(value, str) and "/" in value else "")
    except ValueError:
        return f"'{value}' is not a valid CIDR"
    return None


def _keys(expected: set[str], value: Any) -> str | None:
    if not isinstance(value, dict):
        return f"Invalid input. '{value}' must be a dictionary with keys: {sorted(expected)}"
    if set(value) != expected:
        return (
            "Validation of dictionary's keys failed. "
            f"Expected keys: {sorted(expected)} Provided keys: {sorted(value)}"
        )
    return None


def dns_name(value: Any) -> str | None:
    if value and (not isinstance(value, str) or not _HOST_NAME.match(value.lower())):
        return f"'{value}' not a valid PQDN or FQDN. Reason: Name '{value}' is not valid"
    return None


def dns_domain(value: Any) -> str | None:
    reason = dns_name(value)
    if reason is None and value and not value.endswith("."):
        return f"'{value}' is not a FQDN"
    return reason


def address_pairs(value: Any) -> str | None:
    if not isinstance(value, list):
        return "Allowed address pairs must be a list."
    for pair in value:
        if not isinstance(pair, dict) or "ip_address" not in pair:
            return "AllowedAddressPair must contain ip_address"
        reason = cidr_or_address(pair["ip_address"])
        if pair.get("mac_address") is not None:
            reason = reason or mac(pair["mac_address"])
        unknown = set(pair) - {"ip_address", "mac_address", "active"}
        if unknown:
            return f"Unrecognized attribute(s) '{', '.join(sorted(unknown))}'"
        if reason:
            return reason
    return None


def cidr_or_address(value: Any) -> str | None:
    try:
        ip_network(value if isinstance(value, str) else "", strict=False)
    except ValueError:
        return f"'{value}' is neither a valid IP address, nor is it a valid IP subnet"
    return None


def dhcp_options(value: Any) -> str | None:
    if not isinstance(value, list):
        return f"'{value}' is not a list"
    for option in value:
        if not isinstance(option, dict) or not {"opt_name", "opt_value"} <= set(option):
            return f"No valid key specs matched for: {option}"
        if not isinstance(option["opt_name"], str) or not option["opt_name"].strip():
            return f"No valid key specs matched for: {option}"
        if option.get("ip_version") not in (None, 4, 6, "4", "6"):
            return f"No valid key specs matched for: {option}"
    return None


def subports(value: Any) -> str | None:
    if not isinstance(value, list):
        return f"Invalid data format for subports: '{value}' is not a list"
    seen = set()
    segments = set()
    for subport in value:
        if not isinstance(subport, dict):
            return f"Invalid data format for subport: '{subport}' is not a dict"
        port = subport.get("port_id")
        if not port:
            return "A valid port UUID must be specified"
        if uuid(port):
            return f"Invalid UUID for subport: '{port}'"
        if port in seen:
            return f"Non unique UUID for subport: '{port}'"
        seen.add(port)
        kind, number = subport.get("segmentation_type"), subport.get("segmentation_id")
        if kind == "inherit":
            # Neutron: those that come after one that inherits are not looked at.
            return None
        if (not kind or number is None) and len(subport) > 1:
            return (
                f"Invalid subport details '{subport}': missing segmentation information. "
                "Must specify both segmentation_id and segmentation_type"
            )
        if (str(kind), str(number)) in segments:
            return f"Segmentation ID '{number}' for '{port}' is not unique"
        if number is not None:
            segments.add((str(kind), str(number)))
    return None


def boolean(value: Any) -> str | None:
    return None if isinstance(value, bool) else f"'{value}' is not a valid boolean value"
