"""Which servers a list shows: filters, their remapping, sort keys and pages."""

import functools
import operator
import re
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.expressions import OrderBy

from compute.api import paging, policy
from compute.api.servers import schemas
from compute.api.times import parse_isotime
from compute.domain import states
from compute.domain.errors import BadRequest, Forbidden, PolicyNotAuthorized
from compute.models import Flavor, Server, ServerTag
from middleware.context import RequestContext
from versioned.versions import Version, parse

ALL_FILTERS = "os_compute_api:servers:allow_all_filters"
_PAGING = ("sort_key", "sort_dir", "limit", "marker")
_TAGS = ("tags", "tags-any", "not-tags", "not-tags-any")

# fmt: off
# What anybody may filter by, and since when.
_ALLOWED: dict[str, Version] = {
    name: parse(since)
    for since, names in {
        "2.1":  ("reservation_id", "name", "status", "image", "flavor", "ip", "changes-since",
                 "all_tenants"),
        "2.5":  ("ip6",),
        "2.26": _TAGS,
        "2.66": ("changes-before",),
        "2.73": ("locked",),
        "2.83": ("availability_zone", "config_drive", "key_name", "created_at", "launched_at",
                 "terminated_at", "power_state", "task_state", "vm_state", "progress", "user_id"),
        "2.90": ("hostname",),
    }.items()
    for name in names
}

# Filters that must equal a column, and those that are searched in one as a regular expression.
_EXACT = {
    "project_id": "project_id", "tenant_id": "project_id", "user_id": "user_id",
    "image": "image_ref", "image_ref": "image_ref", "uuid": "uuid", "host": "host",
}
_SEARCHED = {
    "name": "name", "display_name": "name",
    "display_description": "description", "hostname": "hostname", "key_name": "key_name",
    "kernel_id": "kernel_id", "ramdisk_id": "ramdisk_id", "node": "node",
    "reservation_id": "reservation_id", "launched_at": "launched_at",
    "terminated_at": "terminated_at", "created_at": "created_at",
    "availability_zone": "availability_zone", "locked_by": "locked_by",
    "root_device_name": "root_device_name", "config_drive": "config_drive",
    "access_ip_v4": "access_ip_v4", "access_ip_v6": "access_ip_v6",
    "power_state": "power_state", "progress": "progress", "launch_index": "launch_index",
    "auto_disk_config": "disk_config",
}
_SORT_COLUMNS = {
    "display_name": "name", "display_description": "description",
    "auto_disk_config": "disk_config", "instance_type_id": "flavor_id", "locked": "locked_by",
}
# fmt: on
_YES = {"1", "t", "true", "on", "y", "yes"}


class EmptyList(Exception):
    """Nothing can match, and Nova does not look."""


def chosen(request: Any, *, detail: bool) -> tuple[QuerySet[Server], list[str], int, str | None]:
    """The servers that the request asks for, their order, and the page: limit and marker.

    Raises EmptyList when no server can match; errors of domain.errors for what is not allowed.
    """
    context: RequestContext = request.context
    version: Version = request.version
    options = {name: values[-1] for name, values in request.params.items()}
    options = _permitted(context, version, options)
    for name in options:
        if name in schemas.JOINED or name.startswith("_"):
            raise BadRequest(f"Invalid filter field: {name}.")
    servers: QuerySet[Server] = Server.objects.all()
    servers, options = _by_status(request, servers, options)
    servers, since, before = _by_change(servers, options)
    servers = _by_deletion(context, servers, options, watching=bool(since or before))
    servers = _by_owner(context, servers, options, detail=detail)
    if version >= (2, 26):
        servers = _by_tags(servers, options)
    if version >= (2, 73) and "locked" in options:
        locked = _boolean(options.pop("locked"), "locked")
        servers = servers.exclude(locked_by=None) if locked else servers.filter(locked_by=None)
    servers = _by_columns(servers, options)
    limit, marker = paging.limit_and_marker(request)
    return servers, _order(request), limit, marker


def _permitted(
    context: RequestContext, version: Version, options: dict[str, str]
) -> dict[str, str]:
    if policy.allows(context, ALL_FILTERS):
        return {name: value for name, value in options.items() if name not in _PAGING}
    # Nova: what a user may not filter by is dropped without a word.
    return {
        name: value
        for name, value in options.items()
        if name in _ALLOWED and version >= _ALLOWED[name]
    }


