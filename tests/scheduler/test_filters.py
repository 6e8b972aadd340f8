"""Each filter, as a table of what a host is, what is asked, and whether it passes."""

import pytest

from compute.domain.hardware import numa
from compute.domain.hardware.cells import host_cell
from compute.domain.hardware.holding import Machine, Wanted
from compute.domain.hardware.pci import Need
from compute.scheduler import filters
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Group, Request

A, B, C = "a" * 36, "b" * 36, "c" * 36


def host(servers=(), **facts):
    state = HostState(host="compute1", nodename="compute1", uuid="h1", **facts)
    state.__dict__["servers"] = frozenset(servers)
    return state


def request(**facts):
    known = {
        "server_uuid": C,
        "project_id": "hers",
        "user_id": "alice",
        "flavor_name": "m1.tiny",
        "vcpus": 1,
        "memory_mb": 512,
        "root_gb": 1,
        **facts,
    }
    return Request(**known)


def group(policy, members=(A, B), hosts=("compute1",), **rules):
    return Group("g", policy, rules, frozenset(members), frozenset(hosts))


X86 = {"supported_instances": [["x86_64", "kvm", "hvm"]], "hypervisor_version": 1_002_003}
VMX = {"cpu_info": {"vendor": "Intel", "topology": {"cores": 8}}}

