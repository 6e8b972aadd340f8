"""The work table: what is being done, what waits, what was given up; tried again or given up."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from compute.admin.base import ReadOnly, name_of
from compute.models import Task
from compute.work import mending


@admin.register(Task)
class TaskAdmin(ReadOnly):
    list_display = ("kind", "state", "queue", "server_uuid", "attempts", "not_before", "owner")
    list_filter = ("state", "kind")
    search_fields = ("server_uuid", "queue")
    ordering = ("-created_at",)
    actions = ("retry", "abandon")
    # What a task carries may be secret.
    exclude = ("payload", "context")

    @admin.action(description="Try again, at once")
    def retry(self, request: HttpRequest, rows: QuerySet[Task]) -> None:
        self.each(request, rows, "Tried again", mending.retry)

    @admin.action(description="Give up")
    def abandon(self, request: HttpRequest, rows: QuerySet[Task]) -> None:
        who = name_of(request)
        self.each(request, list(rows), "Given up", lambda row: mending.abandon(row, who=who))
