"""Reading the tables back: every operation and shape, and what changes at a version."""

import sys
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern

from versioned.operation import Operation
from versioned.schema import Schema
from versioned.shape import Shape
from versioned.versions import EARLIEST, Version, resolve


class Served(NamedTuple):
    """One operation as a route offers it."""

    method: str
    path: str
    viewset: Any
    operation: Operation
    action: str | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}" + (f" {self.action}" if self.action else "")


def operations(routes: Iterable[URLPattern]) -> Iterator[Served]:
    """Every operation that the routes offer, those behind `/action` told apart."""
    for row in routes:
        view: Any = row.callback
        for method, name in view.methods.items():
            found = getattr(view.viewset, name, None)
            if isinstance(found, Operation):
                yield Served(method.upper(), view.route, view.viewset, found)
            for action, inner in getattr(view.viewset, "actions", {}).items():
                if name == "action":
                    operation = getattr(view.viewset, inner)
                    yield Served(method.upper(), view.route, view.viewset, operation, action)


def shapes(package: str) -> list[type[Shape]]:
    """Every shape of `package` that is not only a part of others, by name."""
    found = {
        shape
        for shape in _subclasses(Shape)
        if shape.__module__.startswith(f"{package}.") and not shape.__name__.startswith("_")
    }
    return sorted(
        found,
        key=lambda shape: (shape.__module__, shape.__name__),
    )


def _subclasses(cls: Any) -> Iterator[Any]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _subclasses(sub)


def changes_at(version: Version, routes: Iterable[URLPattern]) -> Iterator[str]:
    """Sentences about what `version` changed, in operations and in shapes."""
    before = (version[0], version[1] - 1)
    routes = list(routes)
    seen: set[tuple[int, str]] = set()
    for served in operations(routes):
        for text in _operation_changes(served, before, version):
            if (id(served.operation), text) not in seen:
                seen.add((id(served.operation), text))
                yield f"{served}: {text}"
    packages = {served.viewset.__module__.partition(".")[0] for served in operations(routes)}
    for package in sorted(packages & set(sys.modules)):
        for shape in shapes(package):
            for text in _shape_changes(shape, before, version):
                yield f"{shape.__name__}: {text}"


def _shape_changes(shape: type[Shape], before: Version, now: Version) -> Iterator[str]:
    old, new = _shown(shape, before), _shown(shape, now)
    for key in new:
        if key not in old:
            yield f"shows {key}"
        elif old[key] != new[key]:
            yield f"shows {key} in another form"
    yield from (f"no longer shows {key}" for key in old if key not in new)


def _shown(shape: type[Shape], version: Version) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for attr in shape.attrs:
        if attr.holds(version):
            found.setdefault(attr.key, []).append(id(attr))
    return found


def _operation_changes(served: Served, before: Version, now: Version) -> Iterator[str]:
    old = [v for v in served.operation.variants if v.holds(before)]
    new = [v for v in served.operation.variants if v.holds(now)]
    if bool(old) != bool(new):
        yield "begins" if new else "ends"
        return
    for was, variant in zip(old, new, strict=True):
        if was is not variant:
            yield "is done in another way"
            continue
        if variant.status(before) != variant.status(now):
            yield f"answers {variant.status(now)} instead of {variant.status(before)}"
        for name, schema in (("body", variant.body), ("query", variant.query)):
            if schema is not None and now in schema.marks:
                yield from (f"{name} {text}" for text in _schema_changes(schema, before, now))


def _schema_changes(schema: Schema, before: Version, now: Version) -> Iterator[str]:
    return _tree_changes("", resolve(schema.tree, before), resolve(schema.tree, now))


def _tree_changes(path: str, old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    if not (isinstance(old, dict) and isinstance(new, dict)):
        yield f"changes {path or 'altogether'}"
        return
    for key in [*new, *(key for key in old if key not in new)]:
        inner = path if key in ("properties", "items") else f"{path}.{key}".lstrip(".")
        if key not in old:
            yield f"accepts {inner}"
        elif key not in new:
            yield f"no longer accepts {inner}"
        elif key == "required":
            yield from (f"requires {name}" for name in new[key] if name not in old[key])
        elif key == "additionalProperties":
            if old[key] != new[key]:
                yield "refuses unknown keys" if new[key] is False else "takes unknown keys"
        else:
            yield from _tree_changes(inner, old[key], new[key])


def marks(routes: Iterable[URLPattern], package: str) -> set[Version]:
    """Every version that a mark in the tables names."""
    found: set[Version] = set()
    for served in operations(routes):
        found |= served.operation.marks()
    for shape in shapes(package):
        found |= shape.marks()
    return found - {EARLIEST}
