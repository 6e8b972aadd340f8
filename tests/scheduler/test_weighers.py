"""Who comes first."""

import pytest

from compute.domain.hardware.holding import Machine
from compute.scheduler import weighers
from tests.scheduler.test_filters import A, B, group, host, request


def order(hosts, **asked):
    return [state.host for state, _ in weighers.weigh(hosts, request(**asked))]


def named(name, servers=(), **facts):
    state = host(servers, **facts)
    state.host = name
    return state


def test_more_free_memory_comes_first():
    assert order([named("a", free_ram_mb=1), named("b", free_ram_mb=2)]) == ["b", "a"]


def test_a_host_where_builds_fail_comes_last():
    hosts = [named("a", free_ram_mb=9, failed_builds=1), named("b", free_ram_mb=1)]
    assert order(hosts) == ["b", "a"]


def test_a_busy_disk_weighs_against_a_host():
    assert order([named("a", num_io_ops=3), named("b", num_io_ops=0)]) == ["b", "a"]


@pytest.mark.parametrize(("policy", "first"), [("soft-affinity", "a"), ("soft-anti-affinity", "b")])
def test_soft_policies_prefer(policy, first):
    hosts = [named("a", servers=[A, B]), named("b")]
    assert order(hosts, group=group(policy))[0] == first


def test_equals_stay_in_their_order():
    assert order([named("a"), named("b"), named("c")]) == ["a", "b", "c"]


def test_settings_and_aggregates_turn_a_weigher_round(settings):
    hosts = [named("a", free_ram_mb=1), named("b", free_ram_mb=2)]
    settings.SCHEDULER_WEIGHTS = {"ram_weight_multiplier": -1.0}
    assert order(hosts) == ["a", "b"]
    for each in hosts:
        each.aggregates = [{"ram_weight_multiplier": "2.0"}]
    assert order(hosts) == ["b", "a"]


def test_hosts_with_free_devices_are_spared():
    accelerator = {"address": "0000:3b:00.0"}
    hosts = [named("a", machine=Machine(devices=[accelerator])), named("b")]
    assert order(hosts) == ["b", "a"]


@pytest.mark.parametrize(
    ("weigher", "worse", "better"),
    [
        ("CPUWeigher", {"vcpus_total": 4, "vcpus_used": 4}, {"vcpus_total": 4}),
        ("RAMWeigher", {"free_ram_mb": 1}, {"free_ram_mb": 2}),
        ("DiskWeigher", {"free_disk_mb": 1}, {"free_disk_mb": 2}),
        ("IoOpsWeigher", {"num_io_ops": 2}, {"num_io_ops": 1}),
        ("PCIWeigher", {"machine": Machine(devices=[{}])}, {}),
        ("BuildFailureWeigher", {"failed_builds": 1}, {}),
        ("HypervisorVersionWeigher", {"hypervisor_version": 1}, {"hypervisor_version": 2}),
    ],
)
def test_each_weigher_alone_puts_the_better_host_first(weigher, worse, better, settings):
    settings.SCHEDULER_WEIGHERS = [weigher]
    assert order([named("worse", **worse), named("better", **better)]) == ["better", "worse"]
    option = weighers.enabled()[0][1].option
    settings.SCHEDULER_WEIGHTS = {option: 0}
    assert order([named("worse", **worse), named("better", **better)]) == ["worse", "better"]


def test_there_is_one_cell_and_so_nothing_to_cross(settings):
    settings.SCHEDULER_WEIGHERS = ["CrossCellWeigher"]
    assert order([named("a"), named("b")]) == ["a", "b"]
