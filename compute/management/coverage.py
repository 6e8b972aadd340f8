"""What tests have shown of each operation: read from what they recorded, by `make shown`."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import URLPattern

from versioned import inspect
from versioned.inspect import Served
from versioned.versions import Version, after, show

HEAD = ("operation", "tests", "refused by tests", "conformance suite", "changes not shown")

Shown = dict[str, dict[str, list[str]]]


def recorded() -> Shown:
    """By operation and kind of test, the versions at which it was shown to be right."""
    path = Path(settings.BASE_DIR) / "tests" / "contract" / "shown.json"
    found: Shown = json.loads(path.read_text()) if path.exists() else {}
    return found


def operations(routes: Iterable[URLPattern]) -> Iterator[Served]:
    """Every operation once: of paths such as /images/detail, not what /images/{id} answers too."""
    found = list(inspect.operations(routes))
    places: dict[Any, int] = {}
    for served in found:
        key = served.operation, served.method, served.path.count("/"), served.action
        places[key] = max(places.get(key, 0), served.path.count("{"))
    for served in found:
        key = served.operation, served.method, served.path.count("/"), served.action
        if served.operation.name == "gone" or served.path.count("{") == places[key]:
            yield served


def rows(routes: Iterable[URLPattern]) -> Iterator[tuple[str, ...]]:
    shown = recorded()
    for served in operations(routes):
        kinds = shown.get(str(served), {})
        known = {version for versions in kinds.values() for version in versions}
        unshown = [mark for mark in _changes(served) if show(mark) not in known]
        yield (
            f"`{served.method} {served.path}`" + (f" {served.action}" if served.action else ""),
            *(" ".join(kinds.get(kind, ())) for kind in ("tests", "refusals", "conformance")),
            " ".join(show(mark) for mark in unshown),
        )


def _changes(served: Served) -> list[Version]:
    """The versions at which requests change, while the operation is there."""
    variants = served.operation.variants
    first = min(variant.first for variant in variants)
    ends = [after(variant.last) for variant in variants if variant.last is not None]
    end = max(ends) if len(ends) == len(variants) else None
    found = sorted(
        mark for mark in served.operation.marks() if first <= mark and (end is None or mark <= end)
    )
    # What holds at 2.0 and at 2.1 alike is where requests begin, and no change.
    return found if (2, 1) in found else [mark for mark in found if mark > (2, 0)]
