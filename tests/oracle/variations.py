"""Requests with one change each, made from a good one: what `vary` of a step asks for.

Which of the many are sent is drawn at random, from a seed that is the request itself: every run
sends the same, and each version and caller others.
"""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

# What is put in the place of every value of a body.
STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 1.5, 2**31, 2**63, "", " ", "x", "1", "-1", "0x1", "true", "none",
    "auto", "x" * 255, "x" * 256, "x" * 65536, "a b", "a/b", "a,b", "a:b", "é", "\t", "a\u0000b",
    "😀", "%00", "11111111-1111-4111-8111-11111111111", "11111111111141118111111111111111",
    [], [None], ["x"], [[]], [{}], {}, {"x": 1}, {"": ""},
)  # fmt: skip
# What is put in the place of every value of a query.
STRANGE_TEXTS = (
    "", " ", "x", "0", "-1", "1", "1.5", str(2**31), str(2**63), "true", "False", "None", "null",
    "é", "%", "*", "[", "^$", "'", "a,b", "a/b", "x" * 256, "2020-01-01", "2020-01-01T00:00:00Z",
    "2099-12-31T23:59:59.999999Z", "11111111-1111-4111-8111-111111111111",
)  # fmt: skip


def bodies(body: Any, count: int, seed: str) -> list[tuple[str, Any]]:
    """The good body first, then `count` others, each with words for what was changed."""
    return [("as it is", body), *_drawn(list(_changed(body)), count, seed)]


def queries(params: dict[str, str], count: int, seed: str) -> list[str]:
    """Queries of one parameter each, then of all, then `count` with one change."""
    plain = [_encoded({name: value}) for name, value in params.items()]
    return [*plain, _encoded(params), *_drawn(list(_other_queries(params)), count, seed)]


def _drawn(found: list[Any], count: int, seed: str) -> list[Any]:
    # Nothing secret is drawn here.
    return random.Random(seed).sample(found, min(count, len(found)))


def _changed(body: Any) -> Iterator[tuple[str, Any]]:
    for place, value in _places(body, ()):
        for other, word in _others(value, place):
            changed = copy.deepcopy(body)
            yield f"{'.'.join(map(str, place)) or 'body'} {word}", _with(changed, place, other)
        if place and not isinstance(place[-1], int):
            changed = copy.deepcopy(body)
            _at(changed, place[:-1]).pop(place[-1])
            yield f"without {'.'.join(map(str, place))}", changed


def _places(value: Any, place: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield place, value
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in inner:
        yield from _places(item, (*place, key))


def _others(value: Any, place: tuple[Any, ...]) -> Iterator[tuple[Any, str]]:
    for other in STRANGE:
        if other != value or type(other) is not type(value):
            yield other, f"= {json.dumps(other)[:40]}"
    if isinstance(value, str):
        yield from ((value + " ", "padded after"), (" " + value, "padded before"))
        yield from ((value + "\n", "with an end of line"), ([value], "in a list"))
        if not value.startswith("$"):
            yield from ((value.upper(), "in capitals"), (value * 64, "many times"))
    elif isinstance(value, bool):
        yield from ((str(value), "as text"), (int(value), "as a number"), (not value, "not"))
    elif isinstance(value, int | float):
        yield from ((str(value), "as text"), (float(value), "with a point"), (-value, "negative"))
    elif isinstance(value, list):
        yield from ((value * 2, "twice"), (value * 60, "sixty times"), ([*value, None], "and null"))
    elif isinstance(value, dict):
        yield {**value, "x": 1}, "with an unknown key"
        yield {**value, "": None}, "with an empty key"
        yield [value], "in a list"


def _with(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    _at(body, place[:-1])[place[-1]] = value
    return body


def _at(body: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        body = body[key]
    return body


def _other_queries(params: dict[str, str]) -> Iterator[str]:
    for name, value in params.items():
        others = dict.fromkeys((*STRANGE_TEXTS, value + " ", value.upper()))
        for other in others:
            yield f"{name}={_quoted(other)}"
            yield _encoded({**params, name: other})
        yield _encoded([(name, value), (name, value)])
        yield _encoded([(name, value), (name, "x")])
        yield _encoded([(name, "x"), (name, value)])
        yield name
        yield f"{name}={_quoted(value)}&x=1"
        yield f"{name}=%ff"
        yield f"{name.upper()}={_quoted(value)}"
    yield from ("x=1", "x=1&y=2", "x", "&", "=", "%00=1")


def _quoted(text: str) -> str:
    # A variable's name is still to be found.
    return quote(text, safe="$")


def _encoded(params: dict[str, str] | list[tuple[str, str]]) -> str:
    pairs = params.items() if isinstance(params, dict) else params
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)
