"""JsonFilter: the `query` hint, as ["and", [">=", "$free_ram_mb", 1024], …]."""

import json
import operator
from collections.abc import Callable, Mapping
from typing import Any

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


def _with_all(compare: Callable[[Any, Any], bool]) -> Callable[[list[Any]], bool]:
    """The first term compared with every other one; alone it is never true."""

    def compared(terms: list[Any]) -> bool:
        return len(terms) > 1 and all(compare(terms[0], other) for other in terms[1:])

    return compared


_COMMANDS: Mapping[str, Callable[[list[Any]], Any]] = {
    "=": _with_all(operator.eq),
    "<": _with_all(operator.lt),
    ">": _with_all(operator.gt),
    "<=": _with_all(operator.le),
    ">=": _with_all(operator.ge),
    "in": lambda terms: len(terms) > 1 and terms[0] in terms[1:],
    "not": lambda terms: [not term for term in terms],
    "or": any,
    "and": all,
}


class JsonQuery(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        query = request.hint("query")
        if not query:
            return True
        try:
            asked = json.loads(query) if isinstance(query, str) else query
            found = _answer(asked, host)
        except (ValueError, KeyError, TypeError):
            return False
        return any(found) if isinstance(found, list) else bool(found)


def _answer(query: list[Any], host: HostState) -> Any:
    if not query:
        return True
    terms = []
    for term in query[1:]:
        value = term
        if isinstance(term, list):
            value = _answer(term, host)
        elif isinstance(term, str):
            value = _look_up(term, host)
        if value is not None:
            terms.append(value)
    return _COMMANDS[query[0]](terms)


def _look_up(term: str, host: HostState) -> Any:
    """A word as it is, or with a dollar sign what the host has of that name."""
    if not term.startswith("$"):
        return term or None
    first, *rest = term[1:].split(".")
    found: Any = getattr(host, first, None)
    for step in rest:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
