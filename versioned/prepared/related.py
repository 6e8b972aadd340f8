"""Rows of another table that belong to some rows: prepared for a few, asked once for many."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from versioned.prepared.selecting import Prepared

R = TypeVar("R")

# Prepared for so many at most, and for each power of two below.
_FEW = 16


class Related(Generic[R]):
    """What `rows` finds, as far as its column `belongs_to` is among the ids that are asked for.

    A call is one query whatever the number of ids; long lists keep an ordinary queryset, because
    the form of their statement varies with their length.
    """

    def __init__(
        self, rows: Callable[[], QuerySet[Any, R]], belongs_to: str, kind: type = str
    ) -> None:
        self._rows, self._column, self._kind = rows, belongs_to, kind
        self._of_one: Prepared[R] = Prepared(lambda id: rows().filter(**{belongs_to: id}), kind)
        self._of_few: dict[int, Prepared[R]] = {}

    def __call__(self, ids: Sequence[Any]) -> list[R]:
        if not ids:
            return []
        if len(ids) == 1:
            return self._of_one(ids[0])
        if len(ids) <= _FEW:
            return self._few(ids)
        return list(self._among(ids))

    def _few(self, ids: Sequence[Any]) -> list[R]:
        """Asked as for the next power of two: the last one fills what is left."""
        count = 1 << (len(ids) - 1).bit_length()
        prepared = self._of_few.get(count)
        if prepared is None:
            kinds = [self._kind] * count
            prepared = self._of_few[count] = Prepared(lambda *each: self._among(each), *kinds)
        return prepared(*ids, *[ids[-1]] * (count - len(ids)))

    def _among(self, ids: Sequence[Any]) -> QuerySet[Any, R]:
        return self._rows().filter(**{f"{self._column}__in": list(ids)})
