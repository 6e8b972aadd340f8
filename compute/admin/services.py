"""Services: who is up, who is disabled and why; enable, disable, force down, drain, evacuate."""

from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from compute.admin.base import ReadOnly, acting
from compute.domain import evacuation, moving, service_control, services
from compute.domain.errors import ComputeError
from compute.models import Server, Service


class ReasonForm(ActionForm):
    reason = forms.CharField(required=False, max_length=255, label="Reason")


@admin.register(Service)
class ServiceAdmin(ReadOnly):
    list_display = (
        "binary",
        "host",
        "is_up",
        "is_enabled",
        "disabled_reason",
        "forced_down",
        "last_seen_up",
        "servers",
    )
    list_filter = ("binary", "disabled", "forced_down")
    search_fields = ("host", "uuid")
    ordering = ("binary", "host")
    action_form = ReasonForm
    actions = ("enable", "disable", "force_down", "let_up", "restart", "drain", "evacuate")

    @admin.display(boolean=True, description="Up")
    def is_up(self, service: Service) -> bool:
        return services.is_up(service)

    @admin.display(boolean=True, description="Enabled", ordering="disabled")
    def is_enabled(self, service: Service) -> bool:
        return not service.disabled

    def _change(
        self, request: HttpRequest, rows: QuerySet[Service], what: str, **values: Any
    ) -> None:
        def change(service: Service) -> None:
            if service.binary != services.COMPUTE:
                raise service_control.NotComputeService(binary=service.binary)
            service_control.change(service, **values)

        self.each(request, rows, what, change)

    @admin.action(description="Enable")
    def enable(self, request: HttpRequest, rows: QuerySet[Service]) -> None:
        self._change(request, rows, "Enabled", disabled=False, disabled_reason=None)

    @admin.action(description="Disable, with the reason given")
    def disable(self, request: HttpRequest, rows: QuerySet[Service]) -> None:
        reason = request.POST.get("reason") or None
        self._change(request, rows, "Disabled", disabled=True, disabled_reason=reason)

    @admin.action(description="Force down")
    def force_down(self, request: HttpRequest, rows: QuerySet[Service]) -> None:
        self._change(request, rows, "Forced down", forced_down=True)

    @admin.action(description="Let up again")
    def let_up(self, request: HttpRequest, rows: QuerySet[Service]) -> None:
        def change(service: Service) -> None:
            service_control.check_evacuated(service.host)
            service_control.change(service, forced_down=False)

        self.each(request, rows, "Let up", change)

    @admin.action(description="Restart: look after the host as at start-up")
    def restart(self, request: HttpRequest, rows: QuerySet[Service]) -> None:
        hosts = rows.filter(binary=services.COMPUTE)
        self.each(request, hosts, "Restarted", service_control.restart)

    @admin.display(description="Servers")
    def servers(self, service: Service) -> Any:
        """How many there are, and the way to them."""
        if service.binary != services.COMPUTE:
            return ""
        count = self._counted.get(service.host, 0)
        where = f"{reverse('admin:compute_server_changelist')}?host={quote(service.host)}&deleted=0"
        return format_html('<a href="{}">{}</a>', where, count)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Service]:
        rows: QuerySet[Service] = super().get_queryset(request)
        # Counted once a page.
        here = Server.objects.filter(deleted=False, host__isnull=False).order_by()
        self._counted = dict(here.values_list("host").annotate(Count("pk")))
        return rows

    @admin.action(description="Drain: disable, and move all servers away")
    def drain(self, request: HttpRequest, rows: QuerySet[Service]) -> None:
        reason = request.POST.get("reason") or "Drained"
        rows = rows.filter(binary=services.COMPUTE)
        self._change(request, rows, "Disabled", disabled=True, disabled_reason=reason)
        for service in rows:
            here = Server.objects.filter(host=service.host, deleted=False).order_by("pk")
            self.each(
                request, here, "Moved away", lambda server: moving.drain(acting(request), server)
            )

    @admin.action(description="Evacuate all servers of a host that is down")
    def evacuate(self, request: HttpRequest, rows: QuerySet[Service]) -> None:
        for service in rows.filter(binary=services.COMPUTE):
            try:
                here = evacuation.of_host(service.host)
            except ComputeError as exc:
                self.message_user(request, f"{service}: {exc.text}", messages.ERROR)
                continue
            self.each(
                request,
                here,
                "Evacuated",
                lambda server: evacuation.evacuate(acting(request), server),
            )
