"""Security groups: the default one, rules and what they may say, address groups."""

from ipaddress import ip_network
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from cloud.network import errors
from cloud.network.domain import quotas, sharing, standard
from cloud.network.models import (
    AddressGroup,
    DefaultSecurityGroup,
    DefaultSecurityGroupRule,
    PortSecurityGroup,
    SecurityGroup,
    SecurityGroupRule,
)
from middleware.context import RequestContext
from versioned.prepared import Prepared

Values = dict[str, Any]

DEFAULT = "default"
PROTOCOLS = {
    "ah": 51, "dccp": 33, "egp": 8, "esp": 50, "gre": 47, "hopopt": 0, "icmp": 1, "igmp": 2,
    "ip": 0, "ipip": 4, "ipv6-encap": 41, "ipv6-frag": 44, "ipv6-icmp": 58, "icmpv6": 58,
    "ipv6-nonxt": 59, "ipv6-opts": 60, "ipv6-route": 43, "ospf": 89, "pgm": 113, "rsvp": 46,
    "sctp": 132, "tcp": 6, "udp": 17, "udplite": 136, "vrrp": 112,
}  # fmt: skip
WITH_PORTS = ("dccp", "sctp", "tcp", "udp", "udplite", "33", "132", "6", "17", "136")
ICMP = ("icmp", "1", "icmpv6", "ipv6-icmp", "58")
ONLY_V6 = (
    "ipv6-encap", "ipv6-frag", "ipv6-icmp", "icmpv6", "ipv6-nonxt", "ipv6-opts", "ipv6-route",
    "41", "44", "58", "59", "60", "43",
)  # fmt: skip
EVERYBODY = ("0.0.0.0/0", "::/0")
ETHERTYPES = ("IPv4", "IPv6")
SAME_GROUP = "PARENT"


def ensure_default(project_id: str) -> str:
    """The id of a project's default group, which is made when it is first needed."""
    known = _default_of(project_id)
    if known is not None or not project_id:
        return known or ""
    try:
        with transaction.atomic():
            group = standard.add(
                SecurityGroup,
                {
                    "project_id": project_id,
                    "name": DEFAULT,
                    "description": "Default security group",
                },
                revision=1,
            )
            DefaultSecurityGroup.objects.create(project_id=project_id, security_group=group)
            _add_born_rules(group, is_default=True)
            return group.id
    except IntegrityError:
        return _default_of(project_id) or ""


_DEFAULT = Prepared(
    lambda project_id: DefaultSecurityGroup.objects.filter(project_id=project_id).values_list(
        "security_group_id", flat=True
    ),
    str,
)


def _default_of(project_id: str) -> str | None:
    return _DEFAULT.first(project_id)


def _born_rules(is_default: bool) -> list[Values]:
    """The rules that a new group starts with: the operator's templates, or Neutron's own."""
    used = {"used_in_default_sg": True} if is_default else {"used_in_non_default_sg": True}
    if DefaultSecurityGroupRule.objects.exists():
        chosen: Any = (
            DefaultSecurityGroupRule.objects.filter(**used).values(
                "direction", "ethertype", "protocol", "port_range_min", "port_range_max",
                "remote_ip_prefix", "remote_group_id", "remote_address_group_id",
            )
        )  # fmt: skip
        return list(chosen)
    return [
        {key: rule[key] for key in ("direction", "ethertype", "remote_group_id")}
        for rule in TEMPLATES
        if (rule["used_in_default_sg"] if is_default else rule["used_in_non_default_sg"])
    ]


TEMPLATES: tuple[Values, ...] = tuple(
    {
        "direction": direction,
        "ethertype": ethertype,
        "remote_group_id": None if direction == "egress" else SAME_GROUP,
        "used_in_default_sg": True,
        "used_in_non_default_sg": direction == "egress",
        "description": f"Legacy default SG rule for {direction} traffic",
    }
    for direction in ("egress", "ingress")
    for ethertype in ETHERTYPES
)


