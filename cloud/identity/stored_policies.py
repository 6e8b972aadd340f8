"""Policies that Identity keeps for others, and what they are for."""

from typing import Any

from django.db import transaction

from cloud.identity import attributes
from cloud.identity.errors import NotFound, not_found
from cloud.identity.models import Endpoint, Policy, PolicyAssociation, Region


def get(policy_id: str) -> Policy:
    """The policy of an id."""
    policy = Policy.objects.filter(pk=policy_id).first()
    if policy is None:
        raise not_found("policy", policy_id)
    return policy


def create(values: dict[str, Any]) -> Policy:
    """Keep a policy."""
    policy = Policy(**attributes.split(values, ("type", "blob")))
    with transaction.atomic():
        policy.save(force_insert=True)
    return policy


def update(policy: Policy, values: dict[str, Any]) -> Policy:
    """Change a policy."""
    attributes.merge(policy, attributes.split(values, ("type", "blob")))
    with transaction.atomic():
        policy.save()
    return policy


def delete(policy: Policy) -> None:
    """Delete a policy."""
    with transaction.atomic():
        policy.delete()


def _place(place: dict[str, Any]) -> dict[str, Any]:
    return {name: place.get(name) for name in ("endpoint_id", "service_id", "region_id")}


def associate(policy: Policy, **place: Any) -> None:
    """Say that a policy is for an endpoint, a service, or a service in a region."""
    with transaction.atomic():
        # Keystone: each place has one policy, the latest.
        PolicyAssociation.objects.filter(**_place(place)).delete()
        PolicyAssociation.objects.create(policy=policy, **place)


def check_association(policy: Policy, **place: Any) -> None:
    """Refuse when a policy is not for that place."""
    if not PolicyAssociation.objects.filter(policy=policy, **_place(place)).exists():
        raise NotFound("Could not find policy association.")


def dissociate(policy: Policy, **place: Any) -> None:
    """Say that a policy is no longer for that place."""
    with transaction.atomic():
        PolicyAssociation.objects.filter(policy=policy, **_place(place)).delete()


def policy_for(endpoint: Endpoint) -> Policy:
    """The policy of an endpoint: its own, its region's, or its service's."""
    places: list[dict[str, Any]] = [{"endpoint_id": endpoint.pk}]
    region = endpoint.region
    while region is not None:
        places.append({"service_id": endpoint.service_id, "region_id": region.pk})
        region = region.parent
    places.append({"service_id": endpoint.service_id})
    for place in places:
        found = PolicyAssociation.objects.filter(**_place(place)).first()
        if found is not None:
            return found.policy  # type: ignore[no-any-return]
    raise NotFound(f"No policy is associated with endpoint {endpoint.pk}.")


def endpoints_for(policy: Policy) -> list[dict[str, Any]]:
    """The rows of the endpoints that a policy is for, place by place.

    # Keystone: whether another policy is nearer to an endpoint is not asked.
    """
    rows: Any = Endpoint.objects.order_by("pk").values()
    endpoints: list[dict[str, Any]] = list(rows)
    below: dict[str, list[str]] = {}
    for region_id, parent_id in Region.objects.values_list("pk", "parent_id"):
        below.setdefault(parent_id, []).append(region_id)
    found = []
    for place in PolicyAssociation.objects.filter(policy=policy).order_by("pk"):
        if place.endpoint_id is not None:
            found += [row for row in endpoints if row["id"] == place.endpoint_id]
            continue
        of_service = [row for row in endpoints if row["service_id"] == place.service_id]
        if place.region_id is not None:
            regions = _tree(place.region_id, below)
            of_service = [row for row in of_service if row["region_id"] in regions]
        found += of_service
    return found


def _tree(region_id: str, below: dict[str, list[str]]) -> set[str]:
    """A region and all below it."""
    found, waiting = set(), [region_id]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += below.get(one, [])
    return found
