"""How often each list and each show asks the database: as written down, however much there is.

`QUERY_COUNTS=write` writes query_counts.json anew; what changes there is for a reviewer to like.
"""

import json
import os
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from tests.client import Api
from tests.conftest import make_cloud
from tests.contract.world import undone
from tests.perf import rows
from tests.perf.lists import ADMIN, LISTS, OF_ONE

pytestmark = pytest.mark.django_db
FILE = Path(__file__).parent / "query_counts.json"
# A list of parameters that is written as one is no table.
TABLE = re.compile(r'\b(?:FROM|JOIN|INTO|UPDATE) (?!json_each)"?(\w+)"?')
MANY = 20


class Asked(NamedTuple):
    """The tables of each query, and how long the answer was."""

    tables: list[str]
    length: int


@pytest.fixture(scope="module")
def queries(django_db_setup, django_db_blocker):
    """The tables that each request asks, by the number of rows of everything."""
    says = override_settings(AUTHTOKEN_VALIDATOR="tests.cast.validate", SERVICE_DOWN_TIME=3600)
    with says, django_db_blocker.unblock(), undone():
        make_cloud()
        api = Api()
        token = rows.make_first(api)
        found = {}
        for count in (1, MANY - 1):
            rows.make(api, token, count)
            for row in LISTS:
                found.setdefault(str(row), []).append(
                    _asked(api.as_(token if row.who == ADMIN else row.who), row)
                )
        if os.environ.get("QUERY_COUNTS") == "write":
            _write({name: few.tables for name, (few, _) in found.items()})
        yield found


def _asked(api, row):
    path = row.path
    for name in ("FIRST", "REQUEST", "GROUP", "AGGREGATE"):
        path = path.replace(f"${name}", getattr(rows, name))
    api.base = row.base
    # Neighbours have versions of their own, and say so in the header.
    named = row.version if row.version and " " in row.version else None
    if row.version is None:
        api.version = None
    how = {"headers": {"OpenStack-API-Version": named}} if named else {"version": row.version}
    # The first time fills caches.
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            answer = api.get(path, **how)
            assert answer.status == 200, answer
    tables = [" ".join(TABLE.findall(query["sql"])) or query["sql"] for query in captured]
    return Asked(tables, len(answer.text))


def _write(counts):
    lines = [f"{json.dumps(name)}: {json.dumps(tables)}" for name, tables in sorted(counts.items())]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


@pytest.mark.parametrize("row", LISTS, ids=str)
def test_a_request_asks_as_often_for_many_rows_as_for_one(row, queries):
    few, many = queries[str(row)]
    assert many.tables == few.tables
    assert many.length > few.length or row.path in OF_ONE, "nothing was added to this list"


@pytest.mark.parametrize("row", LISTS, ids=str)
def test_a_request_asks_as_often_as_is_written_down(row, queries):
    told = json.loads(FILE.read_text())
    assert queries[str(row)][0].tables == told[str(row)]


def test_nothing_is_written_down_that_is_not_asked():
    assert json.loads(FILE.read_text()).keys() == {str(row) for row in LISTS}
