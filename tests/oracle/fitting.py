"""Hold every answer that tests get against the real Nova's schemas of answers.

    NOVA_PYTHON -m tests.oracle.schemas dump > nova.json
    NOVA_SCHEMAS=nova.json python -m pytest -p tests.oracle.fitting tests/http tests/api

A test fails whose answer does not fit; the versions that were held against are told at the end.
"""

import json
import os
from collections import defaultdict
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from uuid import UUID

import jsonschema

from compute.api.history import EARLIEST
from tests.oracle import schemas
from tests.oracle.schemas import edges
from tests.shown import is_yes, operation_of, version_of
from versioned.versions import show

held = defaultdict(set)
_FORMATS = jsonschema.FormatChecker()


@_FORMATS.checks("uuid", ValueError)
def _is_uuid(value):
    return not isinstance(value, str) or bool(UUID(value))


@_FORMATS.checks("cidr", ValueError)
def _is_cidr(value):
    return not isinstance(value, str) or bool(ip_network(value))


@cache
def nova():
    return json.loads(Path(os.environ["NOVA_SCHEMAS"]).read_text())


@cache
def _validator(operation, version):
    if operation not in nova():
        return None
    schema = schemas.responses(nova(), operation, version)
    if schema is None:
        return None
    return jsonschema.Draft202012Validator(schema, format_checker=_FORMATS)


def misfits(method, url, body, answer):
    """What Nova's schema has against the answer; nothing when there is no schema."""
    operation = operation_of(method, url, body) if is_yes(answer.status) else None
    if operation is None:
        return []
    version = version_of(url, answer.headers)
    # Nova: the legacy API answers as the oldest version.
    number = tuple(map(int, version.split("."))) if version != "2.0" else (2, 1)
    validator = _validator(operation, number)
    if validator is None:
        return []
    held[operation].add(version)
    value = answer.json if answer.text else None
    return [
        f"{operation} @{version}: {error.json_path}: {error.message[:300]}"
        for found in validator.iter_errors(value)
        for error in _causes(found)
    ]


def _causes(error):
    """The errors of that alternative which goes wrong deepest."""
    if not error.context:
        return [error]
    deepest = jsonschema.exceptions.best_match([error])
    return [deepest] if deepest else [error]


@cache
def _edges(operation):
    """The versions at both sides of each change of what Nova answers."""
    found = set()
    for major, minor in edges(nova().get(operation, {})):
        found |= {(major, minor - 1), (major, minor)}
    return [show(version) for version in sorted(found) if version >= EARLIEST]


def _others(method, url):
    """What is read without changing anything is read at every version where it changes."""
    if method != "GET" or not url.startswith("/v2.1/"):
        return []
    return _edges(operation_of(method, url, None))


def pytest_configure(config):
    from tests.client import Api

    ask = Api.ask

    def fitted(api, method, path, body=None, **how):
        answer = ask(api, method, path, body, **how)
        url = api.base + path if path.startswith("/") else path
        found = misfits(method, url, body, answer)
        for version in _others(method, url) if is_yes(answer.status) else ():
            again = ask(api, method, path, body, **{**how, "version": version})
            found += misfits(method, url, body, again)
        assert not found, found
        return answer

    Api.ask = fitted


def pytest_terminal_summary(terminalreporter):
    many = sum(map(len, held.values()))
    terminalreporter.write_line(
        f"{len(held)} operations held against Nova's schemas, at {many} versions in all"
    )
