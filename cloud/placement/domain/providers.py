"""Resource providers: trees of them, found by what they have.

A provider's generation moves with every change of its inventories, traits, aggregates and
allocations; whoever changes it says which generation they saw.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import ExpressionWrapper, F, FloatField, QuerySet
from django.utils import timezone

from cloud.placement import errors
from cloud.placement.domain import classes, traits
from cloud.placement.models import (
    Allocation,
    Inventory,
    Provider,
    ProviderAggregate,
    ProviderTrait,
)

Row = dict[str, Any]

COLUMNS = (
    "uuid",
    "name",
    "generation",
    "parent_id",
    "root_id",
    "created_at",
    "updated_at",
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a provider must be, have and lack to be listed.

    `required` and `member_of` are sets of which each must be met by at least one member.
    """

    name: str | None = None
    uuid: str | None = None
    in_tree: str | None = None
    member_of: Sequence[Collection[str]] = ()
    not_member_of: Collection[str] = ()
    required: Sequence[Collection[str]] = ()
    forbidden: Collection[str] = ()
    resources: Mapping[str, int] | None = None


def get(uuid: str) -> Row:
    """The provider of this uuid, or ProviderNotFound."""
    found = list(Provider.objects.filter(pk=uuid).values(*COLUMNS))
    if not found:
        raise errors.ProviderNotFound(uuid)
    return dict(found[0])


def find(filters: Filters) -> list[Row]:
    """The providers that pass `filters`, oldest first, in one query."""
    named = {name for any_of in filters.required for name in any_of} | set(filters.forbidden)
    traits.check_known(named)
    classes.check_known(filters.resources or ())
    found: QuerySet[Provider] = Provider.objects.all()
    if filters.name:
        found = found.filter(name=filters.name)
    if filters.uuid:
        found = found.filter(pk=filters.uuid)
    if filters.in_tree:
        found = found.filter(root__in=Provider.objects.filter(pk=filters.in_tree).values("root"))
    for any_of in filters.required:
        found = found.filter(pk__in=_having(any_of))
    if filters.forbidden:
        found = found.exclude(pk__in=_having(filters.forbidden))
    for any_of in filters.member_of:
        found = found.filter(pk__in=_members(any_of))
    if filters.not_member_of:
        found = found.exclude(pk__in=_members(filters.not_member_of))
    for name, amount in (filters.resources or {}).items():
        found = found.filter(pk__in=_with_room(name, amount))
    return [dict(row) for row in found.order_by("created_at", "pk").values(*COLUMNS)]


def _having(names: Iterable[str]) -> QuerySet[ProviderTrait, Any]:
    return ProviderTrait.objects.filter(trait__in=list(names)).values("provider")


def _members(aggregates: Iterable[str]) -> QuerySet[ProviderAggregate, Any]:
    return ProviderAggregate.objects.filter(aggregate__in=list(aggregates)).values("provider")


def _with_room(resource_class: str, amount: int) -> QuerySet[Inventory, Any]:
    return (
        Inventory.objects.annotate(
            beyond_step=amount % F("step_size"),
            capacity=ExpressionWrapper(
                (F("total") - F("reserved")) * F("allocation_ratio"), FloatField()
            ),
        )
        .filter(
            resource_class=resource_class,
            min_unit__lte=amount,
            max_unit__gte=amount,
            beyond_step=0,
            capacity__gte=F("used") + amount,
        )
        .values("provider")
    )


def make(name: str, uuid: str | None, parent: str | None) -> Row:
    """Make a provider, below `parent` if one is given."""
    uuid = uuid or str(uuid4())
    if not name:
        raise errors.ProviderRefused("create", "name is required")
    if parent == uuid:
        raise errors.ProviderRefused(
            "create",
            "parent provider UUID cannot be same as UUID. Please set parent provider UUID to "
            "None if there is no parent.",
        )
    try:
        with transaction.atomic():
            root = uuid if parent is None else _root_of(parent)
            made = Provider.objects.create(
                uuid=uuid, name=name, generation=0, parent_id=parent, root_id=root
            )
    except IntegrityError:
        raise errors.DuplicateProvider(_what_is_taken(uuid, name)) from None
    return {column: getattr(made, column) for column in COLUMNS}


def _what_is_taken(uuid: str, name: str) -> str:
    if Provider.objects.filter(pk=uuid).exists():
        return f"uuid: {uuid}"
    return f"name: {name}"


def _root_of(parent: str) -> str:
    found = Provider.objects.select_for_update().filter(pk=parent)
    for root in found.values_list("root_id", flat=True):
        return root
    # Placement: says "create" of updates too.
    raise errors.ProviderRefused("create", "parent provider UUID does not exist.")


def change(provider: Row, *, name: str, parent: str | None, may_move: bool) -> Row:
    """Rename `provider` and move it, with what is below it, to another parent.

    Unless it `may_move`, a provider can be given a parent but neither another nor none.
    """
    uuid = provider["uuid"]
    now = timezone.now()
    try:
        with transaction.atomic():
            fields: Row = {"name": name, "updated_at": now}
            if parent != provider["parent_id"]:
                fields |= _moved(provider, parent, may_move=may_move)
            Provider.objects.filter(pk=uuid).update(**fields)
    except IntegrityError:
        raise errors.DuplicateProvider(name) from None
    return provider | fields


def _moved(provider: Row, parent: str | None, *, may_move: bool) -> Row:
    uuid = provider["uuid"]
    if parent is None:
        if not may_move:
            raise errors.ProviderRefused(
                "update", "un-parenting a provider is not currently allowed."
            )
        root = uuid
    else:
        root = _root_of(parent)
        if provider["parent_id"] is not None and not may_move:
            raise errors.ProviderRefused(
                "update", "re-parenting a provider is not currently allowed."
            )
    below = _below(uuid, provider["root_id"])
    if parent in below:
        raise errors.ProviderRefused("update", "creating loop in the provider tree is not allowed.")
    if root != provider["root_id"]:
        Provider.objects.filter(pk__in=below).update(root_id=root)
    return {"parent_id": parent, "root_id": root}


def _below(uuid: str, root: str) -> set[str]:
    """The provider and everything below it."""
    children: dict[str | None, list[str]] = {}
    tree = Provider.objects.select_for_update().filter(root_id=root).order_by("pk")
    for child, parent in tree.values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(child)
    found = {uuid}
    waiting = [uuid]
    while waiting:
        below = children.get(waiting.pop(), ())
        found.update(below)
        waiting.extend(below)
    return found


def remove(uuid: str) -> None:
    """Delete a provider that has neither children nor allocations, and all that it has."""
    with transaction.atomic():
        if not list(Provider.objects.select_for_update().filter(pk=uuid)):
            raise errors.ProviderNotFound(uuid)
        if Provider.objects.filter(parent_id=uuid).exists():
            raise errors.ProviderHasChildren
        if Allocation.objects.filter(provider_id=uuid).exists():
            raise errors.ProviderInUse
        Inventory.objects.filter(provider_id=uuid).delete()
        ProviderAggregate.objects.filter(provider_id=uuid).delete()
        ProviderTrait.objects.filter(provider_id=uuid).delete()
        Provider.objects.filter(pk=uuid).delete()
