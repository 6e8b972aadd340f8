"""Flavors: made and deleted here as by the API; servers keep what they copied."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from compute.domain import flavors
from compute.domain.errors import ComputeError
from compute.models import Flavor, FlavorAccess

FIELDS = (
    "name",
    "flavor_id",
    "memory_mb",
    "vcpus",
    "root_gb",
    "ephemeral_gb",
    "swap_mb",
    "rxtx_factor",
    "is_public",
    "description",
)


class FlavorForm(forms.ModelForm):  # type: ignore[type-arg]
    flavor_id = forms.CharField(required=False, help_text="empty: a uuid")

    class Meta:
        model = Flavor
        fields = FIELDS

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.instance.pk is None and not self.errors:
            try:
                # The domain makes it, with all of the API's own checks.
                self.instance = flavors.make(**{name: values[name] for name in FIELDS})
            except ComputeError as exc:
                raise forms.ValidationError(exc.text) from exc
        return values


class Access(admin.TabularInline):  # type: ignore[type-arg]
    model = FlavorAccess
    extra = 0


@admin.register(Flavor)
class FlavorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "flavor_id", "vcpus", "memory_mb", "root_gb", "is_public")
    search_fields = ("name", "flavor_id")
    ordering = ("memory_mb", "name")
    form = FlavorForm

    def get_readonly_fields(self, request: HttpRequest, obj: Flavor | None = None) -> Any:
        # Nova: of a flavor that is there only the description changes.
        return () if obj is None else tuple(name for name in FIELDS if name != "description")

    def get_inlines(self, request: HttpRequest, obj: Flavor | None = None) -> Any:
        return (Access,) if obj is not None and not obj.is_public else ()

    def save_model(self, request: HttpRequest, obj: Flavor, form: Any, change: bool) -> None:
        if change:
            flavors.describe(obj, obj.description)

    def delete_model(self, request: HttpRequest, obj: Flavor) -> None:
        flavors.delete(obj.flavor_id)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Flavor]) -> None:
        for flavor_id in list(queryset.values_list("flavor_id", flat=True)):
            flavors.delete(flavor_id)
