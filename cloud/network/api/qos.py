"""QoS policies, rules and rule types.  /v2.0/qos"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Q

from cloud.network import errors, policies
from cloud.network.api.base import NetworkViewSet
from cloud.network.api.listing import only
from cloud.network.api.networks import shared_field, shared_loader
from cloud.network.api.resource import Field, NetworkAsk, Rows
from cloud.network.api.standard import Tagged, flag
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import qos, sharing
from cloud.network.models import QosPolicy, QosRule
from middleware.context import RequestContext
from versioned.operation import operation


def _rules(rows: Rows, ask: NetworkAsk) -> Mapping[str, list[Values]]:
    found: dict[str, list[Values]] = {row["id"]: [] for row in rows}
    for rule in QosRule.objects.filter(policy_id__in=list(found)):
        found[rule.policy_id].append(
            {"id": rule.id, "qos_policy_id": rule.policy_id, "type": rule.kind, **rule.values}
        )
    return found


class PolicyNoun(Tagged):
    member, plural, model = "policy", "policies", QosPolicy
    related = {**Tagged.related, "shared": shared_loader("qos_policy"), "rules": _rules}

    shared = shared_field("qos_policy")
    is_default = flag(False, post=True, put=True)
    rules = Field()

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.QosPolicyNotFound(policy_id=resource_id)

    @classmethod
    def visible(cls, context: RequestContext) -> Q:
        return sharing.visible("qos_policy", context)

    @classmethod
    def offered(cls, context: RequestContext) -> Q:
        return sharing.shared("qos_policy", context)


class PolicyViewSet(NounViewSet):
    noun = PolicyNoun

    def make(self, values: Values) -> str:
        return qos.create(values).id

    def change(self, found: QosPolicy, values: Values) -> None:
        qos.change(found, values)

    def remove(self, found: QosPolicy) -> None:
        qos.remove(found)


class RuleViewSet(NetworkViewSet):
    """Rules of one kind; there is a subclass for each."""

    kind: ClassVar[qos.Kind]

    @property
    def member(self) -> str:
        return f"{self.kind.name}_rule"

    def policy(self, id: str, verb: str) -> QosPolicy:
        if verb == "create":
            # Neutron: who may add no rule is told so, even where the policy may not be seen.
            owner = QosPolicy.objects.filter(id=id).values_list("project_id", flat=True).first()
            if owner is not None:
                self.demand(f"{verb}_policy_{self.kind.name}_rule", {"parent_project_id": owner})
        found: QosPolicy | None = PolicyNoun.reach(self.context).filter(id=id).first()
        if found is None:
            raise errors.QosPolicyNotFound(policy_id=id)
        return found

    def may_see(self, policy: QosPolicy) -> bool:
        """Whether the caller is shown the rules of a policy."""
        rule = f"get_policy_{self.kind.name}_rule"
        target = {"parent_project_id": policy.project_id}
        return policies.allows(self.context, rule, target)

    def judge(self, policy: QosPolicy, verb: str) -> None:
        """Refuse who may not do that; rules that the caller is not shown are not there."""
        if not self.may_see(policy):
            raise errors.HTTPNotFound("The resource could not be found.")
        if verb != "get":
            target = {"parent_project_id": policy.project_id}
            self.demand(f"{verb}_policy_{self.kind.name}_rule", target)

    def rule_of(self, policy: QosPolicy, id: str) -> QosRule:
        rule = QosRule.objects.filter(policy=policy, kind=self.kind.name, id=id).first()
        if rule is None:
            raise errors.QosRuleNotFound(rule_id=id, policy_id=policy.id)
        return rule

    def read(self, *, everything: bool) -> Values:
        body = self.request.json
        if not body:
            raise errors.HTTPBadRequest("Resource body required")
        given = body.get(self.member) if isinstance(body, dict) else None
        if not isinstance(given, dict):
            raise errors.HTTPBadRequest(f"Unable to find '{self.member}' in request body")
        return qos.read_rule(self.kind, given, everything=everything)

    def shown(self, rule: QosRule) -> Values:
        return {self.member: {"id": rule.id, **rule.values}}

    @operation()
    def list(self, request: Any, *, policy_id: str) -> Any:
        """List a policy's rules of the kind."""
        policy = self.policy(policy_id, "get")
        found = [
            {"id": rule.id, **rule.values}
            for rule in QosRule.objects.filter(policy=policy, kind=self.kind.name)
            if self.may_see(policy)
        ]
        for key, values in request.params.items():
            if key not in ("fields", "limit", "marker", "sort_key", "sort_dir"):
                found = [rule for rule in found if str(rule.get(key)) in values]
        return {f"{self.member}s": only(found, request.params)}

    @operation()
    def retrieve(self, request: Any, *, policy_id: str, id: str) -> Any:
        """Show one."""
        policy = self.policy(policy_id, "get")
        rule = self.rule_of(policy, id)
        self.judge(policy, "get")
        return self.shown(rule)

    @operation(status=201)
    def create(self, request: Any, *, policy_id: str) -> Any:
        """Add one."""
        values = self.read(everything=True)
        return self.shown(qos.add_rule(self.policy(policy_id, "create"), self.kind, values))

    @operation()
    def update(self, request: Any, *, policy_id: str, id: str) -> Any:
        """Change one."""
        values = self.read(everything=False)
        policy = self.policy(policy_id, "update")
        rule = self.rule_of(policy, id)
        self.judge(policy, "update")
        qos.change_rule(policy, self.kind, rule, values)
        return self.shown(rule)

    @operation(status=204)
    def destroy(self, request: Any, *, policy_id: str, id: str) -> Any:
        """Take one away."""
        policy = self.policy(policy_id, "delete")
        rule = self.rule_of(policy, id)
        self.judge(policy, "delete")
        qos.remove_rule(policy, rule)


