"""The attributes that nearly every noun has: id, owner, name, times, revision, tags."""

from typing import Any

from django.db.models import Q

from cloud.network.api import checks, converters
from cloud.network.api.resource import Field, NetworkAsk, Noun, tags_of
from cloud.network.models import Tag

MANY_TAGS = 50


def shown_time(column: str) -> Any:
    return lambda row, ask: row[column].strftime("%Y-%m-%dT%H:%M:%SZ")


def name_field(**how: Any) -> Field:
    common: dict[str, Any] = {"post": True, "put": True, "default": "", "check": checks.name()}
    return Field(filters=True, sort=True, **(common | how))


def flag(default: Any = True, **how: Any) -> Field:
    """A boolean attribute."""
    common: dict[str, Any] = {"default": default, "convert": converters.to_bool, "filters": True}
    return Field(**(common | how))


def numbers(column: str) -> Any:
    """Filter a column of numbers; no number is what is no number."""

    def where(values: list[str], context: Any) -> Q:
        wanted = [int(value) for value in values if value.isascii() and value.isdecimal()]
        return Q(**{f"{column}__in": wanted})

    return where


class Owned(Noun):
    """An id and an owner, which goes by two names."""

    id = Field(filters=True, sort=True)
    project_id = Field(post=True, filters=True, sort=True, check=checks.text(255), default="")
    tenant = Field("project_id", key="tenant_id", filters=True, sort=True)


class Described(Owned):
    """Neutron's standard attributes without tags."""

    name = name_field()
    description = Field(post=True, put=True, default="", check=checks.text(255), filters=True)
    # Neutron: lists are not sorted by these.
    created_at = Field(shown_time("created_at"), needs="created_at")
    updated_at = Field(shown_time("updated_at"), needs="updated_at")
    revision_number = Field(filters=numbers("revision_number"))


_TEXTS = checks.each(checks.text(255))


def read_tags(value: Any) -> str | None:
    reason = _TEXTS(value)
    if reason:
        return reason
    if len(value) > MANY_TAGS:
        return f"The number of tags exceed the per-resource limit of {MANY_TAGS}"
    return None


def shows_tags(row: dict[str, Any], ask: NetworkAsk) -> bool:
    """Neutron: who may not read, but sees all of a kind, as services do, is told no tags of it.

    Of what is shared everybody is told.
    """
    return ask.reads or bool(row.get("shared") or row.get("is_external"))


class Tagged(Described):
    """Neutron's standard attributes."""

    tagged = True
    related = {"tags": tags_of}
    # Neutron: of all nouns ports alone are given tags when they are made.
    tags = Field(lambda row, ask: row["tags"], needs="tags", when=shows_tags)


__all__ = ["Described", "Owned", "Tag", "Tagged", "flag", "name_field", "numbers", "shown_time"]
