"""Pieces of schemas that several resources share."""

from typing import Any, Final

from cloud.placement.domain.inventories import MAX_UNIT

UUID_PATTERN: Final = "^[0-9a-fA-F-]{36}$"
NAME_PATTERN: Final = "^[A-Z0-9_]+$"
CUSTOM_PATTERN: Final = "^CUSTOM_[A-Z0-9_]+$"
NUMBERED_GROUP: Final = r"[1-9][0-9]*"
NAMED_GROUP: Final = r"[a-zA-Z0-9_-]{1,64}"

# Placement: the largest single-precision float of SQL.
LARGEST_RATIO: Final = 3.40282e38

string: Final[dict[str, Any]] = {"type": "string"}
integer: Final[dict[str, Any]] = {"type": "integer"}
uuid: Final[dict[str, Any]] = {"type": "string", "format": "uuid"}
# Of Keystone, which Placement never asks.
external_id: Final[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": 255}


def whole(minimum: int) -> dict[str, Any]:
    """A whole number that a column can hold."""
    return {"type": "integer", "maximum": MAX_UNIT, "minimum": minimum}


def closed(
    properties: dict[str, Any], required: list[Any], *, required_last: bool = False
) -> dict[str, Any]:
    """An object with these keys and no others.

    # Placement: its errors show schemas as they were written, not all in the same order.
    """
    ends: list[tuple[str, Any]] = [("required", required), ("additionalProperties", False)]
    return {
        "type": "object",
        "properties": properties,
        **dict(reversed(ends) if required_last else ends),
    }
