"""Pages of lists: sort keys, marker, offset and limit, the same for every collection."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

from cloud.volume.errors import BadRequest, NotFound, invalid_input

MOST = 1000
MAX_INT = 0x7FFFFFFF


class Paging(NamedTuple):
    """What a request asks of the order and the extent of a list."""

    sort: tuple[tuple[str, str], ...]
    marker: str | None
    limit: int
    offset: int


def read(params: dict[str, str], *, default: str = "created_at") -> Paging:
    """Take the paging parameters out of `params`."""
    return Paging(
        sort=_sort(params, default),
        marker=params.pop("marker", None),
        limit=limit_of(params),
        offset=offset_of(params),
    )


def limit_of(params: dict[str, str]) -> int:
    text = params.pop("limit", None)
    if text is None:
        return MOST
    try:
        limit = int(text)
    except ValueError:
        raise BadRequest("limit param must be an integer") from None
    if limit < 0:
        raise BadRequest("limit param must be positive")
    return min(limit, MOST)


def offset_of(params: dict[str, str]) -> int:
    text = params.pop("offset", "0")
    try:
        offset = int(text)
    except ValueError:
        raise BadRequest("offset must be an integer") from None
    if offset < 0:
        raise BadRequest("offset must be >= 0")
    if offset > MAX_INT:
        raise BadRequest(f"offset must be <= {MAX_INT}")
    return offset


def _sort(params: dict[str, str], default: str) -> tuple[tuple[str, str], ...]:
    if "sort" in params:
        if "sort_key" in params or "sort_dir" in params:
            raise BadRequest(
                "The 'sort_key' and 'sort_dir' parameters are deprecated and cannot be used with "
                "the 'sort' parameter."
            )
        pairs = [part.partition(":")[::2] for part in params.pop("sort").strip().split(",")]
        return tuple((key.strip(), (way or "desc").strip()) for key, way in pairs)
    key = params.pop("sort_key", default)
    way = params.pop("sort_dir", "desc")
    return ((key.strip(), way.strip()),)


def page(
    found: QuerySet[Any],
    paging: Paging,
    columns: Sequence[str],
    *,
    keys: Mapping[str, str] | Sequence[str],
    missing: str = "Volume",
    filters_first: bool = False,
) -> list[dict[str, Any]]:
    """The rows of a page; `keys` are the sort keys that there are, and their columns.

    `missing`: what a marker is of that is not there, or the whole sentence with {} for it;
    `filters_first`: a filter that is none is seen before the directions.
    """
    known = keys if isinstance(keys, Mapping) else {key: key for key in keys}
    if filters_first and found.query.is_empty():
        # Volume (Cinder): what db.api.is_valid_model_filters says no to gets no further.
        return []
    # Volume (Cinder): db.api.process_sort_params, the filters, the marker, the keys, in this order.
    if any(way not in ("asc", "desc") for _, way in paging.sort):
        raise invalid_input("Unknown sort direction, must be 'desc' or 'asc'.")
    if found.query.is_empty():
        return []
    row = None
    if paging.marker is not None:
        row = found.model.objects.filter(pk=paging.marker).values().first()
        if row is None:
            said = missing if "{}" in missing else f"{missing} {{}} could not be found."
            raise NotFound(said.format(paging.marker))
    if any(key not in known for key, _ in paging.sort):
        raise invalid_input("Invalid sort key")
    order = [(known[key], way) for key, way in paging.sort]
    # Cinder: created_at and id break ties, in the direction that was given first.
    for key in ("created_at", "id"):
        if key not in dict(order):
            order.append((key, order[0][1]))
    if row is not None:
        found = found.filter(_after(row, order))
    found = found.order_by(*(_in_order(key, way) for key, way in order))
    if paging.limit == 0:
        return []
    return list(found.values(*columns)[paging.offset : paging.offset + paging.limit])


def _in_order(key: str, way: str) -> OrderBy:
    """Nulls before everything else, whatever the database thinks."""
    return F(key).desc(nulls_last=True) if way == "desc" else F(key).asc(nulls_first=True)


def _after(marker: Mapping[str, Any], order: Sequence[tuple[str, str]]) -> Q:
    wanted, equal = Q(pk__in=[]), Q()
    for key, way in order:
        value = marker[key]
        if value is None:
            later = Q(**{f"{key}__isnull": False}) if way == "asc" else Q(pk__in=[])
            same = Q(**{f"{key}__isnull": True})
        elif way == "asc":
            later, same = Q(**{f"{key}__gt": value}), Q(**{key: value})
        else:
            later = Q(**{f"{key}__lt": value}) | Q(**{f"{key}__isnull": True})
            same = Q(**{key: value})
        wanted |= equal & later
        equal &= same
    return wanted
