"""What has been compared with the real Nova, and what has not.

`compared.json` is what `make oracle` records: by operation and by status that Nova answered, the
versions at which this cloud answered the same.  `changes.json` is where Nova's own schemas change
(`python -m tests.oracle.schemas changes`).  `gaps()` is what the one lacks of the other.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import repeat
from pathlib import Path
from typing import Any

from compute.api.history import EARLIEST, NEWEST
from compute.api.policies import ANYBODY, RULES
from compute.api.urls import urlpatterns
from compute.management import coverage
from tests.shown import operation_of, version_of
from versioned import inspect
from versioned.inspect import Served
from versioned.schema import Invalid, Schema
from versioned.versions import Version, after, parse, show

HERE = Path(__file__).parent
FILE = HERE / "compared.json"
LEGACY: Version = (2, 0)
Compared = dict[str, dict[str, list[str]]]

# What Nova does in another way from a version on without any schema that says so.
# fmt: off
BEHAVIOUR = {
    # operation                                                    versions
    "POST /servers":                                               "2.37 2.39 2.53 2.60",
    "GET /servers":                                                "2.38",
    "GET /servers/detail":                                         "2.38",
    "POST /servers/{server_id}/action createImage":                "2.39",
    "POST /servers/{server_id}/action createBackup":               "2.39",
    "POST /servers/{server_id}/action os-migrateLive":             "2.34",
    "POST /servers/{server_id}/action rescue":                     "2.87",
    "POST /servers/{server_id}/action rebuild":                    "2.93",
    "POST /servers/{server_id}/os-volume_attachments":             "2.20 2.60",
    "DELETE /servers/{server_id}/os-volume_attachments/{volume_id}": "2.20",
    "DELETE /servers/{server_id}/migrations/{id}":                 "2.65",
    "GET /servers/{server_id}/topology":                           "2.78",
}
# What never says yes here: without bare metal, shares, RDP and deferred deletion; where Nova
# breaks; and of shelved servers, which both clouds take off their host at once.
NEVER_YES = (
    "action os-getRDPConsole", "action resetNetwork", "action restore", "action shelveOffload",
    "/shares", "/os-baremetal-nodes", "/os-volumes_boot",
)
# What is never missing, because Nova does not look for it: a project, a class, a moment.
NEVER_MISSING = (
    "/os-quota-sets/{id}", "/os-quota-class-sets/{id}", "/os-simple-tenant-usage/{id}",
    "/os-instance_usage_audit_log/{id}",
)
# What says yes only from a version on: before, to RDP alone.
YES_SINCE = {"GET /os-console-auth-tokens/{id}": (2, 31)}
# The documents have no versions; chain.yaml compares them.
DOCUMENTS = ("GET /", "GET /versions/{id}")
# fmt: on


def is_yes(status: str) -> bool:
    return status < "400"


class Record:
    """Collects what was compared and found to be right."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def add(self, method: str, url: str, body: Any, status: int, headers: dict[str, Any]) -> None:
        name = operation_of(method, url, body)
        if name is None:
            return
        version = version_of(url, headers)
        self.found[name][str(status)].add(
            show(NEWEST) if version == "latest" else version,
        )

    def write(self, *, adds: bool) -> None:
        """Put what was found in the place of what was recorded before, or beside it."""
        told: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for record in (recorded() if adds else {}, self.found):
            for name, statuses in record.items():
                for status, versions in statuses.items():
                    told[name][status] |= set(versions)
        _write(
            FILE,
            {
                name: {status: _ordered(found) for status, found in sorted(statuses.items())}
                for name, statuses in told.items()
            },
        )


def recorded() -> Compared:
    """What has been compared: by operation and by Nova's status, the versions."""
    found: Compared = json.loads(FILE.read_text()) if FILE.exists() else {}
    return found


def changes() -> dict[str, list[str]]:
    """The versions at which Nova's schemas of each operation change."""
    found: dict[str, list[str]] = json.loads((HERE / "changes.json").read_text())
    return found


def write_changes(found: dict[str, Iterable[Version]]) -> None:
    _write(HERE / "changes.json", {name: _ordered(map(show, of)) for name, of in found.items()})


def _ordered(versions: Iterable[str]) -> list[str]:
    return sorted(versions, key=parse)


