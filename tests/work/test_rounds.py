"""Servers that wait together are placed after one look at the hosts; nobody gets an old look."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compute.clients.placement import placement
from compute.domain import services
from compute.models import Server, Service, Task
from compute.scheduler import rounds
from compute.work import leases, runner
from tests.work.conftest import CLOUD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anew():
    rounds.forget()
    yield
    rounds.forget()


def hosts_of(servers):
    rows = Server.objects.filter(pk__in=[server.pk for server in servers])
    return Counter(rows.values_list("host", flat=True))


def looks(captured):
    return sum('FROM "compute_host"' in query["sql"] for query in captured.captured_queries)


def test_servers_of_one_request_are_spread_after_one_look(order):
    servers = order(min_count=6, max_count=6)
    with CaptureQueriesContext(connection) as captured:
        runner.drain()
    assert looks(captured) == 1
    assert sorted(hosts_of(servers).values()) == [3, 3]


def test_requests_that_wait_together_share_a_look(order):
    servers = [order() for _ in range(4)]
    with CaptureQueriesContext(connection) as captured:
        runner.drain()
    assert looks(captured) == 1
    assert sorted(hosts_of(servers).values()) == [2, 2]


def test_requests_that_differ_do_not(order):
    order(flavor_id="c1")
    order(flavor_id="1")
    with CaptureQueriesContext(connection) as captured:
        runner.drain()
    assert looks(captured) == 2


def test_what_was_changed_before_asking_is_seen(order):
    order(min_count=2, max_count=2)
    runner.drain()
    Service.objects.filter(binary=services.COMPUTE, host="compute1").update(disabled=True)
    servers = order(min_count=2, max_count=2)
    runner.drain()
    assert hosts_of(servers) == {"compute2": 2}


def test_a_host_that_was_filled_meanwhile_is_passed_over(order):
    servers = order(min_count=2, max_count=2)
    runner.perform(leases.claim(Task.objects.earliest("pk").pk))
    (first,) = (server for server in servers if Server.objects.get(pk=server.pk).host)
    taken = Server.objects.get(pk=first.pk).host
    other = next(row for row in placement().providers(CLOUD) if row["name"] != taken)
    _fill(other["uuid"])
    runner.drain()
    assert hosts_of(servers) == {taken: 2}


def _fill(provider):
    path = f"/resource_providers/{provider}/inventories"
    held = placement()._ask(CLOUD, "GET", path)
    full = {
        name: {**inventory, "reserved": inventory["total"]}
        for name, inventory in held["inventories"].items()
    }
    body = {
        "resource_provider_generation": held["resource_provider_generation"],
        "inventories": full,
    }
    placement()._ask(CLOUD, "PUT", path, body=body)


def test_a_look_is_not_kept_for_long(order, settings):
    settings.SCHEDULER_ROUND = 0
    order(min_count=3, max_count=3)
    with CaptureQueriesContext(connection) as captured:
        runner.drain()
    assert looks(captured) == 3
