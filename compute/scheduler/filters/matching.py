"""Comparing what a host has with what a spec asks for: "4", ">= 4", "<in> vmx", "<or> a <or> b"."""

import operator
from collections.abc import Callable, Mapping
from typing import Any


def _numbers(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def compared(have: str, want: str) -> bool:
        try:
            return compare(float(have), float(want))
        except ValueError:
            return False

    return compared


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    # Nova: "=" means "at least", from the days when it was the only operator.
    "=": _numbers(operator.ge),
    "==": _numbers(operator.eq),
    "!=": _numbers(operator.ne),
    ">=": _numbers(operator.ge),
    "<=": _numbers(operator.le),
    "s==": operator.eq,
    "s!=": operator.ne,
    "s<": operator.lt,
    "s<=": operator.le,
    "s>": operator.gt,
    "s>=": operator.ge,
    "<in>": lambda have, want: want in have,
}


def matches(have: str, asked: str) -> bool:
    """Whether a value is what the spec asks for."""
    words = str(asked).split()
    first = words[0] if words else ""
    rest = words[1:]
    if first == "<or>":
        return have in rest[::2]
    if first == "<all-in>":
        return bool(rest) and all(word in have for word in rest)
    if first not in _OPERATORS:
        return have == asked
    return bool(rest) and _OPERATORS[first](have, rest[0])
