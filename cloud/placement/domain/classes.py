"""Resource classes: the standard ones, and custom ones that are made."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from cloud.placement import errors, standards
from cloud.placement.models import Allocation, Inventory, ResourceClass


def all_names() -> list[tuple[str, datetime]]:
    """Each name with when it was last changed: the standard ones first."""
    custom = ResourceClass.objects.order_by("pk").values_list("name", "created_at", "updated_at")
    return [
        *((name, standards.KNOWN_SINCE) for name in standards.resource_classes()),
        *((name, updated or created) for name, created, updated in custom),
    ]


def changed_at(name: str) -> datetime:
    """When the class was last changed, or ResourceClassNotFound."""
    if name in standards.resource_class_set():
        return standards.KNOWN_SINCE
    for created, updated in ResourceClass.objects.filter(name=name).values_list(
        "created_at", "updated_at"
    ):
        return updated or created
    raise errors.ResourceClassNotFound(name)


def check_known(names: Iterable[str]) -> None:
    """Raise ResourceClassNotFound of the first name that is no class."""
    standard = standards.resource_class_set()
    custom = [name for name in names if name not in standard]
    if not custom:
        return
    known = set(ResourceClass.objects.filter(name__in=custom).values_list("name", flat=True))
    for name in custom:
        if name not in known:
            raise errors.ResourceClassNotFound(name)


def make(name: str) -> None:
    """Make a custom class, or ResourceClassExists."""
    try:
        with transaction.atomic():
            ResourceClass.objects.create(name=name)
    except IntegrityError:
        raise errors.ResourceClassExists(name) from None


def rename(name: str, new_name: str) -> None:
    """Give a custom class another name, wherever it is used."""
    changed_at(name)
    if name in standards.resource_class_set():
        raise errors.ResourceClassStandard(name, "update")
    try:
        with transaction.atomic():
            ResourceClass.objects.filter(name=name).update(name=new_name, updated_at=timezone.now())
            Inventory.objects.filter(resource_class=name).update(resource_class=new_name)
            Allocation.objects.filter(resource_class=name).update(resource_class=new_name)
    except IntegrityError:
        raise errors.ResourceClassExists(new_name) from None


def remove(name: str) -> None:
    """Delete a custom class that no inventory is of."""
    with transaction.atomic():
        changed_at(name)
        if name in standards.resource_class_set():
            raise errors.ResourceClassStandard(name, "delete")
        if Inventory.objects.filter(resource_class=name).exists():
            raise errors.ResourceClassInUse(name)
        ResourceClass.objects.filter(name=name).delete()
