"""Hypervisors, and what keeps their services from being deleted or moved."""

from compute.domain import aggregates
from compute.models import Service
from tests.api.things import a_host, a_migration, a_server


def test_servers_are_listed_by_the_names_that_hypervisors_know(root, db):
    server = a_server(host=a_host("h1").host)
    (shown,) = root.get("/os-hypervisors?with_servers=1", version="2.53").json["hypervisors"]
    assert shown["servers"] == [{"name": f"instance-{server.pk:08x}", "uuid": server.uuid}]


def test_a_service_with_servers_stays(root, db):
    a_server(host=a_host("h1").host)
    answer = root.delete(f"/os-services/{Service.objects.get().pk}")
    assert answer.status == 409
    assert answer.error.startswith("Unable to delete compute service that is hosting instances.")


def test_a_service_with_moving_servers_stays(root, db):
    a_host("h1")
    a_migration(a_server(), status="migrating")
    answer = root.delete(f"/os-services/{Service.objects.get().pk}")
    assert answer.status == 409
    assert "in-progress migrations" in answer.error


def test_an_evacuated_host_stays_down_until_it_has_cleaned_up(root, db):
    a_host("h1")
    a_migration(a_server(), migration_type="evacuation", status="done")
    body = {"host": "h1", "binary": "nova-compute", "forced_down": False}
    answer = root.put("/os-services/force-down", body, version="2.11")
    assert answer.status == 400
    assert answer.error.startswith("Unable to force up host h1 as `done` evacuation")


def test_a_host_with_servers_changes_no_zone(root, db):
    a_server(host=a_host("h1").host)
    zone = aggregates.make("a", zone="z")
    answer = root.post(f"/os-aggregates/{zone.pk}/action", {"add_host": {"host": "h1"}})
    assert answer.status == 409
    assert "would change from 'None' to 'z' but the host already has 1 instance(s)" in answer.error


def test_the_uptime_of_a_host_that_is_down(root, db):
    host = a_host("h1")
    Service.objects.update(forced_down=True)
    answer = root.get(f"/os-hypervisors/{host.pk}/uptime")
    assert answer.status == 400
    assert answer.error == "Compute service of h1 is unavailable at this time."
    (shown,) = root.get("/os-hypervisors/detail", version="2.88").json["hypervisors"]
    assert shown["uptime"] is None
