"""Rows of another table that belong to some rows: prepared for one, asked once for many."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from versioned.prepared.selecting import Prepared

R = TypeVar("R")


class Related(Generic[R]):
    """What `rows` finds, as far as its column `belongs_to` is among the ids that are asked for.

    A call is one query whatever the number of ids; lists keep an ordinary queryset, because the
    form of their statement varies with their length.
    """

    def __init__(
        self, rows: Callable[[], QuerySet[Any, R]], belongs_to: str, kind: type = str
    ) -> None:
        self._rows, self._column = rows, belongs_to
        self._of_one: Prepared[R] = Prepared(lambda id: rows().filter(**{belongs_to: id}), kind)

    def __call__(self, ids: Sequence[Any]) -> list[R]:
        if not ids:
            return []
        if len(ids) == 1:
            return self._of_one(ids[0])
        return list(self._rows().filter(**{f"{self._column}__in": ids}))
