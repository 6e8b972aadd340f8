"""Migrations as the list shows them."""

import pytest

from tests.api.things import a_migration, a_server, at
from tests.cast import HERS


@pytest.fixture
def live(db):
    return a_migration(a_server(), migration_type="live-migration", status="running")


def test_a_running_live_migration_has_links_from_2_23_on(root, live):
    (older,) = root.get("/os-migrations", version="2.22").json["migrations"]
    (shown,) = root.get("/os-migrations", version="2.23").json["migrations"]
    assert "links" not in older
    assert "migration_type" not in older
    assert shown["links"][0]["href"].endswith(
        f"/v2.1/servers/{live.server.uuid}/migrations/{live.pk}"
    )


def test_uuids_came_with_2_59_and_owners_with_2_80(root, live):
    def keys(version):
        return root.get("/os-migrations", version=version).json["migrations"][0].keys()

    assert keys("2.59") - keys("2.58") == {"uuid"}
    assert keys("2.80") - keys("2.79") == {"project_id", "user_id"}


def test_managers_do_not_see_hosts(api, live):
    path = f"/os-migrations?project_id={HERS}"
    (shown,) = api.as_("mandy").get(path, version="2.80").json["migrations"]
    assert shown["source_compute"] is shown["dest_compute"] is None


def test_newest_come_first_and_pages_have_links(root, db):
    for day in "123":
        a_migration(a_server(day), created_at=at(f"2026-01-0{day}"))
    page = root.get("/os-migrations?limit=2", version="2.59").json
    assert [row["created_at"][9] for row in page["migrations"]] == ["3", "2"]
    (link,) = page["migrations_links"]
    rest = root.get(link["href"].split("/v2.1")[1], version="2.59").json["migrations"]
    assert [row["created_at"][9] for row in rest] == ["1"]


def test_a_host_is_either_end(root, live):
    for host, count in (("h1", 1), ("h2", 1), ("h3", 0)):
        found = root.get(f"/os-migrations?host={host}").json["migrations"]
        assert len(found) == count


def test_they_go_with_their_server(root, live):
    live.server.deleted = True
    live.server.save()
    assert root.get("/os-migrations").json["migrations"] == []
    answer = root.get(f"/os-migrations?marker={live.uuid}", version="2.59")
    assert (answer.status, answer.error) == (400, f"Marker {live.uuid} could not be found.")
