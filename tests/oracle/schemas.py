"""Hold our request schemas, and recorded answers, against the real Nova's schemas.

    NOVA_PYTHON -m tests.oracle.schemas dump > nova.json      # with Nova's own environment
    python -m tests.oracle.schemas compare nova.json [PATH…]  # with ours
    python -m tests.oracle.schemas changes nova.json          # with ours: writes changes.json

Trees must be equal with their keys in the same order: the first that fails is what a client
reads about.  `responses(nova, operation, version)` is the schema that an answer must fit.
"""

import json
import sys
from typing import Any

KINDS = {
    "body": "request_body_schemas",
    "query": "request_query_schemas",
    "response": "response_body_schemas",
}
LAST = (2, 104)


def dump() -> dict[str, dict[str, list[Any]]]:
    """Every schema of every operation, as [first version, last version, schema]."""
    from nova.api.openstack.compute import routes

    found = {}
    for path, methods in routes.ROUTE_LIST:
        if isinstance(methods, str):
            continue
        for method, (make, name) in methods.items():
            # Classes only: controllers are not made without a message bus.
            main, others = make.args
            if name != "action":
                found[f"{method} {path}"] = _schemas(getattr(main, name))
                continue
            for controller in (main, *others):
                for action, handler in getattr(controller, "wsgi_actions", {}).items():
                    found[f"{method} {path} {action}"] = _schemas(getattr(controller, handler))
    return found


def _schemas(handler: Any) -> dict[str, list[Any]]:
    out = {}
    for kind, attribute in KINDS.items():
        held = getattr(handler, attribute, None)
        rows = held._schemas if held is not None else []
        out[kind] = [[_version(low), _version(high), schema] for schema, low, high in rows]
    return out


def _version(version: Any) -> list[int] | None:
    return None if version.is_null() else [version.ver_major, version.ver_minor]


def at(rows: list[Any], version: tuple[int, int]) -> Any:
    """The schema that holds at `version`, or None."""
    for low, high, schema in rows:
        if (low is None or tuple(low) <= version) and (high is None or version <= tuple(high)):
            return schema
    return None


def responses(nova: dict[str, Any], operation: str, version: tuple[int, int]) -> Any:
    return at(nova[operation]["response"], version)


# Our side


def operations() -> dict[str, Any]:
    """Our operations by the name that Nova's have in the dump."""
    from compute.api import urls

    found = {}
    for row in urls.urlpatterns:
        view = row.callback
        for method, name in view.methods.items():
            bound = view.viewset.operations()
            key = f"{method.upper()} {view.route}"
            actions = getattr(view.viewset, "actions", {})
            if name in bound:
                found[key] = bound[name]
            elif name == "action":
                for action, meant in actions.items():
                    found[f"{key} {action}"] = bound[meant]
    return found


def _plain(path: str) -> str:
    """A path with its places unnamed."""
    import re

    return re.sub(r"\{\w+\}", "{}", path)


def compare(nova: dict[str, Any], wanted: list[str]) -> int:
    """Print every difference; the number of differing operations."""
    theirs = {_plain(name): schemas for name, schemas in nova.items()}
    differing = 0
    for name, operation in operations().items():
        if wanted and not any(word in name for word in wanted):
            continue
        if _plain(name) not in theirs:
            sys.stdout.write(f"{name}: Nova has none\n")
            continue
        problems = list(_differences(operation, theirs[_plain(name)]))
        differing += bool(problems)
        for problem in problems:
            sys.stdout.write(f"{name} {problem}\n")
    return differing


def _differences(operation: Any, nova: dict[str, Any]) -> Any:
    for kind in ("body", "query"):
        said = None
        for minor in range(LAST[1] + 1):
            version = (2, minor)
            theirs = at(nova[kind], version)
            if version == (2, 0) and not any(
                row[0] is None or row[0] == [2, 0] for row in nova[kind]
            ):
                continue  # the legacy API checks only what Nova marks with 2.0, or with nothing
            try:
                variant = operation.at(max(version, (2, 1)))
            except Exception:
                continue
            schema = getattr(variant, kind)
            ours = schema.at(version) if schema is not None else None
            if _text(ours) != _text(theirs) and _text(ours) != said:
                said = _text(ours)
                yield f"{kind} 2.{minor}\n  Nova {_text(theirs)[:2000]}\n  ours {said[:2000]}"


def _text(schema: Any) -> str:
    """A schema as text, so that the order of keys counts."""
    if not schema or schema == {"type": "object", "properties": {}, "additionalProperties": True}:
        return "anything"
    return json.dumps(schema)


def edges(rows: dict[str, list[Any]]) -> set[tuple[int, int]]:
    """The versions at which any of an operation's schemas changes."""
    found = set()
    for low, high, _ in (row for kind in rows.values() for row in kind):
        found |= {tuple(low)} if low is not None else set()
        found |= {(high[0], high[1] + 1)} if high is not None else set()
    # What begins with the first version is no change; what is for legacy clients alone is.
    return {edge for edge in found if edge > (2, 1)} | (found & {(2, 0)})


def main(command: str, *args: str) -> int:
    if command == "dump":
        json.dump(dump(), sys.stdout, default=list)
        return 0
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "computeproject.settings.test")
    django.setup()
    with open(args[0]) as file:
        nova = json.load(file)
    if command == "changes":
        from tests.oracle import compared

        theirs = {_plain(name): edges(rows) for name, rows in nova.items()}
        compared.write_changes({name: theirs.get(_plain(name), ()) for name in operations()})
        return 0
    return compare(nova, list(args[1:]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
