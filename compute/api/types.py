"""Types that request schemas share.

The order of keywords matters: the first one that fails is the one a client reads about.
"""

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

Type = dict[str, Any]

MAX_INTEGER = 0x7FFFFFFF

string: Type = {"type": "string"}
uuid: Type = {"type": "string", "format": "uuid"}
null: Type = {"type": "null"}
none: Type = {"type": "null"}
anything: Type = {}

boolean: Type = {
    "type": ["boolean", "string"],
    "enum": [
        True,
        "True",
        "TRUE",
        "true",
        "1",
        "ON",
        "On",
        "on",
        "YES",
        "Yes",
        "yes",
        False,
        "False",
        "FALSE",
        "false",
        "0",
        "OFF",
        "Off",
        "off",
        "NO",
        "No",
        "no",
    ],
}
_TRUE = {True, "True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes"}


def is_true(value: Any) -> bool:
    """Read what `boolean` accepts."""
    return value in _TRUE


def one_of(*values: Any, type_: str = "string") -> Type:
    return {"type": type_, "enum": list(values)}


def pattern(text: str, low: int | None = None, high: int | None = None) -> Type:
    out: Type = {"type": "string", "pattern": text}
    if low is not None:
        out["minLength"] = low
    if high is not None:
        out["maxLength"] = high
    return out


def text(low: int | None = None, high: int | None = None, *, format: str | None = None) -> Type:
    out: Type = {"type": "string"}
    if format is not None:
        out["format"] = format
    if low is not None:
        out["minLength"] = low
    if high is not None:
        out["maxLength"] = high
    return out


def number(low: int, high: int | None = None) -> Type:
    """A whole number, or a string of its digits."""
    out: Type = {"type": ["integer", "string"], "pattern": "^[0-9]+$", "minimum": low}
    if high is not None:
        out["maximum"] = high
    return out


def list_of(item: Type, **limits: Any) -> Type:
    return {"type": "array", "items": item, **limits}


def closed(properties: dict[str, Any], required: Iterable[Any] = (), **more: Any) -> Type:
    """An object with these properties and no others."""
    out: Type = {"type": "object", "properties": properties}
    required = list(required)
    if required:
        out["required"] = required
    return {**out, "additionalProperties": False, **more}


def many(schema: Type) -> Type:
    """A query parameter that may be given several times."""
    return {"type": "array", "items": schema}


def single(schema: Type) -> Type:
    """A query parameter that may be given once."""
    return {"type": "array", "items": schema, "maxItems": 1}


positive_integer: Type = {
    "type": ["integer", "string"],
    "pattern": "^[0-9]*$",
    "minimum": 1,
    "minLength": 1,
}
non_negative_integer: Type = {**positive_integer, "minimum": 0}
volume_size: Type = number(1, MAX_INTEGER)
flavor_positive: Type = number(1, MAX_INTEGER)
flavor_non_negative: Type = number(0, MAX_INTEGER)

name: Type = text(1, 255, format="name")
padded_name: Type = text(1, 255, format="name_with_leading_trailing_spaces")
az_name: Type = text(1, 255, format="az_name")
padded_az_name: Type = text(1, 255, format="az_name_with_leading_trailing_spaces")
name_or_none: Type = {"oneOf": [text(1, 255), {"type": "null"}]}
keypair_name: Type = {"allOf": [name, pattern(r"^[_\- a-zA-Z0-9]+$", 1, 255)]}
keypair_name_with_at: Type = {"allOf": [name, pattern(r"^[_\-\@\. a-zA-Z0-9]+$", 1, 255)]}
hostname: Type = pattern("^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$", 2, 63)
fqdn: Type = pattern("^[a-zA-Z0-9-._]*$", 1, 255)
project_id: Type = pattern("^[a-zA-Z0-9-]*$", 1, 255)
user_id: Type = pattern("^[a-zA-Z0-9-]*$", 1, 255)
image_or_nothing: Type = {"oneOf": [uuid, {"type": "string", "maxLength": 0}]}
volume_type: Type = {"type": ["string", "null"], "minLength": 0, "maxLength": 255}
flavor_ref: Type = {"type": ["string", "integer"], "minLength": 1}
mac_address: Type = pattern("^([0-9a-fA-F]{2})(:[0-9a-fA-F]{2}){5}$")
ip_address: Type = {"type": "string", "oneOf": [{"format": "ipv4"}, {"format": "ipv6"}]}
ipv4: Type = {"type": "string", "format": "ipv4"}
ipv6: Type = {"type": "string", "format": "ipv6"}
cidr: Type = {"type": "string", "format": "cidr"}
disk_config: Type = one_of("AUTO", "MANUAL")
tag: Type = pattern("^[^,/]*$", 1, 60)
trusted_certificates: Type = {
    "type": ["array", "null"],
    "minItems": 1,
    "maxItems": 50,
    "uniqueItems": True,
    "items": {"type": "string", "minLength": 1},
}
personality: Type = list_of(
    closed({"path": string, "contents": {"type": "string", "format": "base64"}})
)

_KEY = "^[a-zA-Z0-9-_:. ]{1,255}$"
metadata: Type = {
    "type": "object",
    "patternProperties": {_KEY: {"type": "string", "maxLength": 255}},
    "additionalProperties": False,
}
metadata_with_null: Type = {
    "type": "object",
    "patternProperties": {_KEY: {"type": ["string", "null"], "maxLength": 255}},
    "additionalProperties": False,
}

any_text = many(string)
any_regex = many({"type": "string", "format": "regex"})
paging: dict[str, Any] = {"limit": many(non_negative_integer), "marker": many(string)}


@cache
def printable_pattern() -> str:
    """Nova's pattern for descriptions: a class of every printable character of the basic plane.

    It is quoted in error messages, so it is spelt as Nova spells it.
    """
    import re

    parts: list[str] = []
    first: str | None = None
    last = ""
    for code in range(0xFFFF):
        char = chr(code)
        category = unicodedata.category(char)
        fits = not category.startswith("C") and (not category.startswith("Z") or category == "Zs")
        if fits and first is None:
            first = char
            parts.append(re.escape(char))
        elif not fits and first is not None:
            if last != first:
                parts.append("-" + re.escape(last))
            first = None
        last = char
    if first is not None:
        parts.append("-" + re.escape(last))
    return f"^[{''.join(parts)}]*$"


def _description() -> Type:
    return {
        "type": ["string", "null"],
        "pattern": printable_pattern(),
        "minLength": 0,
        "maxLength": 255,
    }


description: Type = _description()
