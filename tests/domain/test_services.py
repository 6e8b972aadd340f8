"""Who is up, and what a demo cloud begins with."""

from datetime import timedelta

import pytest

from compute.clients.placement import placement
from compute.domain import context, enrolment, services
from compute.models import Host, Service
from compute.work import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def still():
    clock.stop()
    yield clock
    clock.run()


def test_a_service_is_up_for_a_minute_after_it_reported(still):
    service = enrolment.register("nova-compute", "here")
    still.advance(60)
    assert services.is_up(service)
    still.advance(1)
    assert not services.is_up(service)
    assert not services.host_is_up("here")
    assert services.beat() == 1
    assert services.host_is_up("here")
    assert Service.objects.get().report_count == 1


def test_who_is_forced_down_is_down():
    service = enrolment.register("nova-compute", "here")
    service.forced_down = True
    assert not services.is_up(service)


def test_a_process_reports_for_its_own_only(still):
    enrolment.register("nova-compute", "here")
    enrolment.register("nova-compute", "there")
    still.advance(61)
    assert services.beat([("nova-compute", "here")]) == 1
    assert services.up_hosts() == {"here"}


def test_a_demo_cloud_has_two_hosts_that_placement_knows():
    enrolment.seed()
    enrolment.seed()
    assert list(Host.objects.values_list("host", flat=True)) == ["compute1", "compute2"]
    assert services.ready()
    providers = {row["name"]: row["uuid"] for row in placement().providers(context.cloud())}
    assert set(providers) == {"compute1", "compute2"}
    assert "COMPUTE_NODE" in placement().traits_of(context.cloud(), providers["compute1"])


def test_a_demo_cloud_is_not_made_again_over_what_a_user_did(still):
    enrolment.seed()
    Host.objects.filter(host="compute2").delete()
    Service.objects.filter(host="compute2").delete()
    enrolment.seed()
    assert Host.objects.count() == 1


def test_a_cloud_is_ready_when_all_its_parts_are_up(still):
    enrolment.seed()
    still.advance(61)
    assert not services.ready()
    services.beat()
    assert services.ready()


def test_a_disabled_host_says_so_to_placement():
    enrolment.seed()
    host = Host.objects.get(host="compute1")
    Service.objects.filter(host="compute1").update(disabled=True)
    services.register_host(host)
    assert services.DISABLED_TRAIT in placement().traits_of(context.cloud(), host.uuid)
    assert services.inventory_of(host)["MEMORY_MB"]["reserved"] == 512
    assert services.down_after() == timedelta(seconds=60)
