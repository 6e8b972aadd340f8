"""What ports have beside addresses: other addresses to send from, and options for DHCP."""

from typing import Any

from cloud.network import errors

Values = dict[str, Any]


def pairs(asked: list[Values]) -> list[Values]:
    """Other addresses that a port may send from; none twice."""
    found: list[Values] = []
    for pair in asked:
        one = {"ip_address": pair["ip_address"], "mac_address": pair.get("mac_address")}
        if one in found:
            raise errors.DuplicateAddressPairInRequest(
                mac_address=one["mac_address"], ip_address=one["ip_address"]
            )
        found.append(one)
    return found


def options(held: list[Values], asked: list[Values] | None) -> list[Values]:
    """DHCP options with those that are asked for; null takes one away, the others stay."""
    found = {(option["opt_name"], option["ip_version"]): option for option in held}
    seen = set()
    for given in asked or ():
        option = {"ip_version": 4, **given}
        key = (option["opt_name"], option["ip_version"])
        if key in seen:
            raise errors.NeutronDbObjectDuplicateEntry(
                object_type="ExtraDhcpOpt",
                attributes=["port_id", "opt_name", "ip_version"],
                values=None,
            )
        seen.add(key)
        if option["opt_value"] is None:
            found.pop(key, None)
        else:
            found[key] = option
    return list(found.values())