def _write(path: Path, told: dict[str, Any]) -> None:
    rows = [f"{json.dumps(name)}: {json.dumps(told[name])}" for name in sorted(told)]
    path.write_text("{\n" + ",\n".join(rows) + "\n}\n")


def operations() -> Iterator[Served]:
    """Every operation that a route offers."""
    return inspect.operations(urlpatterns)


def boundaries(served: Served) -> Iterator[tuple[Version, bool]]:
    """The versions at which an operation has to be compared, and whether it is there."""
    variants = served.operation.variants
    first = max(min(variant.first for variant in variants), EARLIEST)
    lasts = [variant.last for variant in variants]
    last = NEWEST if None in lasts else max(last for last in lasts if last is not None)
    is_gone = served.operation.name == "gone"
    marks = {EARLIEST, first, after(last), *served.operation.marks()}
    marks |= {parse(text) for text in changes().get(str(served), ())}
    marks |= {parse(text) for text in BEHAVIOUR.get(str(served), "").split()}
    wanted = {NEWEST}
    for mark in marks:
        wanted |= {mark, (mark[0], mark[1] - 1)}
    for version in sorted(wanted):
        if EARLIEST <= version <= NEWEST or (version == LEGACY and LEGACY in marks):
            is_there = not is_gone and first <= max(version, EARLIEST) <= last
            yield version, is_there


def versions_of(method: str, path: str, body: Any) -> list[str]:
    """The versions at which the operation that a request means has to be compared."""
    name = operation_of(method, path.partition("?")[0], body)
    for served in operations():
        if str(served) == name:
            return [show(version) for version, _ in boundaries(served)]
    raise LookupError(f"{method} {path}: no operation")


def gaps() -> Iterator[tuple[str, str, str]]:
    """Each operation with a version that it was not compared at, and what was missing there."""
    told = recorded()
    for served in coverage.operations(urlpatterns):
        name = str(served)
        if name in DOCUMENTS:
            continue
        yes: set[str] = set()
        no: set[str] = set()
        for status, versions in told.get(name, {}).items():
            (yes if is_yes(status) else no).update(versions)
        for version, is_there in boundaries(served):
            never = any(part in name for part in NEVER_YES) or version < YES_SINCE.get(name, LEGACY)
            if is_there and not never and show(version) not in yes:
                yield name, show(version), "yes"
            if show(version) not in no:
                yield name, show(version), "no"


def kinds() -> Iterator[tuple[str, str]]:
    """Each operation with a kind of refusal that Nova knows for it and that nobody has compared."""
    told = recorded()
    for served in coverage.operations(urlpatterns):
        if served.operation.name == "gone" or str(served) in DOCUMENTS:
            continue
        statuses = told.get(str(served), {}).keys()
        for status, is_known in _refusals(served):
            if is_known and status not in statuses:
                yield str(served), status


def _refusals(served: Served) -> Iterator[tuple[str, bool]]:
    variants = served.operation.variants
    yield "400", any(map(_refuses, (v.body for v in variants), repeat(served.action)))
    yield "400", any(map(_refuses, (v.query for v in variants), repeat(None)))
    yield "403", any(v.policy in _GUARDED for v in variants)
    yield "404", "{" in served.path and not any(part in str(served) for part in NEVER_MISSING)


_GUARDED = {rule.name for rule in RULES if rule.check != ANYBODY}
# What a schema that says anything about a value refuses at least one of.
_SAMPLES: tuple[Any, ...] = (None, True, 1, "", "x", [], {}, {"x": 1})


def _refuses(schema: Schema | None, action: str | None) -> bool:
    """Whether a schema refuses anything; of an action, anything below its name."""
    if schema is None:
        return False
    if schema.is_body:
        tried = [{action: each} for each in _SAMPLES] if action else list(_SAMPLES)
    else:
        known = {"x"}
        for version in _of(schema):
            known |= set((schema.at(version) or {}).get("properties", ()))
        tried = [{name: [each]} for name in known for each in ("", "x", "-1")]
    return any(not _accepts(schema, each, version) for each in tried for version in _of(schema))


def _of(schema: Schema) -> set[Version]:
    return {EARLIEST, NEWEST, *schema.marks}


def _accepts(schema: Schema, value: Any, version: Version) -> bool:
    with suppress(Invalid):
        schema.check(value, version)
        return True
    return False
