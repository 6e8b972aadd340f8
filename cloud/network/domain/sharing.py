"""RBAC policies: sharing things with other projects."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from cloud.network import errors, models
from cloud.network.domain import dependents, quotas, standard
from cloud.network.models import RbacPolicy
from middleware.context import RequestContext
from versioned.prepared import Prepared

SHARED, EXTERNAL = dependents.SHARED, dependents.EXTERNAL
EVERYBODY = dependents.EVERYBODY

# object type -> (model, actions).
KINDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "network": (models.Network, (SHARED, EXTERNAL)),
    "qos_policy": (models.QosPolicy, (SHARED,)),
    "security_group": (models.SecurityGroup, (SHARED,)),
    "address_scope": (models.AddressScope, (SHARED,)),
    "subnetpool": (models.SubnetPool, (SHARED,)),
    "address_group": (models.AddressGroup, (SHARED,)),
}


_SHARED_ONE = Prepared(
    lambda kind, project_id, object_id: RbacPolicy.objects.filter(
        Q(target_project=EVERYBODY) | Q(target_project=project_id),
        object_type=kind,
        action=SHARED,
        object_id=object_id,
    ).values_list("object_id", flat=True),
    str,
    str,
    str,
)


def offered(kind: str, context: RequestContext, *actions: str) -> Any:
    """The ids of things of a kind that are shared with the caller: a subquery."""
    return RbacPolicy.objects.filter(
        object_type=kind,
        target_project__in=(EVERYBODY, context.project_id),
        action__in=actions or (SHARED,),
    ).values("object_id")


def shared(kind: str, context: RequestContext, *actions: str) -> Q:
    """What is shared with the caller."""
    return Q(id__in=offered(kind, context, *actions))


def visible(kind: str, context: RequestContext, *actions: str) -> Q:
    """What is the caller's own or shared with it."""
    return Q(project_id=context.project_id) | Q(id__in=offered(kind, context, *actions))


def is_offered(kind: str, object_id: str, context: RequestContext, *actions: str) -> bool:
    found: bool = offered(kind, context, *actions).filter(object_id=object_id).exists()
    return found


def shared_among(kind: str, ids: list[str], context: RequestContext) -> set[str]:
    """Which of `ids` are shared with the caller or with everybody."""
    if len(ids) == 1 and context.project_id is not None:
        return set(_SHARED_ONE(kind, context.project_id, ids[0]))
    return set(offered(kind, context).filter(object_id__in=ids).values_list("object_id", flat=True))


def share(kind: str, object_id: str, project_id: str, action: str = SHARED) -> bool:
    """Share a thing with everybody; False if it was."""
    _, is_new = RbacPolicy.objects.get_or_create(
        object_type=kind,
        object_id=object_id,
        action=action,
        target_project=EVERYBODY,
        defaults={"project_id": project_id},
    )
    return is_new


def unshare(kind: str, object_id: str, action: str = SHARED) -> bool:
    """Take back what was shared with everybody; False if nothing was.

    Who leans on it is looked at here, but for networks, whose own room does.
    """
    found = RbacPolicy.objects.filter(
        object_type=kind, object_id=object_id, action=action, target_project=EVERYBODY
    )
    for policy in found if kind != "network" else ():
        dependents.check(policy, KINDS[kind][0])
    return found.delete()[0] > 0


def forget(object_id: str) -> None:
    """Drop every policy of a thing that goes."""
    RbacPolicy.objects.filter(object_id=object_id).delete()


# The API's own operations


def create(context: RequestContext, values: dict[str, Any]) -> RbacPolicy:
    """Share a thing of the caller's with a project."""
    kind, action = values["object_type"], values["action"]
    known = KINDS.get(kind)
    if known is None:
        raise errors.InvalidInput(error_message=f"'{kind}' is not a valid RBAC object type")
    if action not in known[1]:
        raise errors.InvalidActionForType(action=action, object_type=kind, valid_actions=known[1])
    found = known[0].objects.filter(id=values["object_id"])
    if not context.is_admin:
        found = found.filter(visible(kind, context, *known[1]))
    row = found.first()
    if row is None:
        raise errors.RbacObjectNotFound(id=values["object_id"])
    if not context.is_admin and row.project_id != context.project_id:
        raise errors.InvalidInput(
            error_message="Only admins can manipulate policies on objects they do not own"
        )
    if kind == "subnetpool" and row.address_scope_id:
        _check_scope(row, values["target_tenant"])
    with transaction.atomic():
        quotas.check("rbac_policy", values["project_id"])
        if kind == "network" and action == EXTERNAL and not row.is_external:
            row.is_external = True
            row.save(update_fields=["is_external"])
            # Neutron: a network that becomes external by this is revised once more.
            standard.touch(models.Network.objects.filter(id=row.id))
        try:
            with transaction.atomic():
                made = RbacPolicy.objects.create(
                    project_id=values["project_id"],
                    object_type=kind,
                    object_id=values["object_id"],
                    action=action,
                    target_project=values["target_tenant"],
                )
                _touch(made)
                return made
        except IntegrityError:
            raise errors.DuplicateRbacPolicy from None


def change(policy: RbacPolicy, values: dict[str, Any]) -> None:
    """Give a policy another target."""
    with transaction.atomic():
        if "target_tenant" in values:
            dependents.check(policy, KINDS[policy.object_type][0], values["target_tenant"])
            policy.target_project = values["target_tenant"]
            try:
                with transaction.atomic():
                    policy.save()
                    _touch(policy)
            except IntegrityError:
                raise errors.DuplicateRbacPolicy from None


def remove(policy: RbacPolicy) -> None:
    """Stop sharing, unless somebody leans on it."""
    with transaction.atomic():
        dependents.check(policy, KINDS[policy.object_type][0])
        policy.delete()
        _touch(policy)
        if (
            policy.action == EXTERNAL
            and not RbacPolicy.objects.filter(object_id=policy.object_id, action=EXTERNAL).exists()
        ):
            network = models.Network.objects.filter(id=policy.object_id)
            network.update(is_external=False)
            standard.touch(network)


def _touch(policy: RbacPolicy) -> None:
    # Neutron: of what can be shared, only a network is revised by it.
    if policy.object_type == "network":
        standard.touch(models.Network.objects.filter(id=policy.object_id))


def _check_scope(pool: models.SubnetPool, target: str) -> None:
    """Refuse to share a pool with whom its address scope is not shared with."""
    if not RbacPolicy.objects.filter(
        object_id=pool.address_scope_id, target_project__in=(EVERYBODY, target)
    ).exists():
        reason = "target project doesn't have access to associated address scope."
        raise errors.InvalidInput(
            error_message=f"Failed to create RBAC policy on object {pool.id} because {reason}."
        )
