"""The work table: what is being done, what waits, what was given up."""

from django.contrib import admin

from compute.admin.base import ReadOnly
from compute.models import Task


@admin.register(Task)
class TaskAdmin(ReadOnly):
    list_display = ("kind", "state", "queue", "server_uuid", "attempts", "owner", "created_at")
    list_filter = ("state", "kind")
    search_fields = ("server_uuid", "queue")
    ordering = ("-created_at",)
    # What a task carries may be secret.
    exclude = ("payload", "context")
