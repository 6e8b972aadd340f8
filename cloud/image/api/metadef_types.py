"""What the parts of metadata definitions may hold beside what their schemas say.

# Glance: its models (api.v2.model, of WSME) take less than its schemas, and it fails on the rest;
# here that is refused.
"""

from collections.abc import Mapping
from typing import Any

from cloud.image.errors import BadRequest

_ITEMS = {"type": str, "enum": [str]}
_NUMBERS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")
_PROPERTY: dict[str, Any] = {
    **dict.fromkeys(("name", "title", "type", "description", "pattern"), str),
    "operators": [str],
    "enum": [str],
    **dict.fromkeys(("readonly", "confidential", "uniqueItems", "additionalItems"), bool),
    **dict.fromkeys(_NUMBERS, (int, float)),
    "default": object,
    "items": _ITEMS,
}
_TIMES = {"created_at": str, "updated_at": str}
_OBJECT = {"name": str, "required": [str], "description": str, "self": str, "schema": str, **_TIMES}
_TAG = {"name": str, **_TIMES}
_ASSOCIATION = {"name": str, "prefix": str, "properties_target": str, **_TIMES}


def check_namespace(given: Mapping[str, Any]) -> None:
    for each in given.get("objects", ()):
        check_object(each)
    for name, known in (("tags", _TAG), ("resource_type_associations", _ASSOCIATION)):
        for each in given.get(name, ()):
            _check_named(each, known)
    for each in given.get("properties", {}).values():
        check_property(each)


def check_object(given: Mapping[str, Any]) -> None:
    rest = {name: value for name, value in given.items() if name != "properties"}
    _check_named(rest, _OBJECT)
    for each in given.get("properties", {}).values():
        check_property(each)


def check_property(given: Mapping[str, Any]) -> None:
    _check(given, _PROPERTY)


def as_kept(given: Mapping[str, Any]) -> dict[str, Any]:
    """A property as it is kept: its numbers are whole, and its default is a text or nothing."""
    kept = {
        name: int(value) if name in _NUMBERS and value is not None else value
        for name, value in given.items()
    }
    if "default" in given:
        default = given["default"]
        kept["default"] = str(default) if isinstance(default, (str, int, float)) else None
    return kept


def all_as_kept(given: Mapping[str, Any]) -> dict[str, Any]:
    """What has properties, with each of them as it is kept."""
    if "properties" not in given:
        return dict(given)
    kept = {name: as_kept(each) for name, each in given["properties"].items()}
    return {**given, "properties": kept}


def _check_named(given: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    _check(given, known)
    if given.get("name") is None:
        raise BadRequest("Mandatory field missing: name")


def _check(given: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if name not in known:
            raise BadRequest(f"Unknown attribute: {name}")
        if value is not None and not _fits(value, known[name]):
            raise BadRequest(f"Invalid input for field/attribute {name}. Value: {value!r}.")


def _fits(value: Any, kind: Any) -> bool:
    if isinstance(kind, list):
        return isinstance(value, list) and all(
            each is None or isinstance(each, kind[0]) for each in value
        )
    if isinstance(kind, dict):
        return isinstance(value, dict) and all(
            name in kind and (each is None or _fits(each, kind[name]))
            for name, each in value.items()
        )
    return isinstance(value, kind)