def _by_status(
    request: Any, servers: QuerySet[Server], options: dict[str, str]
) -> tuple[QuerySet[Server], dict[str, str]]:
    options.pop("status", None)
    wanted = request.params.get("status")
    if wanted is not None:
        vm_states, task_states = states.vm_states_of_status(wanted)
        if not vm_states:
            if request.version >= (2, 38):
                raise BadRequest("Invalid status value")
            raise EmptyList
        options.pop("vm_state", None)
        servers = servers.filter(vm_state__in=vm_states)
        if states.ANY_TASK not in task_states:
            options.pop("task_state", None)
            servers = servers.filter(task_state__in=task_states)
        if list(vm_states) == ["deleted"]:
            if not request.context.is_admin:
                raise Forbidden("Only administrators may list deleted instances")
            options["deleted"] = "true"
    elif options.get("vm_state") is not None:
        servers = servers.filter(vm_state=options.pop("vm_state"))
    if "task_state" in options:
        servers = servers.filter(task_state=options.pop("task_state"))
    return servers, options


def _by_change(
    servers: QuerySet[Server], options: dict[str, str]
) -> tuple[QuerySet[Server], Any, Any]:
    times: dict[str, Any] = {}
    for name in ("changes-since", "changes-before"):
        if name in options:
            try:
                times[name] = parse_isotime(options.pop(name))
            except ValueError:
                raise BadRequest(f"Invalid filter field: {name}.") from None
    since, before = times.get("changes-since"), times.get("changes-before")
    if since and before and before < since:
        raise BadRequest("The value of changes-since must be less than or equal to changes-before.")
    if since:
        servers = servers.filter(updated_at__gte=since)
    if before:
        # Nova: its databases keep whole seconds, which is also what a server shows; a time that a
        # server showed finds that server.
        servers = servers.filter(
            updated_at__lt=before.replace(microsecond=0) + timedelta(seconds=1)
        )
    return servers, since, before


def _by_deletion(
    context: RequestContext,
    servers: QuerySet[Server],
    options: dict[str, str],
    *,
    watching: bool,
) -> QuerySet[Server]:
    soft = options.pop("soft_deleted", None)
    if "deleted" not in options:
        if watching:
            return servers
        deleted = False
    else:
        deleted = options.pop("deleted").strip().lower() in _YES
    if deleted:
        gone = Q(deleted=True)
        if soft is None or soft.strip().lower() in _YES:
            gone |= Q(vm_state="soft-delete")
        return servers.filter(gone)
    servers = servers.filter(deleted=False)
    # Nova: any value of soft_deleted that is not empty counts as yes here.
    return servers if soft else servers.exclude(vm_state="soft-delete")


def _boolean(text: str, name: str) -> bool:
    value = text.strip().lower()
    if value in _YES:
        return True
    if value in {"0", "f", "false", "off", "n", "no"}:
        return False
    raise BadRequest(
        f"Unrecognized value '{text}', acceptable values are: "
        "'0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', 'true', 'y', 'yes'"
    )


def _by_owner(
    context: RequestContext,
    servers: QuerySet[Server],
    options: dict[str, str],
    *,
    detail: bool,
) -> QuerySet[Server]:
    asked = options.pop("all_tenants", None)
    # Nova: all_tenants without a value means yes.
    everybody = asked is not None and (asked == "" or _boolean(asked, "all_tenants"))
    if everybody:
        rule = "detail" if detail else "index"
        name = f"os_compute_api:servers:{rule}:get_all_tenants"
        if not policy.allows(context, name):
            raise PolicyNotAuthorized(action=name)
        return servers
    options.pop("tenant_id", None)
    options.pop("project_id", None)
    if context.project_id:
        return servers.filter(project_id=context.project_id)
    return servers.filter(user_id=context.user_id)


def _by_tags(servers: QuerySet[Server], options: dict[str, str]) -> QuerySet[Server]:
    def with_all(tags: list[str]) -> Any:
        return (
            ServerTag.objects.filter(tag__in=tags)
            .values("server_id")
            .annotate(matching=Count("tag"))
            .filter(matching=len(set(tags)))
            .values("server_id")
        )

    def with_any(tags: list[str]) -> Any:
        return ServerTag.objects.filter(tag__in=tags).values("server_id")

    for name, subset in (("tags", with_all), ("tags-any", with_any)):
        if name in options:
            servers = servers.filter(pk__in=subset(options.pop(name).split(",")))
        if f"not-{name}" in options:
            servers = servers.exclude(pk__in=subset(options.pop(f"not-{name}").split(",")))
    return servers


