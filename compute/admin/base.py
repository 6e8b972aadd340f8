"""What the admin's pages share."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from compute.domain.errors import ComputeError


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """A page that shows; changes are actions, which call the domain."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Actions are offered to those who may change; the form itself has no editable field.
        return bool(request.user.is_staff)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = [field.name for field in self.opts.fields]
        return (*own, *(name for name in self.readonly_fields if name not in own))

    def each(
        self, request: HttpRequest, rows: Iterable[Any], what: str, do: Callable[[Any], object]
    ) -> None:
        """Do something to each row, log who did it, and say what was refused and why."""
        done = 0
        for row in rows:
            try:
                do(row)
            except ComputeError as exc:
                self.message_user(request, f"{row}: {exc.text}", messages.ERROR)
                continue
            self.log_change(request, row, what)
            done += 1
        if done:
            self.message_user(request, f"{what}: {done}", messages.SUCCESS)
