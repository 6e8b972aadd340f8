"""`limit`, `marker` and the link to the next page."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.db.models.expressions import OrderBy

from compute.domain.errors import BadRequest

MAX_LIMIT = 1000


def most() -> int:
    """The most items that one answer holds, [api]max_limit in Nova."""
    return int(getattr(settings, "API_MAX_LIMIT", MAX_LIMIT))


def integer(request: Any, name: str, default: int) -> int:
    values = request.params.get(name)
    if not values:
        return default
    # Nova: of a parameter given twice, the last value counts here.
    text = values[-1]
    try:
        number = int(text)
    except ValueError:
        raise BadRequest(f"Invalid input received: {name} must be an integer") from None
    if number < 0:
        raise BadRequest(f"Invalid input received: {name} must be >= 0")
    return number


def window(request: Any) -> slice:
    """The page of those that count their items, `offset` and `limit`; a limit of zero is none."""
    first = min(integer(request, "offset", 0), _BEYOND_ALL)
    return slice(first, first + min(most(), integer(request, "limit", 0) or most()))


# More than any list has, and less than what a database counts to.
_BEYOND_ALL = 1 << 48


def limit_and_marker(request: Any) -> tuple[int, str | None]:
    """The page asked for: at most `most()` items, after the item whose id is the marker."""
    limit = min(most(), integer(request, "limit", most()))
    # Nova reads these two, and makes no use of them.
    integer(request, "page_size", 0)
    integer(request, "offset", 0)
    values = request.params.get("marker")
    return limit, values[-1] if values else None


def next_links(
    request: Any, path: str, rows: list[Any], key: str, limit: int
) -> list[dict[str, str]]:
    """The link to the next page, when this page is full."""
    if limit and len(rows) >= limit and rows:
        return list(request.links.next(path, request.params, str(rows[-1][key])))
    return []


class Sort:
    """An order of rows by columns, all in one direction, and what comes after a given row.

    Nothing sorts before everything, as in the databases that Nova runs on.
    """

    def __init__(self, columns: Iterable[str], *, descending: bool = False) -> None:
        self.columns = tuple(dict.fromkeys(columns))
        self.descending = descending

    def order(self) -> list[OrderBy]:
        if self.descending:
            return [F(column).desc(nulls_last=True) for column in self.columns]
        return [F(column).asc(nulls_first=True) for column in self.columns]

    def after(self, row: Mapping[str, Any]) -> Q:
        found, same = Q(pk__in=()), Q()
        for column in self.columns:
            found |= same & self._beyond(column, row[column])
            same &= Q(**{column: row[column]} if row[column] is not None else _none(column))
        return found

    def _beyond(self, column: str, value: Any) -> Q:
        if self.descending:
            if value is None:
                return Q(pk__in=())
            return Q(**{f"{column}__lt": value}) | Q(**_none(column))
        if value is None:
            return ~Q(**_none(column))
        return Q(**{f"{column}__gt": value})


def _none(column: str) -> dict[str, bool]:
    return {f"{column}__isnull": True}
