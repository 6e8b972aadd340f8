"""Checks of attributes that are lists of objects: addresses, routes, options, subports."""

from ipaddress import ip_address, ip_network
from typing import Any

from cloud.network import errors
from cloud.network.api import checks, converters

MOST_PAIRS = 10


def pools(value: Any) -> str | None:
    """The parts of a subnet that addresses are taken from."""
    if not isinstance(value, list):
        return f"Invalid data format for IP pool: '{value}'"
    for pool in value:
        reason = checks.keys(("start", "end"), pool)
        reason = reason or checks.address(pool["start"]) or checks.address(pool["end"])
        if reason:
            return reason
    return None


def fixed_ips(value: Any) -> str | None:
    """The addresses that a port is to have."""
    if not isinstance(value, list):
        return f"Invalid data format for fixed IP: '{value}'"
    seen = []
    for fixed in value:
        if not isinstance(fixed, dict):
            return f"Invalid data format for fixed IP: '{fixed}'"
        if "ip_address" in fixed:
            ip = fixed["ip_address"]
            reason = f"Duplicate IP address '{ip}'" if ip in seen else checks.address(ip)
            if reason:
                return reason
            seen.append(ip)
        if "subnet_id" in fixed:
            reason = checks.uuid(fixed["subnet_id"])
            if reason:
                return reason
    return None


def nameservers(value: Any) -> str | None:
    if not isinstance(value, list | str | dict):
        return f"Invalid data format for nameserver: '{value}'"
    seen: list[Any] = []
    # Neutron: whatever has parts is gone through, a text letter by letter.
    for host in value:
        reason = checks.address(host)
        if reason:
            return f"'{host}' is not a valid nameserver. {reason}"
        if host in seen:
            return f"Duplicate nameserver '{host}'"
        seen.append(host)
    return None


def routes(value: Any) -> str | None:
    if not isinstance(value, list):
        return f"Invalid data format for hostroute: '{value}'"
    for index, route in enumerate(value):
        reason = checks.keys(("destination", "nexthop"), route)
        reason = reason or checks.destination(route["destination"])
        reason = reason or checks.address(route["nexthop"])
        if reason:
            return reason
        if route in value[:index]:
            return f"Duplicate hostroute '{route}'"
    return None


def address_pairs(value: Any) -> str | None:
    """What else a port may send from."""
    if not isinstance(value, list):
        raise errors.HTTPBadRequest("Allowed address pairs must be a list.")
    if len(value) > MOST_PAIRS:
        raise errors.AllowedAddressPairExhausted(quota=MOST_PAIRS)
    seen = []
    for pair in value:
        reason = checks.mapping(pair)
        if reason:
            return reason
        _check_pair(pair)
        if (pair.get("mac_address"), pair["ip_address"]) in seen:
            raise errors.DuplicateAddressPairInRequest(
                mac_address=pair.get("mac_address"), ip_address=pair["ip_address"]
            )
        seen.append((pair.get("mac_address"), pair["ip_address"]))
        unknown = [key for key in pair if key not in ("mac_address", "ip_address")]
        if unknown:
            raise errors.HTTPBadRequest(f"Unrecognized attribute(s) '{', '.join(unknown)}'")
        reason = _pair_address(pair["ip_address"]) or _pair_mac(pair.get("mac_address"))
        if reason:
            raise errors.HTTPBadRequest(reason)
    return None


def _check_pair(pair: dict[str, Any]) -> None:
    reason = checks.mac(pair["mac_address"]) if "mac_address" in pair else None
    if reason:
        raise errors.HTTPBadRequest(reason)
    if "ip_address" not in pair:
        raise errors.AllowedAddressPairsMissingIP


_MULTICAST: dict[int, Any] = {4: ip_network("224.0.0.0/4"), 6: ip_network("ff00::/8")}


def _pair_address(value: Any) -> str | None:
    if "/" not in str(value):
        reason = checks.address(value)
        if reason is None and ip_address(value).is_multicast:
            return f"IP {value} is a multicast address, which is not supported."
        return reason
    found = checks.network_of(value)
    if found is None:
        return checks.cidr(value)
    beyond = _MULTICAST[found.version]
    # Neutron: the whole of IPv4 may be sent from, but not the whole of IPv6.
    if str(found) != "0.0.0.0/0" and found.overlaps(beyond):
        return f"Subnet {value} overlaps with multicast range {beyond}, which is not supported."
    return None


def _pair_mac(value: str | None) -> str | None:
    if value is not None and int(converters.to_mac(value)[:2], 16) & 1:
        return f"MAC address {value} is a multicast address, which is not supported."
    return None


_OPTION = checks.one_line(64)
_OPTION_VALUE = checks.one_line(255, may_be_none=True)
# Neutron: the values of these may be blank.
_MAY_BE_BLANK = ("router", "classless-static-route")


def dhcp_options(value: Any) -> str | None:
    if value is None:
        return None
    reason = checks.items(value)
    if reason:
        raise errors.InvalidInput(error_message=reason)
    reason = checks.each(_dhcp_option)(value)
    if reason:
        raise errors.InvalidInput(error_message=reason)
    return None


def _dhcp_option(value: Any) -> str | None:
    reason = f"No valid key specs matched for: {value}"
    if not isinstance(value, dict) or not {"opt_name", "opt_value"} <= set(value):
        return reason
    if set(value) - {"opt_name", "opt_value", "ip_version"}:
        return reason
    if "ip_version" in value:
        try:
            value["ip_version"] = int(value["ip_version"])
        except (TypeError, ValueError):
            raise errors.InvalidInput(
                error_message=f"'{value['ip_version']}' is not an integer"
            ) from None
        if value["ip_version"] not in (4, 6):
            return reason
    name, wanted = value["opt_name"], value["opt_value"]
    is_plain = name in _MAY_BE_BLANK and checks.or_none(checks.text(255))(wanted) is None
    return None if is_plain or not (_OPTION(name) or _OPTION_VALUE(wanted)) else reason


def hints(value: Any) -> str | None:
    """What a backend is told of a port: how Open vSwitch steers what it sends."""
    if value is None:
        return None
    for key in ("openvswitch", "other_config", "tx-steering"):
        reason = checks.mapping(value)
        if reason:
            return reason
        unknown = [name for name in value if name != key]
        if unknown:
            return f"Unexpected keys supplied: {', '.join(unknown)}"
        if key not in value:
            return None
        value = value[key]
    return checks.one_of("thread", "hash")(value)


def subports(value: Any) -> str | None:
    """The ports that a trunk carries, and by which segments they are told apart."""
    if not isinstance(value, list):
        return f"Invalid data format for subports: '{value}' is not a list"
    seen = set()
    segments: list[tuple[Any, Any]] = []
    for subport in value:
        if not isinstance(subport, dict):
            return f"Invalid data format for subport: '{subport}' is not a dict"
        if "port_id" not in subport:
            return "A valid port UUID must be specified"
        port = subport["port_id"]
        if checks.uuid(port):
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
        if (kind, number) in segments:
            return f"Segmentation ID '{number}' for '{port}' is not unique"
        if number is not None:
            segments.append((kind, number))
    return None