def _add_born_rules(group: SecurityGroup, *, is_default: bool) -> None:
    SecurityGroupRule.objects.bulk_create(
        SecurityGroupRule(
            security_group=group,
            project_id=group.project_id,
            **(rule | {"remote_group_id": group.id}
               if rule.get("remote_group_id") == SAME_GROUP
               else rule),
        )
        for rule in _born_rules(is_default)
    )  # fmt: skip


# Groups


def create(context: RequestContext, values: Values) -> SecurityGroup:
    """Make a group with the rules that every group starts with."""
    with transaction.atomic():
        ensure_default(values["project_id"])
        quotas.check("security_group", values["project_id"])
        born = len(_born_rules(is_default=False))
        quotas.check("security_group_rule", values["project_id"], more=born)
        group = standard.add(SecurityGroup, standard.columns(values, SecurityGroup), revision=1)
        _add_born_rules(group, is_default=False)
        return group


def change(group: SecurityGroup, values: Values) -> None:
    """Change a group."""
    name = values.get("name")
    if name is not None and name != group.name and group.name == DEFAULT:
        raise errors.SecurityGroupCannotUpdateDefault
    with transaction.atomic():
        if (
            values.get("stateful", group.stateful) != group.stateful
            and PortSecurityGroup.objects.filter(security_group=group).exists()
        ):
            raise errors.SecurityGroupInUse(id=group.id)
        standard.change(group, standard.columns(values, SecurityGroup), lazily=True)


def remove(context: RequestContext, group: SecurityGroup) -> None:
    """Delete a group and every rule that is in it or names it."""
    with transaction.atomic():
        if PortSecurityGroup.objects.filter(security_group=group).exists():
            raise errors.SecurityGroupInUse(id=group.id)
        default = DefaultSecurityGroup.objects.filter(security_group=group)
        if group.name == DEFAULT and not context.is_admin and default.exists():
            raise errors.SecurityGroupCannotRemoveDefault
        naming = SecurityGroupRule.objects.filter(remote_group=group)
        others = set(naming.values_list("security_group_id", flat=True)) - {group.id}
        naming.delete()
        standard.touch(SecurityGroup.objects.filter(id__in=others))
        SecurityGroupRule.objects.filter(security_group=group).delete()
        default.delete()
        sharing.forget(group.id)
        standard.discard(group)


# Rules


def add_rule(context: RequestContext, values: Values) -> SecurityGroupRule:
    """Put a rule into a group."""
    with transaction.atomic():
        _check_rule(values)
        values["protocol"] = _of_version(values["protocol"], values["ethertype"])
        group = _group(context, values["security_group_id"])
        if values["remote_group_id"]:
            _group(context, values["remote_group_id"])
        address_group = values["remote_address_group_id"]
        if address_group and not AddressGroup.objects.filter(id=address_group).exists():
            raise errors.AddressGroupNotFound(address_group_id=address_group)
        quotas.check("security_group_rule", values["project_id"])
        same = _same_rule(SecurityGroupRule.objects.filter(security_group=group), values)
        if same is not None:
            raise errors.SecurityGroupRuleExists(rule_id=same)
        rule = standard.add(SecurityGroupRule, standard.columns(values, SecurityGroupRule))
        standard.touch(SecurityGroup.objects.filter(id=group.id))
        return rule


def remove_rule(rule: SecurityGroupRule) -> None:
    """Take a rule out of its group."""
    with transaction.atomic():
        standard.discard(rule)
        standard.touch(SecurityGroup.objects.filter(id=rule.security_group_id))


def add_template(values: Values) -> DefaultSecurityGroupRule:
    """Add a rule that new groups are born with."""
    with transaction.atomic():
        _check_rule(values)
        # Neutron: looks for the same rule only among those of groups that are not the default one.
        others = DefaultSecurityGroupRule.objects.filter(used_in_non_default_sg=True)
        same = _same_rule(others, values)
        if same is not None:
            raise errors.DefaultSecurityGroupRuleExists(rule_id=same)
        return standard.add(
            DefaultSecurityGroupRule, standard.columns(values, DefaultSecurityGroupRule)
        )


