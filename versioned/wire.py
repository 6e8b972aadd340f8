"""JSON in and out: orjson where it agrees with the standard library, which decides the rest."""

import json
import re
from typing import Any

import orjson

from versioned.answer import Answer

_RENDER = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC | orjson.OPT_OMIT_MICROSECONDS
# One that never ends runs to the end: looking on for its end would take quadratic time.
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.S)
_BRACKET = re.compile(rb"[\[\]{}]")
_DEEPEST = 100
# orjson turns integers beyond 64 bits into floats, and would change the value that is quoted back.
_LONG_NUMBER = re.compile(rb"\d{17}")


def loads(raw: bytes) -> Any:
    """Parse a JSON text; ValueError for what is none (UnicodeDecodeError included)."""
    if raw.count(b"[") + raw.count(b"{") > _DEEPEST and _depth(raw) > _DEEPEST:
        # Nova: what quotes such a value back fails with 500.
        raise ValueError("nested too deeply")
    if _LONG_NUMBER.search(raw) is None:
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError:
            pass
    return json.loads(raw.decode("utf-8"))


def _depth(raw: bytes) -> int:
    """How deeply a JSON text is nested; brackets in its strings do not count."""
    deepest = depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", raw)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def dumps(value: Any) -> bytes:
    """Render `value`; datetimes become UTC seconds with Z, orjson.Fragment passes through."""
    try:
        return orjson.dumps(value, option=_RENDER)
    except TypeError:
        # Integers beyond 64 bits, among others; what only orjson knows, it has to write.
        return json.dumps(value, default=_by_orjson).encode()


def _by_orjson(value: Any) -> Any:
    return orjson.loads(orjson.dumps(value, option=_RENDER))


def fragment(text: str | None) -> Any:
    """A column that holds JSON text, as it goes on the wire: not parsed on the way."""
    return None if text is None else orjson.Fragment(text)


def json_response(value: Any, status: int = 200, content_type: str = "application/json") -> Answer:
    """An answer with `value` as JSON; None is shown as nothing at all."""
    return Answer(b"" if value is None else dumps(value), status, content_type)