# fmt: off
ROWS = [
    # filter, host, request, passes
    ("AllHostsFilter", {"is_up": False}, {}, True),

    ("ComputeFilter", {}, {}, True),
    ("ComputeFilter", {"is_up": False}, {}, False),
    ("ComputeFilter", {"is_disabled": True}, {}, False),

    ("AvailabilityZoneFilter", {}, {}, True),
    ("AvailabilityZoneFilter", {}, {"availability_zone": "nova"}, True),
    ("AvailabilityZoneFilter", {}, {"availability_zone": "east"}, False),
    ("AvailabilityZoneFilter", {"aggregates": [{"availability_zone": "east"}]},
        {"availability_zone": "east"}, True),
    ("AvailabilityZoneFilter", {"aggregates": [{"availability_zone": "east"}]},
        {"availability_zone": "nova"}, False),

    ("ComputeCapabilitiesFilter", VMX, {"extra_specs": {"capabilities:cpu_info:vendor": "Intel"}},
        True),
    ("ComputeCapabilitiesFilter", VMX, {"extra_specs": {"capabilities:cpu_info:vendor": "AMD"}},
        False),
    ("ComputeCapabilitiesFilter", VMX,
        {"extra_specs": {"capabilities:cpu_info:topology:cores": ">= 4"}}, True),
    ("ComputeCapabilitiesFilter", VMX,
        {"extra_specs": {"capabilities:cpu_info:topology:cores": ">= 16"}}, False),
    ("ComputeCapabilitiesFilter", VMX,
        {"extra_specs": {"capabilities:cpu_info:vendor": "<or> AMD <or> Intel"}}, True),
    ("ComputeCapabilitiesFilter", {}, {"extra_specs": {"capabilities:nothing": "1"}}, False),
    ("ComputeCapabilitiesFilter", {}, {"extra_specs": {"hw_rng": "1", "hw:x": "2"}}, True),
    ("ComputeCapabilitiesFilter", {"vcpus_total": 8}, {"extra_specs": {"vcpus_total": "= 9"}},
        False),

    ("ImagePropertiesFilter", X86, {}, True),
    ("ImagePropertiesFilter", X86, {"image_properties": {"hw_architecture": "x86_64"}}, True),
    ("ImagePropertiesFilter", X86, {"image_properties": {"architecture": "amd64"}}, True),
    ("ImagePropertiesFilter", X86, {"image_properties": {"hw_architecture": "aarch64"}}, False),
    ("ImagePropertiesFilter", X86, {"image_properties": {"img_hv_type": "xen"}}, False),
    ("ImagePropertiesFilter", {}, {"image_properties": {"hw_vm_mode": "hvm"}}, False),
    ("ImagePropertiesFilter", X86, {"image_properties": {
        "img_hv_type": "kvm", "img_hv_requested_version": ">=1.0,<2.0"}}, True),
    ("ImagePropertiesFilter", X86, {"image_properties": {
        "img_hv_type": "kvm", "img_hv_requested_version": ">=2.0"}}, False),

    ("DifferentHostFilter", {"servers": [A]}, {}, True),
    ("DifferentHostFilter", {"servers": [A]}, {"hints": {"different_host": A}}, False),
    ("DifferentHostFilter", {"servers": [A]}, {"hints": {"different_host": [B]}}, True),
    ("SameHostFilter", {"servers": [A]}, {"hints": {"same_host": [A, B]}}, True),
    ("SameHostFilter", {"servers": [A]}, {"hints": {"same_host": [B]}}, False),

    ("SimpleCIDRAffinityFilter", {"host_ip": "10.1.1.1"},
        {"hints": {"build_near_host_ip": "10.1.1.99"}}, True),
    ("SimpleCIDRAffinityFilter", {"host_ip": "10.1.2.1"},
        {"hints": {"build_near_host_ip": "10.1.1.99"}}, False),
    ("SimpleCIDRAffinityFilter", {"host_ip": "10.1.2.1"},
        {"hints": {"build_near_host_ip": "10.1.1.99", "cidr": "/16"}}, True),

    ("ServerGroupAffinityFilter", {}, {"group": group("affinity")}, True),
    ("ServerGroupAffinityFilter", {}, {"group": group("affinity", hosts=["compute2"])}, False),
    ("ServerGroupAffinityFilter", {}, {"group": group("affinity", hosts=[])}, True),
    ("ServerGroupAffinityFilter", {}, {"group": group("anti-affinity", hosts=["compute2"])}, True),
    ("ServerGroupAntiAffinityFilter", {"servers": [A]}, {"group": group("anti-affinity")}, False),
    ("ServerGroupAntiAffinityFilter", {"servers": []}, {"group": group("anti-affinity")}, True),
    ("ServerGroupAntiAffinityFilter", {"servers": [A]},
        {"group": group("anti-affinity", max_server_per_host=2)}, True),
    ("ServerGroupAntiAffinityFilter", {"servers": [A, C]}, {"group": group("anti-affinity")}, True),
    ("ServerGroupAntiAffinityFilter", {"servers": [A]}, {"group": group("affinity")}, True),

    ("IoOpsFilter", {"num_io_ops": 7}, {}, True),
    ("IoOpsFilter", {"num_io_ops": 8}, {}, False),
    ("AggregateIoOpsFilter", {"num_io_ops": 7, "aggregates": [{"max_io_ops_per_host": "7"}]}, {},
        False),
    ("NumInstancesFilter", {"num_instances": 49}, {}, True),
    ("NumInstancesFilter", {"num_instances": 50}, {}, False),
    ("AggregateNumInstancesFilter",
        {"num_instances": 5, "aggregates": [{"max_instances_per_host": "6"},
                                            {"max_instances_per_host": "5"}]}, {}, False),

    ("AggregateInstanceExtraSpecsFilter", {"aggregates": [{"ssd": "true"}]},
        {"extra_specs": {"aggregate_instance_extra_specs:ssd": "true"}}, True),
    ("AggregateInstanceExtraSpecsFilter", {"aggregates": [{"ssd": "false"}]},
        {"extra_specs": {"aggregate_instance_extra_specs:ssd": "true"}}, False),
    ("AggregateInstanceExtraSpecsFilter", {}, {"extra_specs": {"ssd": "true"}}, False),
    ("AggregateInstanceExtraSpecsFilter", {}, {"extra_specs": {"hw:cpu_policy": "x"}}, True),
    ("AggregateImagePropertiesIsolation", {"aggregates": [{"os_type": "linux, windows"}]},
        {"image_properties": {"os_type": "windows"}}, True),
    ("AggregateImagePropertiesIsolation", {"aggregates": [{"os_type": "linux"}]},
        {"image_properties": {"os_type": "windows"}}, False),
    ("AggregateMultiTenancyIsolation", {"aggregates": [{"filter_tenant_id": "x,hers"}]}, {}, True),
    ("AggregateMultiTenancyIsolation", {"aggregates": [{"filter_tenant_id2": "x"}]}, {}, False),
    ("AggregateTypeAffinityFilter", {"aggregates": [{"instance_type": "m1.tiny,big"}]}, {}, True),
    ("AggregateTypeAffinityFilter", {"aggregates": [{"instance_type": "big"}]}, {}, False),

    ("JsonFilter", {"free_ram_mb": 2048}, {}, True),
    ("JsonFilter", {"free_ram_mb": 2048}, {"hints": {"query": '[">=", "$free_ram_mb", 1024]'}},
        True),
    ("JsonFilter", {"free_ram_mb": 512},
        {"hints": {"query": '["and", [">=", "$free_ram_mb", 1024], ["=", 1, 1]]'}}, False),
    ("JsonFilter", {}, {"hints": {"query": '["not", ["=", "$host", "compute2"]]'}}, True),
    ("JsonFilter", {}, {"hints": {"query": '["maybe"]'}}, False),
]
# fmt: on


