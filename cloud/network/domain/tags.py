"""Tags of resources."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from cloud.network import errors
from cloud.network.domain import standard
from cloud.network.models import Tag


def listed(resource_id: str) -> list[str]:
    found = Tag.objects.filter(resource_id=resource_id).order_by("tag")
    return list(found.values_list("tag", flat=True))


def add(model: Any, resource_id: str, more: Iterable[str]) -> None:
    """Give a resource tags."""
    with transaction.atomic():
        new = set(more) - set(listed(resource_id))
        if new:
            standard.tag(resource_id, sorted(new))
            standard.touch(model.objects.filter(id=resource_id))


def replace(model: Any, resource_id: str, wanted: Iterable[str]) -> None:
    """Give a resource these tags and no others."""
    with transaction.atomic():
        if set(wanted) == set(listed(resource_id)):
            return
        Tag.objects.filter(resource_id=resource_id).delete()
        standard.tag(resource_id, wanted)
        standard.touch(model.objects.filter(id=resource_id))


def remove(model: Any, resource_id: str, tag: str) -> None:
    """Take a tag away."""
    with transaction.atomic():
        gone, _ = Tag.objects.filter(resource_id=resource_id, tag=tag).delete()
        if not gone:
            raise errors.TagNotFound(tag=tag)
        standard.touch(model.objects.filter(id=resource_id))
