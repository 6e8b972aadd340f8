"""What Keystone's lists understand in a query: equality, comparators after `__`, and paging."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from cloud.identity.errors import BadRequest, NotFound

Params = Mapping[str, Sequence[str]]

# The pattern of each; with an i before it, case does not matter.
_COMPARATORS = {"contains": "{}", "startswith": "^{}", "endswith": r"{}\Z"}
_NO = frozenset({"0", "f", "false", "n", "no", "off"})
_LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list; `is_cut` when a limit left some out."""

    rows: list[dict[str, Any]]
    is_cut: bool = False


def truth(text: str) -> bool:
    """Read a boolean of a query: whatever is not a no is a yes."""
    return text.strip().lower() not in _NO


def is_asked(params: Params, name: str) -> bool:
    """Whether a flag stands in the query: `?name` and `?name=1` say so, `?name=0` does not."""
    return name in params and params[name][0] != "0"


def first(params: Params, name: str) -> str | None:
    values = params.get(name)
    return values[0] if values else None


def narrow(
    rows: "QuerySet[Any]",
    params: Params,
    columns: Mapping[str, str],
    booleans: frozenset[str] = frozenset({"enabled", "is_domain"}),
) -> "QuerySet[Any]":
    """Keep the rows that match the query; `columns` says which parameter asks which column."""
    for key, values in params.items():
        name, _, comparator = key.partition("__")
        column = columns.get(name)
        if column is None:
            continue
        for value in values:
            if comparator:
                if comparator.removeprefix("i") in _COMPARATORS:
                    if name in booleans:
                        raise BadRequest("argument of type 'bool' is not iterable")
                    rows = rows.filter(_compares(rows, column, comparator, value))
            elif name in booleans:
                rows = rows.filter(**{column: truth(value)})
            else:
                rows = rows.filter(**{column: value})
    return rows


def _compares(rows: "QuerySet[Any]", column: str, comparator: str, value: str) -> Q:
    """The filter of a comparator, which minds case alike on every database."""
    target = column
    if "__" not in column and (field := rows.model._meta.get_field(column)).is_relation:
        target = f"{field.name}__pk"
    lookup = "iregex" if comparator.startswith("i") else "regex"
    pattern = _COMPARATORS[comparator.removeprefix("i")].format(re.escape(value))
    return Q(**{f"{target}__{lookup}": pattern})


def require_marker(rows: "QuerySet[Any]", params: Params) -> None:
    """Refuse a marker that is none of `rows`; not all lists of Keystone ask."""
    marker = first(params, "marker")
    if marker and not rows.filter(pk=marker).exists():
        raise NotFound(f"Marker {marker} could not be found.")


def page(rows: "QuerySet[Any]", params: Params, *columns: str, order: str = "pk") -> Page:
    """One page of rows, by id or another column, as `marker` and `limit` ask for it."""
    rows = rows.order_by(*dict.fromkeys((order, "pk")))
    marker, asked = first(params, "marker"), first(params, "limit")
    if marker and order == "pk":
        rows = rows.filter(pk__gt=marker)
    elif marker:
        rows = rows.filter(**{f"{order}__gt": rows.filter(pk=marker).values(order)[:1]})
    if not asked:
        return Page(list(rows.values(*columns)))
    try:
        limit = min(int(asked), _LARGEST_PAGE)
    except ValueError:
        raise BadRequest(f"invalid literal for int() with base 10: {asked!r}") from None
    found = list(rows.values(*columns)[: max(limit, 0) + 1])
    return Page(found[:limit], len(found) > limit)
