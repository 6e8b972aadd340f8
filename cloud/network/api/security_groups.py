"""Security groups and rules.  /v2.0/security-groups"""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from django.db.models import Q, QuerySet

from cloud.network import errors
from cloud.network.api import checks, converters
from cloud.network.api.networks import shared_field, shared_loader
from cloud.network.api.resource import Field, NetworkAsk, Rows
from cloud.network.api.standard import Described, Tagged, flag, name_field
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import security, sharing
from cloud.network.models import DefaultSecurityGroup, SecurityGroup, SecurityGroupRule
from middleware.context import RequestContext


class InvalidCIDR(errors.BadRequest):
    text = "Invalid CIDR {input} given as IP prefix."


def to_protocol(value: Any) -> str | None:
    """Read a protocol: its name in small letters, or its number."""
    if value is None:
        return None
    word = str(value).lower()
    if word.isdigit() and int(word) <= 255:
        return str(int(word))
    if word == "any":
        return None
    if word not in security.PROTOCOLS:
        raise errors.SecurityGroupRuleInvalidProtocol(
            protocol=value, values=(None, "any", *security.PROTOCOLS)
        )
    return word


def to_known_protocol(value: Any) -> Any:
    """Let a protocol through as it is written, if there is one of that name or number."""
    if value is None:
        return None
    word = converters.to_lower(value)
    if word in security.PROTOCOLS or (word.isdigit() and int(word) <= 255):
        return value
    raise errors.InvalidInput(
        error_message=f"IP protocol '{value}' is not supported. Only protocol names and their "
        "integer representation (0 to 255) are supported"
    )


def to_ethertype(value: Any) -> str:
    for known in security.ETHERTYPES:
        if str(value).lower() == known.lower():
            return known
    raise errors.SecurityGroupRuleInvalidEtherType(
        ethertype=value, values=list(security.ETHERTYPES)
    )


def to_port(value: Any) -> int | None:
    if value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        raise errors.SecurityGroupInvalidPortValue(port=value) from None


def to_prefix(value: Any) -> str | None:
    """Read a prefix; a bare address stands for itself alone."""
    if not value:
        return None
    try:
        net = ip_network(value if isinstance(value, str) else "", strict=False)
    except ValueError:
        raise InvalidCIDR(input=value) from None
    return value if "/" in value else str(net)


class RuleFields(Described):
    """What rules of groups and templates of rules say alike."""

    # Neutron: rules have no names.
    name = Field(show=False)
    direction = Field(post=True, filters=True, sort=True, check=checks.one_of("ingress", "egress"))
    ethertype = Field(post=True, filters=True, sort=True, default="IPv4", convert=to_ethertype)
    protocol = Field(post=True, filters=True, sort=True, default=None, convert=to_protocol)
    port_range_min = Field(post=True, filters=True, sort=True, default=None, convert=to_port)
    port_range_max = Field(post=True, filters=True, sort=True, default=None, convert=to_port)
    remote_ip_prefix = Field(post=True, filters=True, sort=True, default=None, convert=to_prefix)
    remote_group_id = Field(post=True, filters=True, sort=True, default=None)
    remote_address_group_id = Field(post=True, filters=True, sort=True, default=None)


def _defaults(rows: Rows, ask: NetworkAsk) -> Mapping[str, bool]:
    groups = set(
        DefaultSecurityGroup.objects.filter(
            security_group_id__in={row["security_group_id"] for row in rows}
        ).values_list("security_group_id", flat=True)
    )
    return {row["id"]: row["security_group_id"] in groups for row in rows}


def _unheeded(values: list[str], context: RequestContext) -> Q:
    """Filter: nothing. Neutron: reads what is asked for, and forgets it."""
    for value in values:
        converters.to_bool(value)
    return Q()


def _normal(row: Values, ask: NetworkAsk) -> str | None:
    prefix = row["remote_ip_prefix"]
    return str(ip_network(prefix, strict=False)) if prefix else None


