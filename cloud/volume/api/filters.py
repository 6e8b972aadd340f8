"""Reading the filters of lists: which there are, who may use which, and what they mean."""

import ast
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from django.db.models import Q, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.http import QueryDict

from cloud.volume.api.base import boolean, strict
from cloud.volume.errors import BadRequest, invalid_input

# fmt: off
FILTERS: dict[str, list[str]] = {
    "volume":         ["name", "status", "metadata", "bootable", "migration_status",
                       "availability_zone", "group_id", "size", "created_at", "updated_at",
                       "consumes_quota"],
    "backup":         ["name", "status", "volume_id"],
    "snapshot":       ["name", "status", "volume_id", "metadata", "availability_zone",
                       "consumes_quota"],
    "group":          ["name"],
    "group_snapshot": ["name", "status", "group_id"],
    "attachment":     ["volume_id", "status", "instance_id", "attach_status"],
    "message":        ["resource_uuid", "resource_type", "event_id", "request_id",
                       "message_level"],
    "pool":           ["name", "volume_type"],
    "volume_type":    ["is_public", "extra_specs"],
}
# fmt: on
_ALWAYS: Mapping[str, int] = MappingProxyType({})
TIME_OPERATORS = {"gt": "__gt", "gte": "__gte", "eq": "", "lt": "__lt", "lte": "__lte"}


def checked(
    view: Any,
    asked: Mapping[str, str],
    resource: str,
    *,
    since: Mapping[str, int] = _ALWAYS,
    before: Collection[str] | None = None,
) -> dict[str, str]:
    """The filters that count: others are refused from 3.31 on, and dropped before.

    `since`: minor versions before which a filter is dropped; `before`: the filters of those who
    are no administrators before 3.31, if they were others.
    """
    version = view.request.version
    allowed = FILTERS[resource]
    if version < (3, 31):
        # Volume (Cinder): common.process_general_filtering drops by version only here.
        asked = {name: value for name, value in asked.items() if version[1] >= since.get(name, 0)}
    if view.context.is_admin:
        return dict(asked)
    if version < (3, 31):
        allowed = list(allowed if before is None else before)
        return {name: value for name, value in asked.items() if name in allowed}
    # A name that ends in ~ would have to stand in the list as such.
    bad = [name for name in asked if name not in allowed and name != "all_tenants"]
    if bad:
        raise BadRequest(f"Invalid filters {','.join(bad)} are found in query options.")
    return {name: value for name, value in asked.items() if name != "all_tenants"}


def scope(
    view: Any, asked: dict[str, str], *, column: str = "project_id", is_strict: bool = False
) -> Q:
    """What belongs to the caller: an administrator may ask for all projects, or for one."""
    context = view.context
    everyone = asked.pop("all_tenants", None)
    if everyone is not None and (
        strict("all_tenants", everyone) if is_strict else boolean(everyone)
    ):
        is_everyone = context.is_admin
    else:
        is_everyone = False
    if is_everyone:
        project = asked.pop("project_id", None)
        return Q(**{column: project}) if project else Q()
    if context.is_admin:
        asked.pop("project_id", None)
        asked.pop("tenant_id", None)
    return Q(**{column: context.project_id})


def condition(name: str, value: str, columns: Mapping[str, str]) -> Q | None:
    """One filter; None for one that the collection does not know, and so matches nothing."""
    if name.endswith("~"):
        column = columns.get(name[:-1])
        return Q(**{f"{column}__icontains": value}) if column else None
    column = columns.get(name)
    if column is None:
        return None
    if value in ("None", "null", "") and name not in ("name", "display_name", "status"):
        return Q(**{f"{column}__isnull": True})
    return Q(**{column: value})


def literal(name: str, value: str, columns: Mapping[str, str]) -> Q | None:
    """One filter whose value is read as a literal of Python, if it is one."""
    column = columns.get(name)
    if column is None or name in ("name", "display_name") or name.endswith("~"):
        return condition(name, value, columns)
    read = evaluated(value)
    if read is None:
        return Q(**{f"{column}__isnull": True})
    if isinstance(read, (list, tuple, set)):
        return Q(**{f"{column}__in": [str(each) for each in read]})
    return Q(**{column: str(read)})


def evaluated(value: str) -> Any:
    """What a value is as a literal of Python, or itself."""
    try:
        # Volume (Cinder): volume.api.API.check_volume_filters
        return ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value


def flag(name: str, value: str, *, is_strict: bool) -> bool:
    """A boolean filter: from 3.2 on a bad value is refused, before it means true."""
    read = boolean(value) if is_strict else None
    if is_strict and read is None:
        raise invalid_input(f"'{name} = {value}'")
    return bool(value) and value not in ("False", "false", "FALSE") if read is None else read


def narrowed(found: Any, condition: Q | None) -> Any:
    """What fits a filter; nothing for one that is none."""
    return found.none() if condition is None else found.filter(condition)


def with_metadata(found: Any, column: str, text: str) -> Any:
    """Keep rows whose JSON column holds all pairs of `{'key': 'value'}`."""
    try:
        wanted = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return found.none()
    if not isinstance(wanted, dict):
        return found.none()
    for at, (key, value) in enumerate(wanted.items()):
        alias = f"{column}_{at}"
        # A plain text, or else the comparison would be one of JSON values.
        value_of = Cast(KeyTextTransform(str(key), column), TextField())
        found = found.alias(**{alias: value_of})
        found = found.filter(**{alias: str(value)})
    return found


def when(name: str, text: str) -> Q:
    """A filter by time: `gt:2026-01-01T00:00:00,lt:...`."""
    wanted = Q()
    for part in text.split(","):
        operator, _, moment = part.partition(":")
        moment = moment or operator
        if operator not in (*TIME_OPERATORS, "neq"):
            raise BadRequest(f"Invalid {operator} operator")
        try:
            value = datetime.fromisoformat(moment)
        except ValueError:
            raise BadRequest(f"Invalid {moment} value") from None
        value = value if value.tzinfo else value.replace(tzinfo=UTC)
        if operator == "neq":
            wanted &= ~Q(**{name: value})
        else:
            wanted &= Q(**{name + TIME_OPERATORS[operator]: value})
    return wanted


def next_links(
    view: Any, rows: list[Any], limit: int, path: str, *, key: str = "id"
) -> list[dict[str, str]]:
    """The link to the next page, when this one is full."""
    if not rows or len(rows) < limit:
        return []
    query = QueryDict(mutable=True)
    for name, values in view.request.params.items():
        query.setlist(name, values)
    query["marker"] = rows[-1][key]
    ask = view.ask
    return [{"rel": "next", "href": f"{ask.root}/v3{ask.prefix}/{path}?{query.urlencode()}"}]
