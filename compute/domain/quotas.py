"""Quotas: what a project, and a user in it, may have at most.  -1 is without end."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from compute.domain import usage
from compute.domain.errors import BadRequest
from compute.models import ProjectQuota, QuotaClass
from versioned.prepared import Prepared

# Sorted, as every answer shows them.
DEFAULTS: Mapping[str, int] = {
    "cores": 20,
    "fixed_ips": -1,
    "floating_ips": -1,
    "injected_file_content_bytes": 10240,
    "injected_file_path_bytes": 255,
    "injected_files": 5,
    "instances": 10,
    "key_pairs": 100,
    "metadata_items": 128,
    "ram": 51200,
    "security_group_rules": -1,
    "security_groups": -1,
    "server_group_members": 10,
    "server_groups": 10,
}
DEFAULT_CLASS = "default"
_OF_CLASS = Prepared(
    lambda name: QuotaClass.objects.filter(class_name=name).values_list("resource", "limit"), str
)
# A project's own limits, then those of a user in it.
_OF_PROJECT = Prepared(
    lambda project_id, user_id: (
        ProjectQuota.objects.filter(Q(user_id="") | Q(user_id=user_id), project_id=project_id)
        .order_by("user_id")
        .values_list("resource", "limit", "user_id")
    ),
    str,
    str,
)


class Both(NamedTuple):
    """A project's limits and those of a user in it; `own` are the ones that the user alone has."""

    project: dict[str, int]
    user: dict[str, int]
    own: frozenset[str]

    def least(self, resource: str) -> int:
        # Nova: -1 is the least of all, so that either one without end is none for both.
        return min(self.project[resource], self.user[resource])


class Settable(NamedTuple):
    """The ends of what a limit may be set to; -1 as the high end is without end."""

    low: int
    high: int


def configured() -> dict[str, int]:
    """The defaults of this deployment: Nova's, and what settings.QUOTA changes of them."""
    changed: Mapping[str, int] = getattr(settings, "QUOTA", {})
    return {name: changed.get(name, limit) for name, limit in DEFAULTS.items()}


def of_class(name: str) -> dict[str, int]:
    """A class's limits; what it does not say is the deployment's default."""
    return {**configured(), **_known(_OF_CLASS(name))}


def defaults() -> dict[str, int]:
    return of_class(DEFAULT_CLASS)


def limits(project_id: str, *, user_id: str | None = None) -> dict[str, int]:
    """A project's limits, or a user's in it: the user's own, then the project's, then defaults."""
    return both(project_id, user_id or "").user


def limit(project_id: str | None, resource: str, *, user_id: str | None = None) -> int:
    return limits(str(project_id), user_id=user_id)[resource]


def both(project_id: str | None, user_id: str | None) -> Both:
    """The limits of a project and those of a user in it, asked for together."""
    found, rows = defaults(), _OF_PROJECT(str(project_id), str(user_id or ""))
    project = {**found, **_known((name, limit) for name, limit, whose in rows if not whose)}
    own = _known((name, limit) for name, limit, whose in rows if whose)
    return Both(project, {**project, **own}, frozenset(own))


def over(project_id: str | None, user_id: str | None, **asked: int) -> dict[str, int]:
    """What of the asked the project or the user may not have, with the project's limits.

    Nova: the limit that is told is the project's, also where only the user's was too low.
    """
    of_project, of_user, _ = both(project_id, user_id)
    return {
        name: of_project[name]
        for name, value in asked.items()
        if exceeds(0, value, of_project[name]) or exceeds(0, value, of_user[name])
    }


def exceeds(used: int, more: int, limit: int) -> bool:
    return 0 <= limit < used + more


def _known(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    return {resource: limit for resource, limit in rows if resource in DEFAULTS}


def in_use(project_id: str, *, user_id: str | None = None) -> dict[str, int]:
    """What is counted against limits; Nova shows zero for all that it does not count."""
    used = usage.project_usage(project_id, user_id=user_id)
    return {name: used.get(name, 0) for name in DEFAULTS}


def settable(project_id: str, *, user_id: str | None = None) -> dict[str, Settable]:
    """What each limit may be set to: not below use, and a user's not above what is left to give."""
    project = limits(project_id)
    given = dict.fromkeys(DEFAULTS, 0)
    own: dict[str, int] = {}
    for row in ProjectQuota.objects.filter(project_id=project_id).exclude(user_id=""):
        if row.resource in given:
            given[row.resource] += row.limit
            if row.user_id == user_id:
                own[row.resource] = row.limit
    used = in_use(project_id, user_id=user_id)
    out = {}
    for name, most in project.items():
        left = most - given[name]
        if user_id:
            high = -1 if left <= -1 or own.get(name, 0) <= -1 else left + own.get(name, 0)
            out[name] = Settable(used[name], high)
        else:
            taken = -1 if most <= -1 or left <= -1 else most - left
            out[name] = Settable(max(taken, used[name]), -1)
    return out


def _check(name: str, asked: int, ends: Settable) -> None:
    def number(value: int) -> float:
        return float("inf") if value == -1 else value

    if number(asked) < number(ends.low):
        raise BadRequest(
            f"Quota limit {asked} for {name} must be greater than or equal to already used and "
            f"reserved {ends.low}."
        )
    if number(asked) > number(ends.high):
        raise BadRequest(
            f"Quota limit {asked} for {name} must be less than or equal to {ends.high}."
        )


def change(
    project_id: str, asked: Mapping[str, int], *, user_id: str | None = None, force: bool = False
) -> None:
    """Set limits of a project, or of a user in it; `force` allows less than is in use."""
    with transaction.atomic():
        if not force:
            ends = settable(project_id, user_id=user_id)
            for name, value in asked.items():
                _check(name, value, ends[name])
        for name, value in asked.items():
            ProjectQuota.objects.update_or_create(
                project_id=project_id,
                user_id=user_id or "",
                resource=name,
                defaults={"limit": value},
            )


def forget(project_id: str, *, user_id: str | None = None) -> None:
    """Go back to the defaults: for a user, or for the project with all its users."""
    rows = ProjectQuota.objects.filter(project_id=project_id)
    with transaction.atomic():
        (rows.filter(user_id=user_id) if user_id else rows).delete()


def change_class(name: str, asked: Mapping[str, int]) -> None:
    with transaction.atomic():
        for resource, value in asked.items():
            QuotaClass.objects.update_or_create(
                class_name=name, resource=resource, defaults={"limit": value}
            )
