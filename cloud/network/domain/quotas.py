"""Quotas: how much a project may have of each resource."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Model, Value

from cloud.network import errors, models
from cloud.network.models import Quota
from versioned.prepared import Prepared

# resource -> (default, what is counted).  Neutron: DevStack changes none of them.
LIMITS: dict[str, tuple[int, type[Model]]] = {
    "network": (100, models.Network),
    "subnet": (100, models.Subnet),
    "subnetpool": (-1, models.SubnetPool),
    "port": (500, models.Port),
    "router": (10, models.Router),
    "floatingip": (50, models.FloatingIp),
    "rbac_policy": (10, models.RbacPolicy),
    "security_group": (10, models.SecurityGroup),
    "security_group_rule": (100, models.SecurityGroupRule),
    "trunk": (-1, models.Trunk),
}

# Neutron: what there may be of within something else goes among them, though it is not counted.
WITHIN: dict[str, int] = {"router_route": 30}


_OWN = Prepared(
    lambda project_id, resource: Quota.objects.filter(
        project_id=project_id, resource=resource
    ).values_list("limit", flat=True),
    str,
    str,
)


def defaults() -> dict[str, int]:
    """The limits of a project that has none of its own."""
    chosen = getattr(settings, "NETWORK_QUOTAS", {})
    known = {name: limit for name, (limit, _) in LIMITS.items()} | WITHIN
    return {name: chosen.get(name, limit) for name, limit in known.items()}


def limits(project_id: str) -> dict[str, int]:
    return defaults() | dict(_OWN_ALL(project_id))


_OWN_ALL = Prepared(
    lambda project_id: Quota.objects.filter(project_id=project_id).values_list("resource", "limit"),
    str,
)


def _counted(project_id: str) -> Any:
    """(resource, how many of it the project has), for each of which there are any."""
    first, *others = (
        model._default_manager.filter(project_id=project_id)
        .order_by()
        .values("project_id")
        .annotate(resource=Value(name), used=Count("pk"))
        .values_list("resource", "used")
        for name, (_, model) in LIMITS.items()
    )
    return first.union(*others, all=True)


_COUNTED = Prepared(_counted, str)


def used(resource: str, project_id: str) -> int:
    if resource in WITHIN:
        return 0
    return LIMITS[resource][1]._default_manager.filter(project_id=project_id).count()


def check(resource: str, project_id: str, *, more: int = 1) -> None:
    """Refuse when `project_id` would have too much of `resource`."""
    own = _OWN.first(project_id, resource)
    limit = defaults()[resource] if own is None else own
    if limit >= 0 and used(resource, project_id) + more > limit:
        raise errors.OverQuota(overs=[resource])


def details(project_id: str) -> dict[str, dict[str, int]]:
    counted = dict(_COUNTED(project_id))
    return {
        name: {"limit": limit, "used": counted.get(name, 0), "reserved": 0}
        for name, limit in limits(project_id).items()
    }


def change(project_id: str, wanted: dict[str, int], *, force: bool) -> None:
    """Set a project's own limits; refuse one below what is in use, unless forced."""
    if not force:
        for name, limit in wanted.items():
            taken = used(name, project_id) if limit >= 0 else limit
            if taken > limit:
                raise errors.HTTPBadRequest(
                    f"Quota limit {limit} for {name} must be greater than or equal to "
                    f"already used {taken}"
                )
    with transaction.atomic():
        for name, limit in wanted.items():
            Quota.objects.update_or_create(
                project_id=project_id, resource=name, defaults={"limit": limit}
            )


def reset(project_id: str) -> None:
    """Go back to the defaults."""
    gone, _ = Quota.objects.filter(project_id=project_id).delete()
    if not gone:
        raise errors.TenantQuotaNotFound(project_id=project_id)


def listed() -> list[dict[str, Any]]:
    """Every project with limits of its own."""
    projects = Quota.objects.values_list("project_id", flat=True).distinct().order_by("project_id")
    return [limits(project) | {"project_id": project, "tenant_id": project} for project in projects]
