"""Servers, with their actions, events, faults, devices and migrations on one page."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from compute.admin.base import ReadOnly, acting
from compute.domain import deleting, lifecycle, states
from compute.models import (
    BlockDevice,
    Migration,
    Server,
    ServerAction,
    ServerFault,
)


class _Shown(admin.TabularInline):  # type: ignore[type-arg]
    extra = 0
    can_delete = False
    show_change_link = False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return [*(self.fields or ())]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Actions(_Shown):
    model = ServerAction
    fields = ("action", "user_id", "start_time", "finish_time", "message", "steps")

    @admin.display(description="Events")
    def steps(self, action: ServerAction) -> str:
        return ", ".join(f"{e.event} ({e.result or 'running'})" for e in action.events.all())


class Faults(_Shown):
    model = ServerFault
    fields = ("created_at", "code", "message", "host")


class Devices(_Shown):
    model = BlockDevice
    fields = ("device_name", "source_type", "destination_type", "volume_id", "volume_size")


class Migrations(_Shown):
    model = Migration
    fields = ("migration_type", "status", "source_compute", "dest_compute", "created_at")


@admin.register(Server)
class ServerAdmin(ReadOnly):
    list_display = ("name", "uuid", "status", "task_state", "host", "project_id", "flavor_name")
    list_filter = ("vm_state", "host", "deleted")
    search_fields = ("name", "uuid", "project_id")
    ordering = ("-created_at",)
    inlines = (Actions, Faults, Devices, Migrations)
    actions = ("start", "stop", "reboot", "erase")

    @admin.display(description="Status", ordering="vm_state")
    def status(self, server: Server) -> str:
        return (
            "DELETED" if server.deleted else states.shown_status(server.vm_state, server.task_state)
        )

    @admin.action(description="Start")
    def start(self, request: HttpRequest, rows: QuerySet[Server]) -> None:
        self.each(
            request, rows, "Started", lambda row: lifecycle.begin(acting(request), row, "start")
        )

    @admin.action(description="Stop")
    def stop(self, request: HttpRequest, rows: QuerySet[Server]) -> None:
        self.each(
            request, rows, "Stopped", lambda row: lifecycle.begin(acting(request), row, "stop")
        )

    @admin.action(description="Reboot hard")
    def reboot(self, request: HttpRequest, rows: QuerySet[Server]) -> None:
        self.each(
            request,
            rows,
            "Rebooted",
            lambda row: lifecycle.begin(acting(request), row, "hard reboot"),
        )

    @admin.action(description="Delete")
    def erase(self, request: HttpRequest, rows: QuerySet[Server]) -> None:
        self.each(request, rows, "Deleted", lambda row: deleting.delete(acting(request), row))
