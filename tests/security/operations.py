"""What can be asked: read from the route tables, so that no new operation is left out."""

import re
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from tests.contract.isolation import SERVICES, Row
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
    for method, name in view.methods.items():
        found = getattr(viewset, name, None)
        declared = found if isinstance(found, Declared) else None
        actions = getattr(viewset, "actions", {}) if name == "action" else {}
        if not actions:
            yield Asked(service, method.upper(), route, None, declared)
        for action, inner in actions.items():
            yield Asked(service, method.upper(), route, action, getattr(viewset, inner))


def path(asked, world):
    """Its URL, with what there is in the world."""
    if asked.service == "compute":
        return "/v2.1" + _compute_path(asked.route, world)
    try:
        filled, _ = world.path(Row(asked.service, asked.method, asked.route))
    except KeyError:
        filled = _PLACE.sub(_NOWHERE, asked.route)
    return f"/{asked.service}{filled}"


def _compute_path(route, world):
    segments = []
    for segment in route.split("/"):
        before = segments[-1] if segments else ""

        def value(match, before=before):
            known = world.compute
            return known.get(match[1]) or known.get(before) or _NOWHERE

        segments.append(_PLACE.sub(value, segment))
    return "/".join(segments)
