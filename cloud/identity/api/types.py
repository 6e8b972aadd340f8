"""The kinds of values that Identity's schemas are made of."""

from typing import Any

STRING: dict[str, Any] = {"type": "string"}
NULLABLE: dict[str, Any] = {"type": ["string", "null"]}
NAME: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"[\S]+"}
SHORT_NAME: dict[str, Any] = {**NAME, "maxLength": 64}
ID: dict[str, Any] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 64,
    "pattern": "^[a-zA-Z0-9-]+$",
}
UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
NULLABLE_ID: dict[str, Any] = {**ID, "type": ["string", "null"]}
STRICT_BOOLEAN: dict[str, Any] = {"type": "boolean", "enum": [True, False]}
# fmt: off
BOOLEAN: dict[str, Any] = {
    "type": ["boolean", "string", "null"],
    "enum": [
        True, "True", "TRUE", "true", False, "False", "FALSE", "false", "",
        "1", "0", "y", "Y", "n", "N", "on", "ON", "off", "OFF", "yes", "no",
    ],
}
# fmt: on
URL: dict[str, Any] = {
    "type": "string",
    "minLength": 0,
    "maxLength": 225,
    "pattern": "^[a-zA-Z0-9+.-]+:.+",
}
TAG: dict[str, Any] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    "pattern": "^[^,/]*$",
}
TAGS: dict[str, Any] = {"type": "array", "items": TAG, "maxItems": 80, "uniqueItems": True}
# Roles that are lent, by id or by name.
ROLES: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"id": ID, "name": NAME},
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    },
}
IMMUTABLE: dict[str, Any] = {
    "type": "object",
    "properties": {"immutable": {"type": ["boolean", "null"]}},
    "additionalProperties": False,
}
SORT_DIRECTION: dict[str, Any] = {"type": "string", "enum": ["asc", "desc"]}


def thing(
    envelope: str,
    properties: dict[str, Any],
    required: tuple[str, ...] = (),
    *,
    is_open: bool = True,
    at_least: int = 0,
    needs_envelope: bool = True,
) -> dict[str, Any]:
    """A body: an object in its envelope, which may hold more than what is named (`is_open`).

    Without `needs_envelope` the empty body passes, for the handler to refuse.
    """
    inner: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "additionalProperties": is_open,
    }
    if required:
        inner["required"] = list(required)
    if at_least:
        inner["minProperties"] = at_least
    body: dict[str, Any] = {
        "type": "object",
        "properties": {envelope: inner},
        "required": [envelope],
        "additionalProperties": False,
    }
    if not needs_envelope:
        del body["required"]
    return body


def wide(
    envelope: str, properties: dict[str, Any], required: tuple[str, ...] = (), *, at_least: int = 0
) -> dict[str, Any]:
    """A body with room for anything beside its envelope, too."""
    return {
        **thing(envelope, properties, required, at_least=at_least),
        "additionalProperties": True,
    }


def needs_first(body: dict[str, Any], envelope: str) -> dict[str, Any]:
    """The body, which complains of what its inside lacks before of what is too much there."""
    inner = body["properties"][envelope]
    inner["additionalProperties"] = inner.pop("additionalProperties")
    return body


def closed_first(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, which complains of what is too much before it complains of what is missing."""
    required = schema.pop("required")
    return {**schema, "required": required}
