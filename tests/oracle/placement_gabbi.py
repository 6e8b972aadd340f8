"""Run the real Placement's own HTTP stories against this one.

    python placement_gabbi.py PYTHON [story ...]

To be run by an interpreter that has the real Placement and gabbi; PYTHON has this project.  The
stories' fixtures fill the real one's database, whose rows are then loaded into ours.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path
from urllib.parse import quote

from gabbi import driver
from placement import db_api
from placement.tests.functional.fixtures import gabbits as fixtures
from sqlalchemy import text

HERE = Path(__file__).resolve().parent
STORIES = Path(fixtures.__file__).resolve().parents[1] / "gabbits"
# What is another layer's here, or the deprecated policy that real clouds no longer have.
NOT_OURS = ("cors", "non-cors", "legacy-rbac", "confirm-auth")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Forward:
    """A WSGI application that is the other server."""

    port = None
    loaded = None

    def __call__(self, environ, start_response):
        if Forward.loaded is not fixtures.CONF:
            Forward.loaded = fixtures.CONF
            self._load()
        headers = {
            name[5:].replace("_", "-"): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        if environ.get("CONTENT_TYPE"):
            headers["Content-Type"] = environ["CONTENT_TYPE"]
        length = environ.get("CONTENT_LENGTH")
        body = None
        if length:
            if not length.isdigit():
                headers["Content-Length"] = length
            else:
                body = environ["wsgi.input"].read(int(length))
        url = "/placement" + environ["PATH_INFO"]
        if url == "/placement/":
            url = "/placement"
        url = quote(url, safe="/%:")
        if environ.get("QUERY_STRING"):
            url += "?" + environ["QUERY_STRING"]
        link = http.client.HTTPConnection("127.0.0.1", self.port)
        link.request(environ["REQUEST_METHOD"], url, body, headers)
        answer = link.getresponse()
        content = answer.read().replace(b'"/placement/', b'"/')
        told = [
            (name, value.replace("/placement/", "/"))
            for name, value in answer.getheaders()
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "server")
        ]
        start_response(
            f"{answer.status} {answer.reason}", [*told, ("Content-Length", str(len(content)))]
        )
        return [content]

    def _load(self):
        policy = getattr(fixtures.OpenPolicyFixture, "is_started", False)
        data = dump()
        data["is_open"] = policy
        link = http.client.HTTPConnection("127.0.0.1", self.port)
        link.request("POST", "/_load", json.dumps(data), {"Content-Type": "application/json"})
        answer = link.getresponse()
        assert answer.status == 204, answer.read()[:3000]


def dump():
    """The rows of the real one, as ours."""
    engine = db_api.placement_context_manager.writer.get_engine()

    def rows(statement):
        with engine.connect() as link:
            return [dict(row._mapping) for row in link.execute(text(statement))]

    used = (
        "(SELECT coalesce(sum(a.used), 0) FROM allocations a"
        " WHERE a.resource_provider_id = i.resource_provider_id"
        " AND a.resource_class_id = i.resource_class_id)"
    )
    return {
        "Provider": rows(
            "SELECT p.uuid, p.name, p.generation, u.uuid parent_id, r.uuid root_id"
            " FROM resource_providers p JOIN resource_providers r ON r.id = p.root_provider_id"
            " LEFT JOIN resource_providers u ON u.id = p.parent_provider_id"
        ),
        "Inventory": rows(
            "SELECT p.uuid provider_id, c.name resource_class, total, reserved, min_unit, max_unit,"
            f" step_size, allocation_ratio, {used} used FROM inventories i"
            " JOIN resource_providers p ON p.id = i.resource_provider_id"
            " JOIN resource_classes c ON c.id = i.resource_class_id"
        ),
        "Consumer": rows(
            "SELECT c.uuid, p.external_id project_id, u.external_id user_id, t.name consumer_type,"
            " generation FROM consumers c JOIN projects p ON p.id = c.project_id"
            " JOIN users u ON u.id = c.user_id"
            " LEFT JOIN consumer_types t ON t.id = c.consumer_type_id"
        ),
        "Allocation": rows(
            "SELECT a.consumer_id, p.uuid provider_id, c.name resource_class, a.used"
            " FROM allocations a JOIN resource_providers p ON p.id = a.resource_provider_id"
            " JOIN resource_classes c ON c.id = a.resource_class_id"
        ),
        "ResourceClass": rows("SELECT name FROM resource_classes WHERE name LIKE 'CUSTOM%'"),
        "Trait": rows("SELECT name FROM traits WHERE name LIKE 'CUSTOM%'"),
        "ProviderTrait": rows(
            "SELECT p.uuid provider_id, t.name trait FROM resource_provider_traits x"
            " JOIN resource_providers p ON p.id = x.resource_provider_id"
            " JOIN traits t ON t.id = x.trait_id"
        ),
        "ProviderAggregate": rows(
            "SELECT p.uuid provider_id, g.uuid aggregate FROM resource_provider_aggregates x"
            " JOIN resource_providers p ON p.id = x.resource_provider_id"
            " JOIN placement_aggregates g ON g.id = x.aggregate_id"
        ),
    }


def watch_policy():
    kind = fixtures.OpenPolicyFixture
    start, stop = kind.start_fixture, kind.stop_fixture

    def started(self):
        kind.is_started = True
        start(self)

    def stopped(self):
        stop(self)
        kind.is_started = False

    kind.start_fixture, kind.stop_fixture = started, stopped


def main(python, wanted):
    watch_policy()
    Forward.port = free_port()
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    server = subprocess.Popen(
        [python, str(HERE / "placement_serve.py"), str(Forward.port)], env=environ
    )
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", Forward.port)).close()
                break
            except OSError:
                time.sleep(0.1)
        loader = unittest.TestLoader()
        tests = driver.build_tests(
            str(STORIES),
            loader,
            host=None,
            test_loader_name="ours",
            intercept=Forward,
            fixture_module=fixtures,
        )
        suite = unittest.TestSuite(story for story in tests if is_ours(story, wanted))
        result = unittest.TextTestRunner(verbosity=0).run(suite)
        return 0 if result.wasSuccessful() else 1
    finally:
        server.terminate()


def is_ours(story, wanted):
    first = next(iter(story), None)
    if first is None:
        return False
    name = type(first).__name__.removeprefix("ours_").lower()
    if wanted:
        return any(
            one.replace("-", "_").replace(".", "_") in name.replace("-", "_").replace(".", "_")
            for one in wanted
        )
    return not any(one in name for one in NOT_OURS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
