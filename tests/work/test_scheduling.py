"""Where servers go: zones, groups, forced and requested hosts, and why not elsewhere."""

import pytest

from compute.domain import aggregates
from compute.models import Host, ServerFault, ServerGroup
from compute.scheduler import manager
from compute.scheduler.request import of_server
from compute.work import runner
from tests.work.conftest import CLOUD, HER, fresh

pytestmark = pytest.mark.django_db

NOT_ENOUGH = "No valid host was found. There are not enough hosts available."


@pytest.fixture
def east(cloud):
    """compute2 is in a zone of its own."""
    aggregates.add_host(str(aggregates.make("east", zone="east").pk), "compute2")


def group(policy, **rules):
    return ServerGroup.objects.create(
        name=policy, policy=policy, rules=rules, user_id="alice", project_id=HER.project_id
    )


def placed(servers):
    return [(fresh(each).vm_state, fresh(each).host) for each in servers]


def test_a_zone_is_kept(order, east):
    there = order(availability_zone="east")
    runner.drain()
    assert fresh(there).host == "compute2"
    assert fresh(there).availability_zone == "east"


def test_a_forced_host_skips_the_filters_and_a_requested_one_does_not(order):
    there = order(forced_host="compute2")
    runner.drain()
    hint = {"different_host": [there.uuid]}
    forced = order(forced_host="compute2", scheduler_hints=hint)
    requested = order(requested_host="compute2", scheduler_hints=hint)
    runner.drain()
    assert fresh(forced).host == "compute2"
    assert ServerFault.objects.get(server=requested).message == NOT_ENOUGH


def test_members_of_an_affine_group_are_together(order):
    hints = {"group": group("affinity").uuid}
    many = order(min_count=4, max_count=4, scheduler_hints=hints)
    runner.drain()
    assert len(set(placed(many))) == 1


def test_members_of_an_anti_affine_group_are_apart(order):
    hints = {"group": group("anti-affinity").uuid}
    many = order(min_count=3, max_count=3, scheduler_hints=hints)
    runner.drain()
    assert sorted(placed(many), key=str) == [
        ("active", "compute1"),
        ("active", "compute2"),
        ("error", None),
    ]


def test_the_group_is_asked_again_when_the_host_is_written_down(order, monkeypatch):
    hints = {"group": group("anti-affinity").uuid}
    first, second = order(min_count=2, max_count=2, scheduler_hints=hints)
    # The scheduler is made blind, as if both had been placed at the same moment.
    monkeypatch.setattr(manager, "_filtered", lambda states, request: states[:1])
    runner.drain()
    states = {fresh(first).vm_state, fresh(second).vm_state}
    assert states == {"active", "building"}


def test_it_can_be_explained(order, east):
    server = order()
    Host.objects.filter(host="compute1").update(failed_builds=2)
    told = manager.explain(HER, of_server(HER, server, availability_zone="east"))
    assert [(each.host, each.refused_by) for each in told] == [
        ("compute2", None),
        ("compute1", "Placement"),
    ]
    told = manager.explain(CLOUD, of_server(CLOUD, server, memory_mb=10**7))
    assert {each.refused_by for each in told} == {"Placement"}
    told = manager.explain(HER, of_server(HER, server))
    assert [each.host for each in told] == ["compute2", "compute1"]
    assert told[1].weights["BuildFailureWeigher"] == -1_000_000


def test_traits_are_asked_of_placement(order):
    server = order()
    specs = {"trait:HW_CPU_X86_VMX": "required"}
    assert len(manager.explain(HER, of_server(HER, server, extra_specs=specs))) == 2
    specs = {"trait:HW_CPU_X86_VMX": "forbidden"}
    told = manager.explain(HER, of_server(HER, server, extra_specs=specs))
    assert {each.refused_by for each in told} == {"Placement"}
