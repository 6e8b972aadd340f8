"""Usages: what is claimed, summed by provider or by project."""

from typing import Any, Final

from django.db.models import Count, QuerySet, Sum

from cloud.placement.models import Allocation, Consumer, Inventory

ALL: Final = "all"
UNKNOWN: Final = "unknown"


def of_provider(uuid: str) -> dict[str, int]:
    """What is claimed of each inventory of a provider."""
    return dict(
        Inventory.objects.filter(provider_id=uuid)
        .order_by("pk")
        .values_list("resource_class", "used")
    )


def of_project(project_id: str, user_id: str | None) -> dict[str, int]:
    """What the consumers of a project, or of one user in it, hold of each class."""
    return _sums(_held_by(project_id, user_id))


def by_consumer_type(
    project_id: str, user_id: str | None, consumer_type: str | None
) -> dict[str, dict[str, int]]:
    """The same by type of consumer, with how many consumers of each type there are.

    The types "all" and "unknown" put everything, or what has no type, under that name.
    """
    held = _held_by(project_id, user_id)
    who = Consumer.objects.filter(project_id=project_id, allocations__isnull=False)
    if user_id:
        who = who.filter(user_id=user_id)
    if consumer_type in (ALL, UNKNOWN):
        if consumer_type == UNKNOWN:
            held = held.filter(consumer__consumer_type=None)
            who = who.filter(consumer_type=None)
        sums = _sums(held)
        if not sums:
            return {}
        return {consumer_type: {**sums, "consumer_count": who.distinct().count()}}
    if consumer_type:
        held = held.filter(consumer__consumer_type=consumer_type)
        who = who.filter(consumer_type=consumer_type)
    found: dict[str, dict[str, int]] = {}
    for kind, name, used in (
        held.values("consumer__consumer_type", "resource_class")
        .annotate(sum=Sum("used"))
        .order_by()
        .values_list("consumer__consumer_type", "resource_class", "sum")
    ):
        found.setdefault(kind or UNKNOWN, {})[name] = used
    for kind, count in (
        who.values("consumer_type")
        .annotate(count=Count("pk", distinct=True))
        .order_by()
        .values_list("consumer_type", "count")
    ):
        found[kind or UNKNOWN]["consumer_count"] = count
    return found


def _held_by(project_id: str, user_id: str | None) -> QuerySet[Allocation]:
    held = Allocation.objects.filter(consumer__project_id=project_id)
    return held.filter(consumer__user_id=user_id) if user_id else held


def _sums(held: QuerySet[Allocation, Any]) -> dict[str, int]:
    return dict(
        held.values("resource_class")
        .annotate(sum=Sum("used"))
        .order_by()
        .values_list("resource_class", "sum")
    )
