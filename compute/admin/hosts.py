"""Hosts: what they have and what is used of it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from compute.admin.base import ReadOnly
from compute.domain import usage
from compute.models import Host


@admin.register(Host)
class HostAdmin(ReadOnly):
    list_display = ("host", "hypervisor_type", "cpus", "memory", "disk", "servers")
    search_fields = ("host", "uuid")
    ordering = ("host",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Host]:
        hosts: QuerySet[Host] = super().get_queryset(request)
        # Counted once a page: the columns below look into it.
        self._used = usage.host_usage(hosts.values_list("host", flat=True))
        return hosts

    def _of(self, host: Host, name: str) -> int:
        return int(self._used.get(host.host, {}).get(name, 0))

    def _bar(self, used: int, total: float, unit: str) -> Any:
        return format_html(
            '<progress value="{}" max="{}"></progress> {} of {} {}',
            used,
            total or 1,
            used,
            f"{total:g}",
            unit,
        )

    @admin.display(description="CPUs")
    def cpus(self, host: Host) -> Any:
        total = host.vcpus * host.cpu_allocation_ratio
        return self._bar(self._of(host, "vcpus_used"), total, "")

    @admin.display(description="Memory")
    def memory(self, host: Host) -> Any:
        total = host.memory_mb * host.ram_allocation_ratio
        return self._bar(self._of(host, "memory_mb_used"), total, "MiB")

    @admin.display(description="Disk")
    def disk(self, host: Host) -> Any:
        total = host.local_gb * host.disk_allocation_ratio
        return self._bar(self._of(host, "local_gb_used"), total, "GiB")

    @admin.display(description="Servers")
    def servers(self, host: Host) -> int:
        return self._of(host, "running_vms")