@pytest.mark.parametrize(("name", "facts", "asked", "passes"), ROWS)
def test_filter(name, facts, asked, passes, settings):
    settings.SCHEDULER_ENABLED_FILTERS = [name]
    ((_, found),) = filters.enabled()
    assert found.passes(host(**facts), request(**asked)) is passes


@pytest.mark.parametrize(
    ("image", "hosts", "strict", "passes"),
    [
        ("i", ["compute1"], True, True),
        ("other", ["compute1"], True, False),
        ("other", ["compute1"], False, True),
        ("i", [], True, False),
        ("other", [], True, True),
    ],
)
def test_isolated_hosts(image, hosts, strict, passes, settings):
    settings.SCHEDULER_ENABLED_FILTERS = ["IsolatedHostsFilter"]
    settings.SCHEDULER_ISOLATED_IMAGES = ["i"]
    settings.SCHEDULER_ISOLATED_HOSTS = hosts
    settings.SCHEDULER_RESTRICT_ISOLATED_HOSTS = strict
    ((_, found),) = filters.enabled()
    assert found.passes(host(), request(image_id=image)) is passes


def test_every_filter_can_be_made(settings):
    settings.SCHEDULER_ENABLED_FILTERS = list(filters.FILTERS)
    assert len(filters.enabled()) == len(filters.FILTERS)


CELL = {
    "id": 0,
    "cpuset": [0, 1, 2, 3],
    "pcpuset": [0, 1, 2, 3],
    "memory_mb": 4096,
    "siblings": [[0, 1], [2, 3]],
    "pages": [[4, 1_048_576, 0]],
    "socket": 0,
}
SINGLE = {**CELL, "siblings": [[0], [1], [2], [3]]}
CARD = {"address": "0000:3b:00.0", "vendor_id": "10de", "product_id": "1eb8", "numa_node": 0}
GPU = Need(1, ({"vendor_id": "10de", "product_id": "1eb8"},))


@pytest.mark.parametrize(
    ("cells", "specs", "passes"),
    [
        ([], {}, True),
        ([], {"hw:numa_nodes": "1"}, False),
        ([CELL], {"hw:numa_nodes": "1"}, True),
        ([CELL], {"hw:numa_nodes": "2"}, False),
        ([CELL, {**CELL, "id": 1}], {"hw:numa_nodes": "2"}, True),
        ([CELL], {"hw:cpu_policy": "dedicated", "hw:cpu_thread_policy": "require"}, True),
        ([SINGLE], {"hw:cpu_policy": "dedicated", "hw:cpu_thread_policy": "require"}, False),
        ([CELL], {"hw:mem_page_size": "large"}, False),
        ([CELL], {"hw:mem_page_size": "small"}, True),
    ],
)
def test_numa_topology(cells, specs, passes, settings):
    settings.SCHEDULER_ENABLED_FILTERS = ["NUMATopologyFilter"]
    ((_, found),) = filters.enabled()
    machine = Machine([host_cell(cell) for cell in cells])
    asked = request(vcpus=2, extra_specs=specs)
    asked.wanted = Wanted(numa.wanted(asked.wish))
    assert found.passes(host(machine=machine), asked) is passes


@pytest.mark.parametrize(
    ("devices", "needs", "passes"),
    [
        ([], [], True),
        ([], [GPU], False),
        ([{**CARD, "dev_type": "type-PCI", "parent": None}], [GPU], True),
        ([{**CARD, "dev_type": "type-PCI", "parent": None}], [GPU, GPU], False),
        # A whole card is for those who ask for one.
        ([{**CARD, "dev_type": "type-PF", "parent": None}], [GPU], False),
    ],
)
def test_pci_passthrough(devices, needs, passes, settings):
    settings.SCHEDULER_ENABLED_FILTERS = ["PciPassthroughFilter"]
    ((_, found),) = filters.enabled()
    asked = request(wanted=Wanted(needs=needs))
    assert found.passes(host(machine=Machine(devices=devices)), asked) is passes
