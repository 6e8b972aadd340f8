"""What all resources have in common when they are written."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, Model, QuerySet
from django.utils import timezone

from cloud.network import errors
from cloud.network.models import Standard, Tag

Values = dict[str, Any]
M = TypeVar("M", bound=Standard)


def together(make: Callable[[Values], str], items: Iterable[Values]) -> list[str]:
    """Make every one of `items`, or none; answer with the ids."""
    items = list(items)
    if len(items) == 1:
        return [make(items[0])]
    with transaction.atomic():
        return [make(values) for values in items]


def columns(values: Values, model: type[Model], renamed: Mapping[str, str] | None = None) -> Values:
    """Pick what `model` has a column for, under the column's name."""
    known = {field.attname for field in model._meta.concrete_fields}
    renamed = renamed or {}
    named = ((renamed.get(key, key), value) for key, value in values.items())
    return {key: value for key, value in named if key in known}


def add(model: type[M], values: Values, *, revision: int = 0, **more: Any) -> M:
    """Insert a row, and the tags that it is to have."""
    row = model(**values, **more)
    row.updated_at = row.created_at
    row.revision_number = revision
    row.save(force_insert=True)
    return row


def tag(resource_id: str, tags: Iterable[str]) -> None:
    """Give a resource tags that it does not have yet."""
    wanted = dict.fromkeys(tags)
    if wanted:
        Tag.objects.bulk_create(
            (Tag(resource_id=resource_id, tag=tag) for tag in wanted), ignore_conflicts=True
        )


def change(row: Standard, values: Values, *, lazily: bool = False) -> None:
    """Set columns of a row; the revision goes up, but `lazily` only if one of them changes."""
    if lazily and all(getattr(row, key) == value for key, value in values.items()):
        return
    for key, value in values.items():
        setattr(row, key, value)
    row.updated_at = timezone.now()
    row.revision_number = row.revision_number + 1
    row.save(force_update=True)


def touch(found: QuerySet[Any]) -> None:
    """Bump the revision of rows, as something that is part of them has changed."""
    found.update(revision_number=F("revision_number") + 1, updated_at=timezone.now())


def discard(row: Standard) -> None:
    """Delete a row and its tags."""
    Tag.objects.filter(resource_id=row.id).delete()
    row.delete()


def read_revision(header: str) -> int | None:
    """The revision that an If-Match header names, if it names one."""
    # Neutron: only tags in quotes are several; everything else is one.
    tags = re.findall(r'"([^"]*)"', header) or [header.strip()]
    found = [
        tag.removeprefix("revision_number=") for tag in tags if tag.startswith("revision_number=")
    ]
    if not found:
        return None
    if len(found) > 1:
        raise errors.BadRequest(
            resource="if-match", msg="Multiple revision_number etags are not supported."
        )
    try:
        return int(found[0])
    except ValueError:
        raise errors.BadRequest(
            resource="if-match",
            msg="Revision number etag must be in the format of revision_number=<int>",
        ) from None
