"""How long servers ran, by project, within a period: what a bill is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from compute.models import Server
from versioned.prepared import Forms

ORDER = ("project_id", "uuid")
COLUMNS = (
    "uuid",
    "name",
    "project_id",
    "memory_mb",
    "root_gb",
    "ephemeral_gb",
    "vcpus",
    "flavor_name",
    "launched_at",
    "terminated_at",
    "vm_state",
)


@dataclass(frozen=True)
class Period:
    begin: datetime
    end: datetime

    def hours(self, server: Mapping[str, Any]) -> float:
        """How long the server ran within the period."""
        launched, terminated = server["launched_at"], server["terminated_at"]
        if launched is None or launched > self.end or (terminated and terminated < self.begin):
            return 0
        stop = min(self.end, terminated) if terminated else self.end
        return float((stop - max(launched, self.begin)).total_seconds()) / 3600


def servers(
    begin: datetime, end: datetime, project_id: str | None = None
) -> "QuerySet[Server, dict[str, Any]]":
    """The servers that ran between the two, deleted ones included, in their order."""
    found = Server.objects.filter(
        Q(terminated_at__isnull=True) | Q(terminated_at__gt=begin), launched_at__lt=end
    )
    if project_id:
        found = found.filter(project_id=project_id)
    return found.order_by(*ORDER).values(*COLUMNS)


# A form is how many.
_OF_ALL = Forms(lambda limit, *period: servers(*period)[:limit], datetime, datetime)
_OF_PROJECT = Forms(lambda limit, *asked: servers(*asked)[:limit], datetime, datetime, str)


def first(period: Period, project_id: str | None, limit: int) -> list[dict[str, Any]]:
    """The first servers that ran within the period, of a project or of all."""
    if project_id:
        return _OF_PROJECT(limit, period.begin, period.end, project_id)
    return _OF_ALL(limit, period.begin, period.end)
