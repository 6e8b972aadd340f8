"""Finding images: what a project may see, the filters of the list, sorting and paging."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThan, LessThan
from oslo_utils import timeutils

from cloud.image.errors import BadRequest, image_not_found
from cloud.image.models import Image, ImageMember, ImageProperty, ImageTag
from middleware.context import RequestContext
from versioned.prepared import Prepared, Related

COLUMNS = tuple(field.attname for field in Image._meta.concrete_fields)
SORT_KEYS = (
    "name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at",
)  # fmt: skip
LISTABLE = ("name", "id", "status", "container_format", "disk_format")
_OPERATORS = {"gt": "__gt", "gte": "__gte", "lt": "__lt", "lte": "__lte", "eq": "", "neq": "neq"}
_QUOTED = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)",?|([^,]+),?|,')


def is_member_of(project_id: str | None, status: str | None = None) -> Exists:
    members = ImageMember.objects.filter(image_id=OuterRef("pk"), member=project_id)
    return Exists(members if status is None else members.filter(status=status))


def visible_to(context: RequestContext, member_status: str | None = None) -> Q:
    """What the caller may see: an administrator all, others their own and what is shared."""
    return Q() if context.is_admin else _visible_in(context.project_id, member_status)


def _visible_in(project_id: str | None, member_status: str | None = None) -> Q:
    wanted = Q(visibility__in=("public", "community"))
    if project_id is not None:
        wanted |= Q(owner=project_id)
        wanted |= Q(visibility="shared") & Q(is_member_of(project_id, member_status))
    return wanted


def _one(condition: Q, image_id: str) -> Any:
    return Image.objects.filter(condition, pk=image_id).values(*COLUMNS)


_ANY = Prepared(lambda image_id: _one(Q(), image_id), str)
_VISIBLE = Prepared(lambda project_id, image_id: _one(_visible_in(project_id), image_id), str, str)
_PROPERTIES = Related(
    lambda: ImageProperty.objects.order_by("name").values_list("image_id", "name", "value"),
    "image_id",
)
_TAGS = Related(
    lambda: ImageTag.objects.order_by("value").values_list("image_id", "value"), "image_id"
)


def find(context: RequestContext, image_id: str) -> dict[str, Any]:
    """One image as a row with `properties`, `tags` and `is_member`; 404 for a stranger."""
    if context.is_admin:
        row = _ANY.first(image_id)
    elif context.project_id is None:
        found = _one(visible_to(context), image_id)[:1]
        row = found[0] if found else None
    else:
        row = _VISIBLE.first(context.project_id, image_id)
    if row is None:
        raise image_not_found(image_id)
    # Glance: who is not the owner of a shared image that they see counts as a member of it, and
    # the owner does not, even if the image is shared with them, too.
    row["is_member"] = row["visibility"] == "shared" and row["owner"] != context.project_id
    return complete([row])[0]


def complete(rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """Add `properties` and `tags` to rows, in two queries for all of them."""
    by_id = {}
    for row in rows:
        row["properties"], row["tags"] = {}, []
        by_id[row["id"]] = row
    for image_id, name, value in _PROPERTIES(list(by_id)):
        by_id[image_id]["properties"][name] = value
    for image_id, value in _TAGS(list(by_id)):
        by_id[image_id]["tags"].append(value)
    return rows


def listed(
    context: RequestContext,
    *,
    visibility: str | None,
    filters: Mapping[str, Any],
    tags: Iterable[str],
    member_status: str,
    sort: Sequence[tuple[str, str]],
    marker: str | None,
    limit: int,
) -> Sequence[dict[str, Any]]:
    """A page of images as complete rows."""
    status = None if member_status == "all" else member_status
    found = Image.objects.filter(visible_to(context, status))
    found = _by_visibility(found, context, visibility)
    for name, value in filters.items():
        found = found.filter(_condition(name, value))
    for tag in tags:
        found = found.filter(Exists(ImageTag.objects.filter(image_id=OuterRef("pk"), value=tag)))
    order = list(sort)
    for key in ("created_at", "id"):
        if key not in dict(order):
            order.append((key, order[0][1]))
    if marker is not None:
        found = found.filter(_after(find_marker(context, marker), order))
    found = found.order_by(*(_in_order(key, way) for key, way in order))
    if limit == 0:
        return []
    return complete(list(found.values(*COLUMNS)[:limit]))


def _by_visibility(
    found: QuerySet[Image], context: RequestContext, visibility: str | None
) -> QuerySet[Image]:
    if visibility == "all":
        return found
    if visibility is not None:
        return found.filter(visibility=visibility)
    if context.project_id is None:
        return found.exclude(visibility="community")
    # Glance: community images are listed only to their owner, or to those who ask for them.
    return found.filter(Q(owner=context.project_id) | ~Q(visibility="community"))


def find_marker(context: RequestContext, marker: str) -> dict[str, Any]:
    if len(marker) > 36:
        # Glance: no id is as long, and the sentence is never filled in.
        raise BadRequest("Image with the given id %(image_id)s was not found")
    row = Image.objects.filter(visible_to(context), pk=marker).values(*COLUMNS).first()
    if row is None:
        raise BadRequest(f"No image found with ID {marker}")
    return row


def _in_order(key: str, way: str) -> OrderBy:
    """Nulls before everything else, whatever the database thinks."""
    return F(key).desc(nulls_last=True) if way == "desc" else F(key).asc(nulls_first=True)


def _after(marker: Mapping[str, Any], order: Sequence[tuple[str, str]]) -> Q:
    """What comes after `marker` in `order`.

    # Glance: _paginate_query; null counts as "" or 0 here, while rows are in the order of nulls.
    """
    wanted, equal = Q(), Q()
    for key, way in order:
        value, default = marker[key], 0 if key == "size" else ""
        nullable = Image._meta.get_field(key).null
        column = Coalesce(F(key), Value(default)) if nullable else F(key)
        value = default if value is None else value
        wanted |= equal & (
            Q(GreaterThan(column, value)) if way == "asc" else Q(LessThan(column, value))
        )
        equal &= Q(Exact(column, value))
    return wanted


def _condition(name: str, value: Any) -> Any:
    if name in ("size_min", "size_max", "min_ram_min", "min_ram_max", "min_disk_min",
                "min_disk_max"):  # fmt: skip
        try:
            number = int(value)
        except ValueError:
            raise BadRequest("Unable to filter on a range with a non-numeric value.") from None
        return Q(**{f"{name[:-4]}__{'gte' if name.endswith('_min') else 'lte'}": number})
    if name in ("created_at", "updated_at"):
        return _when(name, value)
    if name in LISTABLE:
        operator, threshold = split_operator(value)
        if operator == "in":
            return Q(**{f"{name}__in": split_quoted(threshold)})
        if operator == "eq":
            return Q(**{name: threshold})
        raise BadRequest(f"Unable to filter by unknown operator '{operator}'.")
    if name in COLUMNS:
        return _equal(name, value)
    return Exists(ImageProperty.objects.filter(image_id=OuterRef("pk"), name=name, value=value))


def _equal(name: str, value: Any) -> Q:
    if name in ("size", "virtual_size", "min_disk", "min_ram"):
        try:
            return Q(**{name: int(value)})
        except ValueError:
            return Q(pk__in=[])
    return Q(**{name: value})


def _when(name: str, value: str) -> Q:
    operator, text = split_operator(value)
    moment = read_time(text)
    if moment is None:
        raise BadRequest(f'Bad "{name}" query filter format. Use ISO 8601 DateTime notation.')
    if operator not in _OPERATORS:
        raise BadRequest("Unable to filter on a unknown operator.")
    if operator == "neq":
        return ~Q(**{name: moment})
    return Q(**{name + _OPERATORS[operator]: moment})


def read_time(text: str) -> datetime | None:
    try:
        return timeutils.parse_isotime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def split_operator(expression: str) -> tuple[str, str]:
    """Read "gt:2015-..." as ("gt", ...); what has no operator, a time included, means "eq"."""
    operator, found, rest = expression.partition(":")
    if not found or (read_time(expression) is not None):
        return "eq", expression
    return operator, rest


def split_quoted(value: str) -> list[str]:
    """Split the values of `in:` at commas outside double quotes."""
    is_open = False
    for at, char in enumerate(value):
        if char != '"' or (at and value[at - 1] == "\\"):
            continue
        if not is_open and at and value[at - 1] != ",":
            raise BadRequest(
                f"Invalid filter value {value}. There is no comma before opening quotation mark."
            )
        if is_open and at + 1 != len(value) and value[at + 1] != ",":
            raise BadRequest(
                f"Invalid filter value {value}. There is no comma after closing quotation mark."
            )
        is_open = not is_open
    if is_open:
        raise BadRequest(f"Invalid filter value {value}. The quote is not closed.")
    return [quoted or plain for quoted, plain in _QUOTED.findall(value)]
