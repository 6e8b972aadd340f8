"""What the tables share: uuids, and the time of creation and change by the one clock."""

import uuid
from typing import Any

from django.db import models
from django.db.models.lookups import BuiltinLookup, Exact

from compute.work import clock


def new_uuid() -> str:
    return str(uuid.uuid4())


class Flag(models.BooleanField):  # type: ignore[type-arg]
    """A boolean at the head of indexes: found by `deleted = false`, which they are used for.

    Django writes `NOT deleted`, for which SQLite goes through all rows, and sorts them.
    """

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BooleanField", args, kwargs


@Flag.register_lookup
class Equals(Exact):  # type: ignore[type-arg]
    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return BuiltinLookup.as_sql(self, compiler, connection)


class Timestamped(models.Model):
    """`created_at` by the clock; `updated_at` is None until the first change, as Nova has it."""

    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def touch(self) -> None:
        self.updated_at = clock.now()
