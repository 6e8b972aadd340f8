"""The attributes that nearly every noun has: id, owner, name, times, revision, tags."""

from typing import Any

from cloud.network.api import checks, converters
from cloud.network.api.resource import Field, Noun, tags_of
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


class Owned(Noun):
    """An id and an owner, which goes by two names."""

    id = Field(filters=True, sort=True)
    project_id = Field(post=True, filters=True, sort=True, check=checks.text(255), default="")
    tenant = Field("project_id", key="tenant_id", filters=True, sort=True)


class Described(Owned):
    """Neutron's standard attributes without tags."""

    name = name_field()
    description = Field(
        post=True, put=True, default="", check=checks.text(255), filters=True, sort=True
    )
    created_at = Field(shown_time("created_at"), needs="created_at", sort=True)
    updated_at = Field(shown_time("updated_at"), needs="updated_at", sort=True)
    revision_number = Field(filters=True, sort=True)


def read_tags(value: Any) -> str | None:
    if not isinstance(value, list) or any(checks.text(255)(tag) for tag in value):
        return f"'{value}' is not a list of tags"
    if len(set(value)) > MANY_TAGS:
        return f"The number of tags exceed the per-resource limit of {MANY_TAGS}"
    return None


class Tagged(Described):
    """Neutron's standard attributes."""

    tagged = True
    related = {"tags": tags_of}
    tags = Field(
        lambda row, ask: row["tags"],
        needs="tags",
        post=True,
        default=[],
        check=read_tags,
        convert=converters.to_list,
    )


__all__ = ["Described", "Owned", "Tag", "Tagged", "flag", "name_field", "shown_time"]
