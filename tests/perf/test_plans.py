"""What the largest lists find by an index, whatever there is beside what they show."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the plans are SQLite's"),
]


def plan(api, path):
    """How SQLite finds the servers that a request is answered with."""
    with CaptureQueriesContext(connection) as captured:
        assert api.get(path).status == 200
    asked = [each["sql"] for each in captured if ' FROM "compute_server" WHERE ' in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked[0]}")
        return [row[3] for row in cursor.fetchall()]


def test_a_project_s_servers_are_read_in_their_order(api, cloud):
    steps = plan(api, "/servers/detail?limit=10")
    assert steps[0].endswith("USING INDEX server_list (project_id=? AND deleted=?)")
    assert not any("TEMP B-TREE" in step for step in steps)


def test_all_servers_are_read_in_their_order(api, cloud):
    steps = plan(api.as_("root"), "/servers/detail?all_tenants=1&limit=10")
    assert steps[0].endswith("USING INDEX server_list_all (deleted=?)")
    assert not any("TEMP B-TREE" in step for step in steps)


def test_quotas_count_servers_in_an_index_alone(api, cloud):
    steps = plan(api, "/limits")
    assert "USING COVERING INDEX server_list" in steps[0]
