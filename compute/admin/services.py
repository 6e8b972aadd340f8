"""Services: who is up, who is disabled and why; enable, disable, force down."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest

from compute.admin.base import ReadOnly
from compute.domain import service_control, services
from compute.models import Service


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
    )
    list_filter = ("binary", "disabled", "forced_down")
    search_fields = ("host", "uuid")
    ordering = ("binary", "host")
    action_form = ReasonForm
    actions = ("enable", "disable", "force_down", "let_up")

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
