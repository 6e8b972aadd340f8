"""Inventories: how much a provider has of each resource class, and how it may be taken."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from cloud.placement import errors, standards
from cloud.placement.domain import classes, generations
from cloud.placement.models import Inventory

Row = dict[str, Any]

FIELDS = ("total", "reserved", "min_unit", "max_unit", "step_size", "allocation_ratio")
MAX_UNIT = 0x7FFFFFFF
DEFAULTS: Row = {
    "reserved": 0,
    "min_unit": 1,
    "max_unit": MAX_UNIT,
    "step_size": 1,
    "allocation_ratio": 1.0,
}


def capacity(inventory: Mapping[str, Any]) -> int:
    """What can be claimed in all."""
    room = inventory["total"] - inventory["reserved"]
    return int(room * inventory["allocation_ratio"])


def check_capacity(
    provider: str, wanted: Mapping[str, Row], *, reserved_may_be_total: bool
) -> None:
    """Refuse inventories of which more is reserved than there is."""
    for name, inventory in wanted.items():
        room = capacity(inventory)
        if room < 0 or (room == 0 and not reserved_may_be_total):
            raise errors.InventoryCapacityInvalid(
                name, provider, may_be_total=reserved_may_be_total
            )


def of_provider(uuid: str) -> dict[str, Row]:
    """The provider's inventories by resource class."""
    rows = Inventory.objects.filter(provider_id=uuid).order_by("pk")
    return {
        row["resource_class"]: dict(row)
        for row in rows.values("resource_class", *FIELDS, "used", "created_at", "updated_at")
    }


def add(provider: Row, resource_class: str, inventory: Row) -> None:
    """Give `provider` an inventory of a class that it has none of."""
    with transaction.atomic():
        classes.check_known([resource_class])
        generations.advance(provider)
        try:
            with transaction.atomic():
                _insert(provider["uuid"], {resource_class: inventory})
        except IntegrityError:
            raise errors.ConcurrentUpdate(
                f"Inventory of class {resource_class} already exists."
            ) from None


def change(provider: Row, resource_class: str, inventory: Row) -> None:
    """Change an inventory; it may get smaller than what is claimed of it."""
    with transaction.atomic():
        classes.check_known([resource_class])
        generations.advance(provider)
        if not _update(provider["uuid"], resource_class, inventory):
            raise errors.InventoryNotFound(resource_class)


def remove(provider: Row, resource_class: str) -> None:
    """Delete an inventory of which nothing is claimed."""
    uuid = provider["uuid"]
    with transaction.atomic():
        classes.check_known([resource_class])
        of_class = Inventory.objects.filter(provider_id=uuid, resource_class=resource_class)
        used = list(of_class.values_list("used", flat=True))
        if not used:
            raise errors.NotFound(f"No inventory of class {resource_class} found for delete")
        if used[0]:
            raise errors.InventoryInUse(resource_class, uuid)
        generations.advance(provider)
        of_class.delete()


def replace(provider: Row, wanted: Mapping[str, Row]) -> None:
    """Make `wanted` the inventories of `provider`."""
    uuid = provider["uuid"]
    with transaction.atomic():
        classes.check_known(wanted)
        had = dict(Inventory.objects.filter(provider_id=uuid).values_list("resource_class", "used"))
        gone = [name for name in had if name not in wanted]
        in_use = sorted((name for name in gone if had[name]), key=standards.place)
        if in_use:
            raise errors.InventoryInUse(", ".join(in_use), uuid)
        # Whoever claimed in between has moved the generation, and is found out here.
        generations.advance(provider)
        if gone:
            Inventory.objects.filter(provider_id=uuid, resource_class__in=gone).delete()
        for name, inventory in wanted.items():
            if name in had:
                _update(uuid, name, inventory)
        _insert(uuid, {name: new for name, new in wanted.items() if name not in had})


def _insert(uuid: str, new: Mapping[str, Row]) -> None:
    if new:
        Inventory.objects.bulk_create(
            [
                Inventory(provider_id=uuid, resource_class=name, **_fields(inventory))
                for name, inventory in new.items()
            ]
        )


def _update(uuid: str, resource_class: str, inventory: Row) -> int:
    return Inventory.objects.filter(provider_id=uuid, resource_class=resource_class).update(
        **_fields(inventory), updated_at=timezone.now()
    )


def _fields(inventory: Row) -> Row:
    return {name: inventory[name] for name in FIELDS}