class AliasViewSet(RuleViewSet):
    """The same rules by their ids alone."""

    def known(self, id: str, verb: str) -> tuple[QosPolicy, QosRule]:
        rule = QosRule.objects.filter(kind=self.kind.name, id=id).first()
        if rule is None:
            raise errors.QosRuleNotFound(rule_id=id, policy_id="")
        policy = self.policy(rule.policy_id, verb)
        if verb == "get" and not self.may_see(policy):
            raise errors.Unseen("The resource could not be found.")
        self.judge(policy, verb)
        return policy, rule

    def shown(self, rule: QosRule) -> Values:
        return {f"alias_{self.member}": {"id": rule.id, **rule.values}}

    @operation()
    def retrieve(self, request: Any, *, id: str) -> Any:
        """Show a rule."""
        return self.shown(self.known(id, "get")[1])

    @operation()
    def update(self, request: Any, *, id: str) -> Any:
        """Change a rule."""
        policy, rule = self.known(id, "update")
        body = request.json if isinstance(request.json, dict) else {}
        given = body.get(f"alias_{self.member}", body.get(self.member))
        if not isinstance(given, dict):
            raise errors.HTTPBadRequest(f"Unable to find 'alias_{self.member}' in request body")
        qos.change_rule(policy, self.kind, rule, qos.read_rule(self.kind, given, everything=False))
        return self.shown(rule)

    @operation(status=204)
    def destroy(self, request: Any, *, id: str) -> Any:
        """Take a rule away."""
        qos.remove_rule(*self.known(id, "delete"))


def views_of(kind: qos.Kind) -> tuple[Any, Any]:
    """The views of one kind of rule."""
    name = kind.name.title().replace("_", "")
    return (
        type(f"{name}RuleViewSet", (RuleViewSet,), {"kind": kind}),
        type(f"{name}AliasViewSet", (AliasViewSet,), {"kind": kind}),
    )


class RuleTypeViewSet(NetworkViewSet):
    @operation()
    def list(self, request: Any) -> Any:
        """List the kinds of rules."""
        kinds: Any = [{"type": name} for name in qos.KINDS]
        wanted = request.params.get("type")
        kinds = [kind for kind in kinds if not wanted or kind["type"] in wanted]
        return {"rule_types": self.visible("get_rule_type", kinds)}

    @operation()
    def retrieve(self, request: Any, *, type: str) -> Any:
        """Show a kind, and what it takes."""
        if not self.context.is_admin:
            raise errors.NotAuthorized
        kind = qos.KINDS.get(type)
        if kind is None:
            raise errors.HTTPNotFound("The resource could not be found.")
        numbers: Any = [
            {
                "parameter_name": name,
                "parameter_type": "choices" if choices else "range",
                "parameter_values": [*choices] if choices else {"start": 0, "end": qos.BIG},
            }
            for name, choices in (kind.needed, (kind.optional, None))
            if name
        ]
        if kind.directions:
            numbers.append(
                {
                    "parameter_name": "direction",
                    "parameter_type": "choices",
                    "parameter_values": [*kind.directions],
                }
            )
        drivers = [{"name": "openvswitch", "supported_parameters": numbers}]
        return {"rule_type": {"type": type, "drivers": drivers}}
