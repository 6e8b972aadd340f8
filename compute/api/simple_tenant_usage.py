"""How long servers ran, by project.  /os-simple-tenant-usage"""

from datetime import UTC, datetime
from typing import Any

from compute.api import paging, types
from compute.api.base import ComputeViewSet
from compute.api.times import with_micros
from compute.domain import usage_report
from compute.domain.errors import BadRequest
from compute.domain.usage_report import Period
from compute.models import Server
from compute.work import clock
from versioned.operation import operation
from versioned.schema import query
from versioned.versions import since

_FORMS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S.%f")
_TOTALS = ("total_local_gb_usage", "total_vcpus_usage", "total_memory_mb_usage", "total_hours")
_PAGING = {name: since("2.40", schema) for name, schema in types.paging.items()}
_PERIOD = {"start": types.many(types.string), "end": types.many(types.string)}

LIST = query(closed_since="2.75", **_PERIOD, detailed=types.many(types.string), **_PAGING)
SHOW = query(closed_since="2.75", **_PERIOD, **_PAGING)


_SORT = paging.Sort(usage_report.ORDER)


class UsageViewSet(ComputeViewSet):
    @operation(policy="os_compute_api:os-simple-tenant-usage:list", query=LIST)
    def list(self, request: Any) -> Any:
        usages, links = self._usages("os-simple-tenant-usage", self._first("detailed") == "1")
        return {"tenant_usages": usages, **({"tenant_usages_links": links} if links else {})}

    @operation(policy="os_compute_api:os-simple-tenant-usage:show", target="found", query=SHOW)
    def retrieve(self, request: Any, id: str) -> Any:
        self.authorize({"project_id": id})
        usages, links = self._usages(f"os-simple-tenant-usage/{id}", True, project_id=id)
        usage = usages[0] if usages else {}
        return {"tenant_usage": usage, **({"tenant_usage_links": links} if links else {})}

    def _usages(self, path: str, detailed: bool, project_id: str | None = None) -> Any:
        """Each project's usage in the period asked for, and the link to the next page."""
        period = self._period()
        paged = self.request.version >= (2, 40)
        limit, marker = paging.limit_and_marker(self.request) if paged else (paging.most(), None)
        if marker is None:
            servers = usage_report.first(period, project_id, limit) if limit else []
        else:
            after = Server.objects.filter(uuid=marker).values(*_SORT.columns).first()
            if after is None:
                raise BadRequest(f"Marker {marker} could not be found.")
            rows = usage_report.servers(period.begin, period.end, project_id)
            servers = list(rows.filter(_SORT.after(after))[:limit])
        links = paging.next_links(self.request, path, servers, "uuid", limit) if paged else []
        return _by_project(servers, period, detailed), links

    def _period(self) -> Period:
        now = clock.now()
        begin, end = (_time(self._first(name)) or now for name in ("start", "end"))
        if self._first("end") is None:
            end = clock.now()
        if not begin < end:
            raise BadRequest("Invalid start time. The start time cannot occur after the end time.")
        return Period(begin, min(end, clock.now()))

    def _first(self, name: str) -> str | None:
        # Nova: of a parameter given twice, the first value counts here, and empty ones never.
        values = [value for value in self.request.params.get(name, ()) if value]
        return values[0] if values else None


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise BadRequest("Invalid datetime string: Datetime is in invalid format")


def _by_project(servers: Any, period: Period, detailed: bool) -> Any:
    found: dict[str, dict[str, Any]] = {}
    for server in servers:
        usage = _usage(server, period)
        total = found.get(usage["tenant_id"])
        if total is None:
            total = found[usage["tenant_id"]] = {"tenant_id": usage["tenant_id"]}
            if detailed:
                total["server_usages"] = []
            total.update(dict.fromkeys(_TOTALS, 0))
            total["start"] = with_micros(period.begin)
            total["stop"] = with_micros(period.end)
        hours = usage["hours"]
        for name, each in zip(_TOTALS, ("local_gb", "vcpus", "memory_mb"), strict=False):
            total[name] += usage[each] * hours
        total["total_hours"] += hours
        if detailed:
            total["server_usages"].append(usage)
    return list(found.values())


def _usage(server: Any, period: Period) -> dict[str, Any]:
    ended = server["terminated_at"]
    return {
        "hours": period.hours(server),
        "flavor": server["flavor_name"],
        "instance_id": server["uuid"],
        "name": server["name"],
        "tenant_id": server["project_id"],
        "memory_mb": server["memory_mb"],
        "local_gb": server["root_gb"] + server["ephemeral_gb"],
        "vcpus": server["vcpus"],
        "started_at": with_micros(server["launched_at"]),
        "ended_at": with_micros(ended),
        "state": "terminated" if ended else server["vm_state"],
        "uptime": int(((ended or clock.now()) - server["launched_at"]).total_seconds()),
    }
