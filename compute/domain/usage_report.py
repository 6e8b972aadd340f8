"""How long servers ran, by project, within a period: what a bill is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from compute.models import Server

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


def servers(period: Period, project_id: str | None = None) -> QuerySet[Server]:
    """The servers that ran within the period, deleted ones included."""
    found = Server.objects.filter(
        Q(terminated_at__isnull=True) | Q(terminated_at__gt=period.begin),
        launched_at__lt=period.end,
    )
    return found.filter(project_id=project_id) if project_id else found
