"""Which hosts have reported the last period's usage.  /os-instance_usage_audit_log"""

from datetime import datetime
from typing import Any

from compute.api.base import ComputeViewSet
from compute.domain import services
from compute.domain.errors import BadRequest
from compute.models import Service
from compute.work import clock
from versioned.operation import operation
from versioned.schema import query

READ = query(closed_since="2.102")


class UsageAuditLogViewSet(ComputeViewSet):
    @operation(policy="os_compute_api:os-instance-usage-audit-log:list", query=READ)
    def list(self, request: Any) -> Any:
        return {"instance_usage_audit_logs": _log(clock.now().replace(tzinfo=None))}

    @operation(policy="os_compute_api:os-instance-usage-audit-log:show", query=READ)
    def retrieve(self, request: Any, id: str) -> Any:
        form = "%Y-%m-%d %H:%M:%S.%f" if "." in id else "%Y-%m-%d %H:%M:%S"
        try:
            before = datetime.strptime(id, form)  # noqa: DTZ007 - periods are in UTC, and say so not
        except ValueError:
            raise BadRequest(f"Invalid timestamp for date {id}") from None
        return {"instance_usage_audit_log": _log(before)}


def _log(before: datetime) -> dict[str, Any]:
    """The log of the last full month.

    Nova: hosts report only when told to by [DEFAULT]instance_usage_audit, which is off.
    """
    end = before.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if end >= before:
        end = _month_before(end)
    compute = Service.objects.filter(binary=services.COMPUTE)
    hosts = sorted(set(compute.values_list("host", flat=True)))
    return {
        "period_beginning": str(_month_before(end)),
        "period_ending": str(end),
        "num_hosts": len(hosts),
        "num_hosts_done": 0,
        "num_hosts_running": 0,
        "num_hosts_not_run": len(hosts),
        "hosts_not_run": hosts,
        "total_instances": 0,
        "total_errors": 0,
        "overall_status": f"{f'0 of {len(hosts)}' if hosts else 'ALL'} hosts done. 0 errors.",
        "log": {},
    }


def _month_before(day: datetime) -> datetime:
    if day.month == 1:
        return day.replace(year=day.year - 1, month=12)
    return day.replace(month=day.month - 1)
