"""What the admin's pages share."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from compute.domain import context
from compute.domain.errors import ComputeError
from middleware.context import RequestContext


def acting(request: HttpRequest) -> RequestContext:
    """The administrator at the site, as the domain sees callers."""
    caller = context.cloud()
    # Who logged in by Identity has the row /domain/user.
    caller.user_id = request.user.get_username().rpartition("/")[2]
    caller.user_name = name_of(request)
    caller.request_id = f"req-{uuid.uuid4()}"
    return caller


def name_of(request: HttpRequest) -> str:
    """What the administrator is called."""
    user = request.user
    return str(getattr(user, "first_name", "") or user.get_username())


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