class SecurityGroupRuleNoun(RuleFields):
    member, plural, model = "security_group_rule", "security_group_rules", SecurityGroupRule
    related = {"belongs": _defaults}

    security_group_id = Field(post=True, check=checks.text(36), filters=True, sort=True)
    # Neutron: lists may be filtered by this, and are not.
    normalized_cidr = Field(
        _normal, needs="remote_ip_prefix", filters=lambda values, context: Q(), sort=True
    )
    belongs_to_default_sg = Field(
        lambda row, ask: row["belongs"],
        needs=("belongs", "security_group_id"),
        convert=converters.to_bool,
        filters=_unheeded,
    )

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.SecurityGroupRuleNotFound(id=resource_id)

    @classmethod
    def visible(cls, context: RequestContext) -> Q:
        return Q(project_id=context.project_id) | Q(security_group__project_id=context.project_id)

    @classmethod
    def reach(cls, context: RequestContext) -> QuerySet[Any]:
        """Neutron: finds everybody's rules, and then asks policy."""
        return cls.model._default_manager.all()


def _rules(rows: Rows, ask: NetworkAsk) -> Mapping[str, list[Values]]:
    found: dict[str, list[Values]] = {row["id"]: [] for row in rows}
    rules = SecurityGroupRule.objects.filter(security_group_id__in=list(found))
    for row in SecurityGroupRuleNoun.load(rules.order_by("created_at", "id"), ask):
        # Neutron: has tags of rules here, which nobody can give them.
        rendered = SecurityGroupRuleNoun.shape.render(row, ask) | {"tags": []}
        found[row["security_group_id"]].append(rendered)
    return found


# Neutron: of what is required, this is missed first.
SecurityGroupRuleNoun.fields = {
    "security_group_id": SecurityGroupRuleNoun.fields["security_group_id"],
    **SecurityGroupRuleNoun.fields,
}
# Neutron: names of these alone may have blanks around them.
_NAME = checks.text(255)


def _not_default(value: Any) -> str | None:
    reason = _NAME(value)
    if reason is None and value.lower() == security.DEFAULT:
        raise errors.SecurityGroupDefaultAlreadyExists
    return reason


class SecurityGroupNoun(Tagged):
    member, plural, model = "security_group", "security_groups", SecurityGroup
    related = {
        **Tagged.related,
        "shared": shared_loader("security_group"),
        "rules": _rules,
    }

    name = name_field(default="", check=_not_default)
    stateful = flag(post=True, put=True)
    shared = shared_field("security_group", post=False, put=False)
    security_group_rules = Field("rules")

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.SecurityGroupNotFound(id=resource_id)

    @classmethod
    def visible(cls, context: RequestContext) -> Q:
        return sharing.visible("security_group", context)

    @classmethod
    def offered(cls, context: RequestContext) -> Q:
        return sharing.shared("security_group", context)


class SecurityGroupViewSet(NounViewSet):
    noun = SecurityGroupNoun

    def scope(self) -> Any:
        """Lists are where a project's default group comes into being."""
        asked = self.flag("project_id") or self.flag("tenant_id")
        context = self.context
        if self.request.method == "GET" and "id" not in self.kwargs:
            if asked is None or asked == context.project_id:
                security.ensure_default(context.project_id or "")
            elif context.is_admin:
                security.ensure_default(asked)
        return super().scope()

    def make(self, values: Values) -> str:
        return security.create(self.context, values).id

    def change(self, found: SecurityGroup, values: Values) -> None:
        security.change(found, values)

    def remove(self, found: SecurityGroup) -> None:
        security.remove(self.context, found)


class SecurityGroupRuleViewSet(NounViewSet):
    noun = SecurityGroupRuleNoun

    def target_of_new(self, values: Values) -> Values:
        group = SecurityGroup.objects.filter(id=values["security_group_id"]).first()
        if group is not None:
            return {**values, "group_project_id": group.project_id}
        # Neutron: looks for the group only when the caller's roles let it come to that.
        if self.context.is_admin or "member" in self.context.roles:
            raise errors.SecurityGroupNotFound(id=values["security_group_id"])
        return {**values, "group_project_id": None}

    def items(self, body: Any) -> Any:
        items, is_bulk = super().items(body)
        if len({str(item.get("security_group_id")) for item in items}) > 1:
            raise errors.SecurityGroupNotSingleGroupRules
        if any(item in items[:at] for at, item in enumerate(items)):
            raise errors.DuplicateSecurityGroupRuleInPost
        return items, is_bulk

    def target_of(self, found: SecurityGroupRule) -> Values:
        return {
            "project_id": found.project_id,
            "group_project_id": found.security_group.project_id,
        }

    def make(self, values: Values) -> str:
        return security.add_rule(self.context, values).id

    def remove(self, found: SecurityGroupRule) -> None:
        security.remove_rule(found)
