"""Incoming rules of security groups, until 2.35.  /os-security-group-rules"""

import urllib.parse
from typing import Any

from compute.api import types
from compute.api.formats import FORMATS
from compute.api.proxies import group_shapes
from compute.api.proxies.base import LAST, ProxyViewSet
from compute.api.proxies.security_groups import RULE, checked, find
from compute.clients.network import network, quoted
from compute.domain.errors import BadRequest, Conflict, Forbidden, NotFound, Unexpected
from versioned.operation import operation

CREATE: types.Type = {
    "type": "object",
    "properties": {
        "security_group_rule": {
            "type": "object",
            "properties": {
                "group_id": {"type": ["string", "null"], "format": "uuid"},
                "parent_group_id": types.uuid,
                "to_port": types.anything,
                "from_port": types.anything,
                "ip_protocol": types.anything,
                "cidr": types.anything,
            },
            "required": ["parent_group_id"],
            "additionalProperties": True,
        }
    },
    "required": ["security_group_rule"],
    "additionalProperties": True,
}


class InvalidPortRange(BadRequest):
    message = "Invalid port range {first}:{last}. {why}"


class SecurityGroupRuleViewSet(ProxyViewSet):
    @operation(policy=f"{RULE}:rule:create", body=CREATE, until=LAST)
    def create(self, request: Any, security_group_rule: dict[str, Any]) -> Any:
        asked = security_group_rule
        parent = find(request, asked["parent_group_id"])
        groups = [parent]
        if asked.get("group_id") is not None:
            groups.append(find(request, asked["group_id"]))
        rule = _read(asked)
        _check_new(parent, rule)
        made = _make(request, parent["id"], rule)
        ask = self.ask
        group_shapes.know(request.context, groups, [made], ask)
        return {"security_group_rule": group_shapes.Rule.render(made, ask)}

    @operation(policy=f"{RULE}:rule:delete", status=202, until=LAST)
    def destroy(self, request: Any, id: str) -> None:
        try:
            rule = network().show_security_group_rule(request.context, checked(id))
        except NotFound as exc:
            raise NotFound(quoted(request.context, exc.text)) from exc
        find(request, rule["security_group_id"])
        network().delete_security_group_rule(request.context, rule["id"])


def _read(asked: dict[str, Any]) -> dict[str, Any]:
    """What a rule says, with the ports that a group's rule may leave out; or what is wrong."""
    protocol, first, last = (asked.get(key) for key in ("ip_protocol", "from_port", "to_port"))
    if asked.get("group_id") is not None:
        rule = {"group_id": asked["group_id"]}
        if first is None and last is None and protocol:
            first, last = {"ICMP": (-1, -1), "TCP": (1, 65535), "UDP": (1, 65535)}.get(
                protocol.upper(), (None, None)
            )
    else:
        rule = {"cidr": _cidr(asked.get("cidr"))}
    if protocol and first is not None and last is not None:
        rule |= _with_ports(str(protocol), first, last)
    elif "cidr" in rule:
        raise BadRequest("Not enough parameters to build a valid rule.")
    if "cidr" in rule:
        address, _, length = rule["cidr"].partition("/")
        if address not in ("0.0.0.0", "::") and length == "0":  # noqa: S104 - any address
            raise BadRequest(f"Bad prefix for network in cidr {rule['cidr']}")
    return rule


def _cidr(given: Any) -> str:
    if not given:
        return "0.0.0.0/0"
    cidr = urllib.parse.unquote(given) if isinstance(given, str) else given
    if not isinstance(cidr, str) or not FORMATS["cidr"](cidr):
        raise BadRequest(f"{cidr} is not a valid IP network.")
    return cidr


def _with_ports(protocol: str, given_first: Any, given_last: Any) -> dict[str, Any]:
    known = protocol.upper()
    try:
        first, last = int(given_first), int(given_last)
    except ValueError:
        what = "Type and Code must be integers for ICMP protocol type"
        what = what if known == "ICMP" else "To and From ports must be integers"
        raise BadRequest(f"Invalid input received: {what}") from None
    except TypeError as exc:
        raise Unexpected(kind="TypeError") from exc
    if known not in ("TCP", "UDP", "ICMP"):
        raise BadRequest(f"Invalid IP protocol {protocol}.")
    if known == "ICMP":
        if not (-1 <= first <= 255 and -1 <= last <= 255):
            why = "For ICMP, the type:code must be valid"
            raise InvalidPortRange(first=first, last=last, why=why)
    elif first > last:
        why = "Former value cannot be greater than the later"
        raise InvalidPortRange(first=first, last=last, why=why)
    elif first < 1 or last > 65535:
        why = f"Valid {known} ports should be between 1-65535"
        raise InvalidPortRange(first=first, last=last, why=why)
    return {"protocol": protocol, "from_port": first, "to_port": last}


def _check_new(parent: dict[str, Any], rule: dict[str, Any]) -> None:
    """Refuse a rule that the group has.

    Nova: it compares a network with every rule, so that rules of groups are never found.
    """
    wanted = tuple(
        rule.get(key) for key in ("group_id", "cidr", "from_port", "to_port", "protocol")
    )
    for held in group_shapes.incoming(parent):
        ports = group_shapes.ports_of(held)
        if wanted == (
            held["remote_group_id"], group_shapes.cidr_of(held), *ports, held["protocol"]
        ):  # fmt: skip
            raise BadRequest(f"This rule already exists in group {parent['id']}")


def _make(request: Any, parent_id: str, rule: dict[str, Any]) -> dict[str, Any]:
    cidr = rule.get("cidr")
    wanted: dict[str, Any] = {
        "direction": "ingress",
        "protocol": rule.get("protocol"),
        # Nova: a rule of a group holds for version 4 alone, so that one rule remains one.
        "ethertype": "IPv6" if cidr and ":" in cidr else "IPv4",
        "remote_ip_prefix": cidr,
        "security_group_id": parent_id,
        "remote_group_id": rule.get("group_id"),
    }
    for key, name in (("from_port", "port_range_min"), ("to_port", "port_range_max")):
        if rule.get(key, -1) != -1:
            wanted[name] = rule[key]
    try:
        return network().create_security_group_rule(request.context, **wanted)
    except Conflict as exc:
        raise Forbidden(quoted(request.context, exc.text)) from exc
    except BadRequest as exc:
        raise BadRequest(quoted(request.context, exc.text)) from exc