def seed_templates() -> None:
    """Write Neutron's own templates down."""
    for template in TEMPLATES:
        DefaultSecurityGroupRule.objects.create(**template)


def _group(context: RequestContext, group_id: str) -> SecurityGroup:
    found = SecurityGroup.objects.filter(id=group_id)
    if not context.is_admin:
        found = found.filter(sharing.visible("security_group", context))
    group = found.first()
    if group is None:
        raise errors.SecurityGroupNotFound(id=group_id)
    return group


def _same_rule(rules: Any, values: Values) -> str | None:
    parts = (
        "direction", "ethertype", "port_range_min", "port_range_max", "remote_ip_prefix",
        "remote_group_id", "remote_address_group_id",
    )  # fmt: skip
    same = rules.filter(**{key: values[key] for key in parts if key != "remote_ip_prefix"})
    prefix = values["remote_ip_prefix"]
    # Neutron: everybody is as good as nobody in particular.
    anybody = Q(remote_ip_prefix__in=EVERYBODY) | Q(remote_ip_prefix=None)
    is_anybody = prefix is None or prefix in EVERYBODY
    same = same.filter(anybody if is_anybody else Q(remote_ip_prefix=prefix))
    wanted = _number(values["protocol"])
    for rule_id, protocol in same.values_list("id", "protocol"):
        if _number(protocol) == wanted:
            return str(rule_id)
    return None


def _of_version(protocol: str | None, ethertype: str) -> str | None:
    """The name that a protocol goes by in IPv6."""
    return "ipv6-icmp" if ethertype == "IPv6" and protocol in ("icmp", "1", "icmpv6") else protocol


def _number(protocol: str | None) -> str | None:
    return None if protocol is None else str(PROTOCOLS.get(protocol, protocol))


def _check_rule(values: Values) -> None:
    remotes = ("remote_ip_prefix", "remote_group_id", "remote_address_group_id")
    if sum(bool(values[key]) for key in remotes) > 1:
        raise errors.SecurityGroupMultipleRemoteEntites
    protocol, ethertype = values["protocol"], values["ethertype"]
    if protocol in ONLY_V6 and ethertype == "IPv4":
        raise errors.SecurityGroupEthertypeConflictWithProtocol(
            ethertype=ethertype, protocol=protocol
        )
    prefix = values["remote_ip_prefix"]
    if prefix is not None and ip_network(prefix, strict=False).version != int(ethertype[-1]):
        raise errors.SecurityGroupRuleParameterConflict(ethertype=ethertype, cidr=prefix)
    _check_ports(values)


def _check_ports(values: Values) -> None:
    protocol, least, most = (
        values[key] for key in ("protocol", "port_range_min", "port_range_max")
    )
    if least is None and most is None:
        return
    if protocol is None:
        raise errors.SecurityGroupProtocolRequiredWithPorts
    if protocol in WITH_PORTS:
        for port in (least, most):
            if port is not None and not 0 <= port <= 65535:
                raise errors.SecurityGroupInvalidPortValue(port=port)
        if protocol in ("tcp", "udp", "6", "17") and (least == 0 or most == 0):
            raise errors.SecurityGroupInvalidPortValue(port=0)
        if least is None or most is None or least > most:
            raise errors.SecurityGroupInvalidPortRange
    elif protocol in ICMP:
        named = (("port_range_min", "type", least), ("port_range_max", "code", most))
        for attr, word, value in named:
            if value is not None and not 0 <= value <= 255:
                raise errors.SecurityGroupInvalidIcmpValue(field=word, attr=attr, value=value)
        if least is None:
            raise errors.SecurityGroupMissingIcmpType(value=most)
    else:
        raise errors.SecurityGroupInvalidProtocolForPort(
            protocol=PROTOCOLS.get(str(protocol), protocol),
            valid_port_protocols="DCCP, SCTP, TCP, UDP, UDPLITE",
        )
