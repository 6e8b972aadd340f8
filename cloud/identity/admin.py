"""Projects in the admin site: to look at, enable and disable."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from cloud.identity import projects
from cloud.identity.models import Project


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "id", "domain", "enabled", "is_domain", "description")
    list_filter = ("enabled", "is_domain")
    search_fields = ("name", "id")
    ordering = ("name",)
    actions = ("enable", "disable")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [field.name for field in self.opts.fields]

    @admin.action(description="Enable")
    def enable(self, request: HttpRequest, rows: QuerySet[Project]) -> None:
        self._switch(request, rows, enabled=True)

    @admin.action(description="Disable")
    def disable(self, request: HttpRequest, rows: QuerySet[Project]) -> None:
        self._switch(request, rows, enabled=False)

    def _switch(self, request: HttpRequest, rows: QuerySet[Project], *, enabled: bool) -> None:
        for project in rows:
            # Through the domain, so that tokens of the project end with it.
            projects.update(project, {"enabled": enabled})
            self.log_change(request, project, "Enabled" if enabled else "Disabled")
        self.message_user(request, f"{len(rows)} changed", messages.SUCCESS)
