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
IMMUTABLE: dict[str, Any] = {
    "type": "object",
    "properties": {"immutable": {"type": ["boolean", "null"]}},
    "additionalProperties": False,
}


def thing(
    envelope: str,
    properties: dict[str, Any],
    required: tuple[str, ...] = (),
    *,
    is_open: bool = True,
    at_least: int = 0,
) -> dict[str, Any]:
    """A body: an object in its envelope, which may hold more than what is named (`is_open`)."""
    inner: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "additionalProperties": is_open,
    }
    if required:
        inner["required"] = list(required)
    if at_least:
        inner["minProperties"] = at_least
    return {
        "type": "object",
        "properties": {envelope: inner},
        "required": [envelope],
        "additionalProperties": False,
    }
