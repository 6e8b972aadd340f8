"""Records at which versions tests have shown each operation to be right.

`python -m pytest -p tests.shown tests/http tests/api` does so, and writes tests/contract/shown.json
if every test passed; tests/tempest/shown.py adds what the conformance suite has asked.
"""

import json
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

FILE = Path(__file__).parent / "contract" / "shown.json"
asked = []


def pytest_configure(config):
    from tests.client import Api

    ask = Api.ask

    def recorded(api, method, path, body=None, **how):
        answer = ask(api, method, path, body, **how)
        url = api.base + path if path.startswith("/") else path
        asked.append((method, url, body, answer.status, answer.headers))
        return answer

    Api.ask = recorded


def pytest_sessionfinish(session, exitstatus):
    if exitstatus == 0:
        write({"tests": shown_by(asked, is_yes), "refusals": shown_by(asked, is_no)})


def is_yes(status):
    return status < 400


def is_no(status):
    return status >= 400


def write(shown, *, adds=False):
    """Put what has been shown now in the place of what was before, or beside it."""
    told = json.loads(FILE.read_text()) if FILE.exists() else {}
    for kind, found in shown.items():
        for name in told.keys() | found.keys():
            kinds = told.setdefault(name, {})
            before = kinds.pop(kind, ())
            if versions := {*(before if adds else ()), *found.get(name, ())}:
                kinds[kind] = sorted(versions, key=_number)
    rows = [
        f"{json.dumps(name)}: {json.dumps(kinds, sort_keys=True)}"
        for name, kinds in sorted(told.items())
        if kinds
    ]
    FILE.write_text("{\n" + ",\n".join(rows) + "\n}\n")


def shown_by(requests, shows):
    """The versions at which each operation has given an answer of the kind."""
    found = defaultdict(set)
    for method, url, body, status, headers in requests:
        name = operation_of(method, url, body) if shows(status) else None
        if name is not None:
            found[name].add(version_of(url, headers))
    return found


def operation_of(method, url, body):
    """The name of the operation that a request meant, as docs/reference has it, or None."""
    from django.urls import Resolver404, resolve

    try:
        view = resolve(urlsplit(url).path).func
    except Resolver404:
        return None
    if not view.__module__.startswith("compute.") or method.lower() not in getattr(
        view, "methods", {}
    ):
        return None
    name = f"{method} {view.route}"
    if view.methods[method.lower()] != "action":
        return name
    action = next(iter(body)) if isinstance(body, dict) and body else None
    return f"{name} {action}" if action in view.viewset.actions else None


def version_of(url, headers):
    """The version that a request was made at."""
    if urlsplit(url).path.startswith("/v2/"):
        return "2.0"
    return headers.get("OpenStack-API-Version", "compute 2.1").rpartition(" ")[2]


def _number(version):
    return tuple(int(part) for part in version.split("."))