def _by_columns(servers: QuerySet[Server], options: dict[str, str]) -> QuerySet[Server]:
    conditions: list[Q] = []
    for name, value in options.items():
        if name == "flavor":
            if not Flavor.objects.filter(flavor_id=value).exists():
                raise EmptyList
            conditions.append(Q(flavor_id=value))
        elif name in ("ip", "ip6"):
            conditions.append(_by_address(value))
        elif name in _EXACT:
            conditions.append(Q(**{_EXACT[name]: value}))
        elif name in _SEARCHED:
            conditions.append(Q(**{f"{_SEARCHED[name]}__regex": _safe(value)}))
    if not conditions:
        return servers
    return servers.filter(functools.reduce(operator.and_, conditions))


def _by_address(value: str) -> Q:
    # Nova: Network is asked for addresses that contain the text; nothing else is a pattern.
    return Q(addresses__iregex=rf'"addr": *"[^"]*{re.escape(value)}')


def _safe(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error:
        return re.escape(pattern)
    return pattern


def _order(request: Any) -> list[str]:
    """ORM order for the sort keys asked for, with the defaults that make it total."""
    keys = [key.strip() for key in request.params.get("sort_key", ["created_at"])]
    directions = [way.strip() for way in request.params.get("sort_dir", ["desc"])]
    hidden = schemas.hidden_sort_keys(request.version)
    for key in list(keys):
        at = keys.index(key)
        if key in hidden:
            if len(directions) > at:
                directions.pop(at)
            keys.pop(at)
        elif key in ("host", "node") and not request.context.is_admin:
            raise Forbidden(f"Only administrators can sort servers by {key}")
    for way in directions:
        if way not in ("asc", "desc"):
            raise BadRequest(
                "Invalid input received: Unknown sort direction, must be 'desc' or 'asc'"
            )
    if len(directions) > len(keys):
        raise BadRequest("Invalid input received: Sort direction size exceeds sort key size")
    if any(key not in (*schemas.SORT_KEYS, "locked") for key in keys):
        # Only the legacy API lets these through; Nova's cells fail, and it shows none of them.
        raise EmptyList
    default = directions[0] if directions else "desc"
    if "sort_key" in request.params and "uuid" not in keys:
        # Nova: the uuid makes the order total, and its direction goes to the first key without one.
        keys.append("uuid")
        directions.append("asc")
    directions += [default] * (len(keys) - len(directions))
    for key in ("created_at", "id"):
        if key not in keys:
            keys.append(key)
            directions.append(default)
    return [
        ("-" if way == "desc" else "") + _SORT_COLUMNS.get(key, key)
        for key, way in zip(keys, directions, strict=True)
    ]


def _in_order(name: str) -> str | OrderBy:
    """Nulls before everything else, whatever the database thinks."""
    column = name.removeprefix("-")
    if not Server._meta.get_field(column).null:
        return name
    if name != column:
        return F(column).desc(nulls_last=True)
    return F(column).asc(nulls_first=True)


def page(
    servers: QuerySet[Server], order: list[str], limit: int, marker: str | None
) -> QuerySet[Server]:
    """The page after the server whose uuid is `marker`: keyset paging, so pages never skip."""
    servers = servers.order_by(*map(_in_order, order))
    # Nova: a marker without text is none.
    if marker:
        columns = [name.removeprefix("-") for name in order]
        # Nova: the marker may be a server that is deleted or does not match the filters.
        last = Server.objects.filter(uuid=marker).values(*columns).first()
        if last is None:
            raise BadRequest(f"marker [{marker}] not found")
        servers = servers.filter(_after(order, last))
    return servers[:limit]


def _after(order: list[str], last: dict[str, Any]) -> Q:
    later = Q(pk__in=[])
    equal = Q()
    for name in order:
        column = name.removeprefix("-")
        value = last[column]
        if name.startswith("-"):
            # Null sorts before everything, so descending it comes last.
            beyond = (
                Q(pk__in=[])
                if value is None
                else Q(**{f"{column}__lt": value}) | Q(**{f"{column}__isnull": True})
            )
        elif value is None:
            beyond = Q(**{f"{column}__isnull": False})
        else:
            beyond = Q(**{f"{column}__gt": value})
        later |= equal & beyond
        equal &= Q(**{f"{column}__isnull": True}) if value is None else Q(**{column: value})
    return later
