"""What can be asked: read from the route tables, so that no new operation is left out."""

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from tests.contract import matrix
from tests.contract.isolation import SERVICES, Row, belongings, filled
from versioned.operation import Operation as Declared

_PATTERN = re.compile(r"\(\?P<(\w+)>[^()]+\)")
_PLACE = re.compile(r"\{(\w+)\}")
_NOWHERE = "7" * 8 + "-7777-4777-8777-" + "7" * 12


@dataclass(frozen=True)
class Asked:
    """One operation: a method of a route, or an action behind one."""

    service: str
    method: str
    route: str
    action: str | None = None
    declared: Any = None
    # What a thing of the route has, by Network's own table of it.
    noun: Any = None

    def __str__(self):
        return " ".join(filter(None, (self.service, self.method, self.route, self.action)))

    def schema(self, kind, version):
        """The schema of its body or query, as a plain tree."""
        for variant in getattr(self.declared, "variants", ()):
            if variant.holds(version):
                found = getattr(variant, kind)
                return None if found is None else found.at(version)
        return None


def operations():
    for service in ("compute", *SERVICES):
        module = "compute" if service == "compute" else f"cloud.{service}"
        for row in import_module(f"{module}.api.urls").urlpatterns:
            yield from _of_row(service, row)


def _of_row(service, row):
    view: Any = row.callback
    viewset = getattr(view, "viewset", None)
    if viewset is None:
        return  # what answers where nothing is
    route = _PATTERN.sub(r"{\1}", view.route)
    noun = getattr(viewset, "noun", None)
    for method, name in view.methods.items():
        found = getattr(viewset, name, None)
        declared = found if isinstance(found, Declared) else None
        actions = getattr(viewset, "actions", {}) if name in ("action", "act") else {}
        if not actions:
            yield Asked(service, method.upper(), route, None, declared, noun)
        for action, inner in actions.items():
            yield Asked(service, method.upper(), route, action, getattr(viewset, inner), noun)


@cache
def examples(service):
    """Bodies of requests that make sense, by method and by path without names of places."""
    told = belongings(service)
    found = {}
    for thing in told["things"]:
        if "put" in thing or "at" in thing:
            method = "PUT" if "put" in thing else "POST"
            found[_key(method, thing.get("put") or thing["at"])] = thing.get("body")
    for key, body in told.get("bodies", {}).items():
        method, _, where = key.partition(" ")
        where, _, action = where.partition(" ")
        found[_key(method, where, action or None)] = {action: body} if action else body
    return {key: body for key, body in found.items() if body is not None}


def _key(method, where, action=None):
    where = where.replace("$PROJECT", "{}") if where.startswith("/v3/$PROJECT") else where
    where = re.sub(r"\{\w*\}|\$\w+", "{}", where)
    return method, re.sub(r"^/v3/(\{\}/)?", "/v3/", where), action


def example(asked):
    """The body of a request of an operation that makes sense; None where none is told."""
    if asked.service == "compute":
        row = request(asked)
        return None if row is None else row.asking["body"]
    return examples(asked.service).get(_key(asked.method, asked.route, asked.action))


def path(asked, world, who="member"):
    """Its URL, with what there is in the world; Volume's name the project of who asks."""
    if asked.service == "compute":
        row = request(asked)
        places = {} if row is None else filled(row.ids, world.compute)
        return "/v2.1" + _PLACE.sub(lambda match: places.get(match[1], _NOWHERE), asked.route)
    try:
        found, _ = world.path(Row(asked.service, asked.method, asked.route))
    except KeyError:
        found = _PLACE.sub(_NOWHERE, asked.route)
    if asked.service == "volume":
        own = world.people["stranger"].project
        found = found.replace(f"/v3/{own}", f"/v3/{world.people[who].project}")
    return f"/{asked.service}{found}"


@cache
def _requests():
    rows = {}
    for row in matrix.rows():
        rows.setdefault((row.served.path, row.served.method, row.served.action), row)
    return rows


def request(asked):
    """The contract's first request of an operation of Compute; None for those that are gone."""
    return _requests().get((asked.route, asked.method, asked.action))
