"""QoS policies and their rules."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cloud.network import errors
from cloud.network.domain import sharing, standard
from cloud.network.models import FloatingIp, Network, Port, QosPolicy, QosRule, Router
from cloud.network.models.standard import new_id
from middleware.context import RequestContext

Values = dict[str, Any]
BIG = 2147483647
ONE_WAY = ("ingress", "egress")
MARKS = (
    0, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 44, 46, 48, 56,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule: its numbers with the values that they take, and its directions."""

    name: str
    needed: tuple[str, tuple[int, ...] | None]
    optional: str | None = None
    directions: tuple[str, ...] = ()


KINDS = {
    kind.name: kind
    for kind in (
        Kind("bandwidth_limit", ("max_kbps", None), "max_burst_kbps", ONE_WAY),
        Kind("packet_rate_limit", ("max_kpps", None), "max_burst_kpps", ONE_WAY),
        Kind("dscp_marking", ("dscp_mark", MARKS)),
        Kind("minimum_bandwidth", ("min_kbps", None), None, ONE_WAY),
        Kind("minimum_packet_rate", ("min_kpps", None), None, (*ONE_WAY, "any")),
    )
}


def check_usable(context: RequestContext, values: Values) -> None:
    """Refuse to put something under a policy that the caller does not see."""
    policy_id = values.get("qos_policy_id")
    if not policy_id:
        return
    found = QosPolicy.objects.filter(id=policy_id)
    if not context.is_admin:
        found = found.filter(sharing.visible("qos_policy", context))
    if not found.exists():
        raise errors.QosPolicyNotFound(policy_id=policy_id)


def default_of(project_id: str) -> str | None:
    """The policy that a project's networks are under when they name none."""
    own = QosPolicy.objects.filter(project_id=project_id, is_default=True)
    return own.values_list("id", flat=True).first()


def create(values: Values) -> QosPolicy:
    """Make a policy."""
    with transaction.atomic():
        if values["is_default"]:
            _refuse_second_default(values["project_id"])
        policy = standard.add(QosPolicy, standard.columns(values, QosPolicy))
        if values["is_default"]:
            # Neutron: to become the default is a change.
            standard.touch(QosPolicy.objects.filter(id=policy.id))
        if values["shared"]:
            sharing.share("qos_policy", policy.id, policy.project_id)
        return policy


def change(policy: QosPolicy, values: Values) -> None:
    """Change a policy."""
    with transaction.atomic():
        if values.get("is_default") and not policy.is_default:
            _refuse_second_default(policy.project_id)
        if values.get("shared") is True:
            sharing.share("qos_policy", policy.id, policy.project_id)
        elif values.get("shared") is False:
            sharing.unshare("qos_policy", policy.id)
        standard.change(policy, standard.columns(values, QosPolicy), lazily=True)


def remove(policy: QosPolicy) -> None:
    """Delete a policy that nothing is under."""
    with transaction.atomic():
        for kind, found in (
            ("port", Port.objects.filter(qos_policy=policy)),
            ("network", Network.objects.filter(qos_policy=policy)),
            ("floatingip", FloatingIp.objects.filter(qos_policy=policy)),
            ("router", Router.objects.filter(gateway_qos_policy=policy)),
        ):
            id = found.values_list("id", flat=True).first()
            if id is not None:
                raise errors.QosPolicyInUse(policy_id=policy.id, object_type=kind, object_id=id)
        QosRule.objects.filter(policy=policy).delete()
        sharing.forget(policy.id)
        standard.discard(policy)


def _refuse_second_default(project_id: str) -> None:
    if QosPolicy.objects.filter(project_id=project_id, is_default=True).exists():
        raise errors.QoSPolicyDefaultAlreadyExists(project_id=project_id)


# Rules


