"""Security groups as Nova shows them: incoming rules only, ports always filled in."""

from collections.abc import Iterable, Mapping
from typing import Any

from compute.api.base import ComputeAsk
from compute.clients.network import network
from middleware.context import RequestContext
from versioned.shape import Attr, Shape

Row = Mapping[str, Any]


def ports_of(rule: Row) -> tuple[int | None, int | None]:
    """The ports, or types of ICMP; a protocol without any means all of them."""
    protocol, first, last = (rule[key] for key in ("protocol", "port_range_min", "port_range_max"))
    if protocol and first is None and last is None:
        return (1, 65535) if protocol.upper() in ("TCP", "UDP") else (-1, -1)
    return first, last


def cidr_of(rule: Row) -> str:
    return rule["remote_ip_prefix"] or "0.0.0.0/0"


def _group(rule: Row, ask: ComputeAsk) -> dict[str, Any]:
    other = rule["remote_group_id"]
    if not other:
        return {}
    found: dict[str, Any] = ask.related["groups"][other]
    return found


class Rule(Shape):
    id = Attr()
    parent_group_id = Attr("security_group_id")
    ip_protocol = Attr("protocol")
    from_port = Attr(lambda row, ask: ports_of(row)[0])
    to_port = Attr(lambda row, ask: ports_of(row)[1])
    group = Attr(_group)
    ip_range = Attr(lambda row, ask: {} if row["remote_group_id"] else {"cidr": cidr_of(row)})


def _rules(group: Row, ask: ComputeAsk) -> list[dict[str, Any]]:
    known = ask.related["groups"]
    # Nova: a rule whose other group has gone meanwhile is left out.
    shown = (each for each in incoming(group) if each["remote_group_id"] in (None, *known))
    return Rule.render_many(shown, ask)


def incoming(group: Row) -> list[dict[str, Any]]:
    return [each for each in group["security_group_rules"] if each["direction"] == "ingress"]


class Group(Shape):
    id = Attr()
    description = Attr()
    name = Attr()
    tenant_id = Attr()
    rules = Attr(_rules)


def shown(context: RequestContext, groups: Iterable[Row], ask: ComputeAsk) -> list[dict[str, Any]]:
    """Groups with the names of the groups that their rules mean, asked for at once."""
    groups = list(groups)
    know(context, groups, (rule for group in groups for rule in incoming(group)), ask)
    return Group.render_many(groups, ask)


def know(
    context: RequestContext, groups: Iterable[Row], rules: Iterable[Row], ask: ComputeAsk
) -> None:
    """Leave in `ask.related` what rules say of other groups."""
    known = {group["id"]: group for group in groups}
    wanted = {rule["remote_group_id"] for rule in rules} - {None, *known}
    if wanted:
        others = network().security_groups(context, id=sorted(wanted))
        known |= {group["id"]: group for group in others}
    ask.related["groups"] = {
        group_id: {"name": group["name"], "tenant_id": group["tenant_id"]}
        for group_id, group in known.items()
    }
