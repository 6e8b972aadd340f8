"""The admin site: services first, and every change through the domain."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from compute.models import Flavor, Service


@pytest.fixture
def site(cloud):
    client = Client()
    answer = client.post("/admin/login/", {"username": "admin", "password": "password"})
    assert answer.status_code == 302
    return client


def compute_service():
    return Service.objects.filter(binary="nova-compute").order_by("host").first()


def act(site, name, *rows, **more):
    ids = [row.pk for row in rows]
    return site.post(
        "/admin/compute/service/", {"action": name, "_selected_action": ids, **more}, follow=True
    )


def test_nobody_gets_in_without_logging_in(cloud):
    answer = Client().get("/admin/compute/service/")
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]


@pytest.mark.parametrize(
    "page",
    [
        "compute/service",
        "compute/host",
        "compute/server",
        "compute/flavor",
        "compute/task",
        "identity/project",
    ],
)
def test_every_page_opens(site, page):
    assert site.get(f"/admin/{page}/").status_code == 200


def test_a_service_is_disabled_with_a_reason_and_enabled_again(site):
    service = compute_service()
    act(site, "disable", service, reason="new disks")
    service.refresh_from_db()
    assert (service.disabled, service.disabled_reason) == (True, "new disks")
    act(site, "enable", service)
    service.refresh_from_db()
    assert (service.disabled, service.disabled_reason) == (False, None)


def test_a_service_is_forced_down_and_let_up(site):
    service = compute_service()
    act(site, "force_down", service)
    service.refresh_from_db()
    assert service.forced_down
    act(site, "let_up", service)
    service.refresh_from_db()
    assert not service.forced_down


def test_who_did_it_is_recorded(site):
    act(site, "disable", compute_service())
    entry = LogEntry.objects.get()
    assert (entry.user.get_short_name(), entry.change_message) == ("admin", "Disabled")


def test_what_the_domain_refuses_is_said_and_changes_nothing(site):
    scheduler = Service.objects.get(binary="nova-scheduler")
    answer = act(site, "disable", scheduler)
    assert "Only nova-compute services can be updated" in answer.content.decode()
    scheduler.refresh_from_db()
    assert not scheduler.disabled


def test_services_cannot_be_deleted_or_edited_past_the_domain(site):
    service = compute_service()
    page = f"/admin/compute/service/{service.pk}"
    assert site.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    site.post(f"{page}/change/", {"host": "elsewhere"})
    assert compute_service().host == service.host


FLAVOR = {
    "name": "odd",
    "flavor_id": "",
    "memory_mb": "64",
    "vcpus": "1",
    "root_gb": "1",
    "ephemeral_gb": "0",
    "swap_mb": "0",
    "rxtx_factor": "1.0",
    "is_public": "on",
    "description": "",
}


def test_a_flavor_is_made_with_the_apis_own_checks(site):
    assert site.post("/admin/compute/flavor/add/", FLAVOR).status_code == 302
    assert len(Flavor.objects.get(name="odd").flavor_id) == 36
    refused = site.post("/admin/compute/flavor/add/", {**FLAVOR, "name": "m1.tiny"})
    assert refused.status_code == 200
    assert Flavor.objects.filter(name="m1.tiny").count() == 1