def read_rule(kind: Kind, given: Values, *, everything: bool) -> Values:
    """Check the values of a rule; with `everything` the defaults are filled in."""
    needed, choices = kind.needed
    known = {needed, kind.optional, "direction" if kind.directions else None} - {None}
    unknown = set(given) - known - {"tenant_id", "project_id"}
    if unknown:
        raise errors.HTTPBadRequest(f"Unrecognized attribute(s) '{', '.join(sorted(unknown))}'")
    values: Values = {}
    for name in (needed, kind.optional):
        if name in given:
            values[str(name)] = _number(str(name), given[name], choices)
    if everything and needed not in values:
        raise errors.HTTPBadRequest(
            f"Failed to parse request. Required attribute '{needed}' not specified"
        )
    if everything and kind.optional:
        values.setdefault(kind.optional, 0)
    if kind.directions and ("direction" in given or everything):
        direction = given.get("direction", "egress")
        if direction not in kind.directions:
            raise errors.HTTPBadRequest(
                f"Invalid input for direction. Reason: {direction} is not in valid_values."
            )
        values["direction"] = direction
    return values


def _number(name: str, value: Any, choices: tuple[int, ...] | None) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise errors.InvalidInput(error_message=f"'{value}' is not an integer") from None
    if choices is not None and number not in choices:
        raise errors.HTTPBadRequest(
            f"Invalid input for {name}. Reason: {number} is not in valid_values."
        )
    if not 0 <= number <= BIG:
        word = "small - must be at least '0'" if number < 0 else (
            f"large - must be no larger than '{BIG}'"
        )  # fmt: skip
        raise errors.HTTPBadRequest(f"Invalid input for {name}. Reason: '{number}' is too {word}.")
    return number


def add_rule(policy: QosPolicy, kind: Kind, values: Values) -> QosRule:
    """Add a rule, unless one says something else of the same."""
    with transaction.atomic():
        _refuse_impossible(policy, values)
        _refuse_conflict(policy, kind, values, None)
        rule = QosRule.objects.create(id=new_id(), policy=policy, kind=kind.name, values=values)
        standard.touch(QosPolicy.objects.filter(id=policy.id))
        return rule


def change_rule(policy: QosPolicy, kind: Kind, rule: QosRule, values: Values) -> None:
    with transaction.atomic():
        _refuse_impossible(policy, values)
        rule.values = rule.values | values
        _refuse_conflict(policy, kind, rule.values, rule.id)
        rule.save()
        standard.touch(QosPolicy.objects.filter(id=policy.id))


def remove_rule(policy: QosPolicy, rule: QosRule) -> None:
    with transaction.atomic():
        rule.delete()
        standard.touch(QosPolicy.objects.filter(id=policy.id))


def _refuse_impossible(policy: QosPolicy, values: Values) -> None:
    """Refuse a least bandwidth above the greatest."""
    for key, name, limit, sign in (
        ("max_kbps", "minimum_bandwidth", "min_kbps", 1),
        ("min_kbps", "bandwidth_limit", "max_kbps", -1),
    ):
        if key not in values:
            continue
        for other in QosRule.objects.filter(policy=policy, kind=name):
            # Neutron: a change that names no direction is held against both.
            if values.get("direction") not in (None, other.values.get("direction")):
                continue
            if sign * other.values[limit] > sign * values[key]:
                raise errors.QoSRuleParameterConflict(
                    rule_value=values[key],
                    policy_id=policy.id,
                    existing_rule=name,
                    existing_value=other.values[limit],
                )


def _refuse_conflict(policy: QosPolicy, kind: Kind, values: Values, own: str | None) -> None:
    for other in QosRule.objects.filter(policy=policy, kind=kind.name).exclude(id=own or ""):
        there, new = other.values.get("direction"), values.get("direction")
        if there != new and "any" in (there, new):
            raise errors.QoSRuleParameterConflict(
                rule_value=new,
                policy_id=policy.id,
                existing_rule=kind.name,
                existing_value=there,
            )
        if there == new:
            raise errors.QoSRulesConflict(
                new_rule_type=kind.name, rule_id=other.id, policy_id=policy.id
            )
