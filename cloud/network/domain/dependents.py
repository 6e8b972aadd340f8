"""Who leans on what is shared, so that a policy that shares it has to stay."""

from typing import Any

from django.db.models import QuerySet

from cloud.network import errors
from cloud.network.models import (
    FloatingIp,
    Network,
    Port,
    PortSecurityGroup,
    RbacPolicy,
    Router,
    SecurityGroupRule,
    Subnet,
    SubnetPool,
)

SHARED = "access_as_shared"
EXTERNAL = "access_as_external"
EVERYBODY = "*"


def check(policy: RbacPolicy, model: Any, target: str | None = None) -> None:
    """Refuse to take a policy back, or to give it to `target`, that somebody's access hangs on."""
    if policy.object_type == "network" and policy.action == EXTERNAL:
        _check_external(policy, target)
        return
    owner = model.objects.filter(id=policy.object_id).values_list("project_id", flat=True).first()
    if policy.target_project == owner:
        return
    if policy.object_type == "network":
        if _lose(policy, _on_network(policy.object_id), {owner or ""}):
            raise _in_use(policy, errors.InvalidSharedSetting(network=policy.object_id).message)
    elif target != EVERYBODY and _lose(policy, _users(policy), set()):
        raise _in_use(policy, f"project_id={policy.target_project}")


def _in_use(policy: RbacPolicy, details: str) -> errors.RbacPolicyInUse:
    return errors.RbacPolicyInUse(object_id=policy.object_id, details=details)


def _lose(policy: RbacPolicy, users: set[str], safe: set[str]) -> bool:
    """Whether one of `users` sees the thing by this policy alone."""
    others = set(
        RbacPolicy.objects.filter(object_id=policy.object_id, action=policy.action)
        .exclude(id=policy.pk)
        .values_list("target_project", flat=True)
    )
    if policy.target_project == EVERYBODY:
        # Neutron: the owner of what is not a network loses it, too, as far as this is asked.
        return bool(users - others - safe)
    return EVERYBODY not in others and policy.target_project in users


def _projects(rows: QuerySet[Any]) -> set[str]:
    return set(rows.values_list("project_id", flat=True))


def _on_network(network_id: str) -> set[str]:
    ports = Port.objects.filter(network_id=network_id)
    return _projects(ports.exclude(device_owner__startswith="network:")) - {""}


def _users(policy: RbacPolicy) -> set[str]:
    """The projects that use a thing."""
    it = policy.object_id
    if policy.object_type == "subnetpool":
        return _projects(Subnet.objects.filter(subnetpool_id=it))
    if policy.object_type == "address_scope":
        return _projects(SubnetPool.objects.filter(address_scope_id=it))
    if policy.object_type == "address_group":
        return _projects(SecurityGroupRule.objects.filter(remote_address_group_id=it))
    if policy.object_type == "security_group":
        bound = PortSecurityGroup.objects.filter(security_group_id=it)
        return _projects(Port.objects.filter(id__in=bound.values("port_id")))
    found = _projects(Router.objects.filter(gateway_qos_policy_id=it))
    for model in (Network, Port, FloatingIp):
        found |= _projects(model.objects.filter(qos_policy_id=it))
    return found


def _check_external(policy: RbacPolicy, target: str | None) -> None:
    if target == policy.target_project:
        return
    default = Network.objects.filter(id=policy.object_id, is_default=True)
    if policy.target_project == EVERYBODY and default.exists():
        raise _in_use(policy, "Default external networks must be shared to everyone.")
    users = _projects(Router.objects.filter(gateway_port__network_id=policy.object_id))
    if _lose(policy, users, {target} if target else set()):
        raise _in_use(
            policy,
            "There are routers attached to this network that depend on this policy for access.",
        )
