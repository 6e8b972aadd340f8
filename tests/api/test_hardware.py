"""Guests with processors, pages and devices of their own: what is refused, given and let go."""

import pytest
from django.core import management

from compute.models import Claim, Flavor, Host, Server
from compute.seed import seed
from tests.api.servers import action, boot, elsewhere, settle, shown

NUMA = {"hw:numa_nodes": "2"}
PINNED = {"hw:cpu_policy": "dedicated"}
GPU = {"vendor_id": "10de", "product_id": "1eb8"}


def flavor(name="big", vcpus=4, memory_mb=4096, **specs):
    return Flavor.objects.create(
        flavor_id=name, name=name, vcpus=vcpus, memory_mb=memory_mb, root_gb=1, extra_specs=specs
    ).flavor_id


def order(api, flavor_id, **more):
    images = elsewhere(api, "GET", "/image/v2/images").json["images"]
    body = {"name": "one", "imageRef": images[0]["id"], "flavorRef": flavor_id, "networks": "none"}
    return api.post("/servers", {"server": {**body, **more}}, version="2.74")


def topology(api, server, version="2.78"):
    return api.get(f"/servers/{server}/topology", version=version).json


def amounts(root, server):
    """What the server holds of its host in Placement."""
    held = elsewhere(root, "GET", f"/placement/allocations/{server}").json["allocations"]
    (one,) = held.values()
    return one["resources"]


def pinned(root, server):
    """The host's processors that the server has to itself, by the host's cell."""
    return {
        node["host_node"]: sorted(node["cpu_pinning"].values())
        for node in topology(root, server)["nodes"]
    }


@pytest.mark.parametrize(
    ("specs", "sentence"),
    [
        (
            {"hw:numa_nodes": "3"},
            "Instance CPUs and/or memory cannot be evenly distributed across instance NUMA nodes. "
            "Explicit assignment of CPUs and memory to nodes is required",
        ),
        (
            {"hw:numa_nodes": "0"},
            "The property 'numa_nodes' cannot be '0'. It must be a number greater than 0",
        ),
        (
            {"hw:numa_nodes": "1", "hw:numa_cpus.0": "0-3"},
            "CPU and memory allocation must be provided for all NUMA nodes",
        ),
        (
            {"hw:numa_nodes": "1", "hw:numa_cpus.0": "0-2", "hw:numa_mem.0": "4096"},
            "CPU number {3} is not assigned to any node",
        ),
        (
            {"hw:numa_nodes": "1", "hw:numa_cpus.0": "0-3", "hw:numa_mem.0": "1024"},
            "1024 MB of memory assigned, but expected 4096 MB",
        ),
        (
            {"hw:cpu_policy": "mine"},
            "CPU policy requested from 'flavor extra specs' is invalid, given: 'mine', available: "
            "'('dedicated', 'shared', 'mixed')'.",
        ),
        (
            {"hw:cpu_thread_policy": "isolate"},
            "Cannot set cpu thread pinning policy in a non dedicated cpu pinning policy",
        ),
        ({"hw:mem_page_size": "2 lakes"}, "Invalid memory page size '2 lakes'"),
        ({"pci_passthrough:alias": "gpu:1"}, "PCI alias gpu is not defined"),
        (
            {"hw:mem_encryption": "true"},
            "Memory encryption is requested by hw:mem_encryption extra spec in big flavor but the "
            "image metadata doesn't have the 'hw_firmware_type' property set to 'uefi'",
        ),
        (
            {"hw:mem_encryption": "true", "hw:mem_encryption_model": "mine"},
            "Invalid memory encryption model 'mine'. Allowed values: amd-sev, amd-sev-es, "
            "amd-sev-snp, intel-tdx.",
        ),
    ],
)
def test_a_flavor_that_no_host_could_serve_is_refused(cloud, api, specs, sentence):
    answer = order(api, flavor(**specs))
    assert (answer.status, answer.error) == (400, sentence)
    assert not Server.objects.exists()


def test_a_guest_is_spread_over_cells_as_its_flavor_says(cloud, api, root):
    flavor("asked", **NUMA, **{"hw:numa_cpus.0": "0", "hw:numa_cpus.1": "1-3"})
    Flavor.objects.filter(flavor_id="asked").update(
        extra_specs={
            **NUMA,
            "hw:numa_cpus.0": "0",
            "hw:numa_cpus.1": "1-3",
            "hw:numa_mem.0": "1024",
            "hw:numa_mem.1": "3072",
        }
    )
    server = boot(api, flavor="asked")
    assert topology(api, server) == {
        "nodes": [
            {"vcpu_set": [0], "siblings": [], "memory_mb": 1024},
            {"vcpu_set": [1, 2, 3], "siblings": [], "memory_mb": 3072},
        ],
        "pagesize_kb": None,
    }
    nodes = topology(root, server)["nodes"]
    assert sorted(node["host_node"] for node in nodes) == [0, 1]
    assert [node["cpu_pinning"] for node in nodes] == [{}, {}]


def test_a_guest_without_wishes_has_no_topology(cloud, api):
    server = boot(api)
    assert topology(api, server) == {"nodes": [], "pagesize_kb": None}
    assert not Claim.objects.exists()
    assert api.get(f"/servers/{server}/topology", version="2.77").status == 404


def test_nobody_shares_a_processor_that_a_guest_is_pinned_to(cloud, api, root):
    Host.objects.filter(host="compute2").delete()
    small = flavor(vcpus=4, **PINNED)
    first, second = boot(api, flavor=small), boot(api, flavor=small)
    taken = [
        cpu for server in (first, second) for cpus in pinned(root, server).values() for cpu in cpus
    ]
    assert len(set(taken)) == 8
    assert api.delete(f"/servers/{first}").status == 204
    settle()
    assert Claim.objects.count() == 1


def test_isolated_threads_keep_their_cores(cloud, api, root):
    isolated = flavor("isolated", vcpus=2, **PINNED, **{"hw:cpu_thread_policy": "isolate"})
    cores = {cpu % 32 for cpus in pinned(root, boot(api, flavor=isolated)).values() for cpu in cpus}
    assert len(cores) == 2
    together = flavor("together", vcpus=2, **PINNED, **{"hw:cpu_thread_policy": "require"})
    cores = {cpu % 32 for cpus in pinned(root, boot(api, flavor=together)).values() for cpu in cpus}
    assert len(cores) == 1


def test_huge_pages_are_given_until_there_are_none(cloud, api):
    Host.objects.filter(host="compute2").delete()
    paged = flavor(memory_mb=16_384, **{"hw:mem_page_size": "1GB"})
    for _ in range(2):
        server = boot(api, flavor=paged)
        assert topology(api, server)["pagesize_kb"] == 1_048_576
    refused = order(api, paged).json["server"]["id"]
    settle()
    assert shown(api, refused)["fault"]["message"] == (
        "No valid host was found. There are not enough hosts available."
    )


def test_processors_set_apart_are_claimed_as_such(db, cast, settings, api, root):
    from tests.conftest import make_cloud

    settings.COMPUTE_CPU_DEDICATED_SET = "0-7,32-39"
    settings.COMPUTE_CPU_SHARED_SET = "8-15"
    make_cloud()
    server = boot(api, flavor=flavor(vcpus=4, **PINNED))
    held = amounts(root, server)
    assert held == {"PCPU": 4, "MEMORY_MB": 4096, "DISK_GB": 1}
    (cpus,) = pinned(root, server).values()
    assert set(cpus) <= {*range(8), *range(32, 40)}
    mixed = flavor("mixed", vcpus=4, **{"hw:cpu_policy": "mixed", "hw:cpu_dedicated_mask": "0-1"})
    server = boot(api, flavor=mixed)
    held = amounts(root, server)
    assert (held["PCPU"], held["VCPU"]) == (2, 2)


@pytest.fixture
def accelerated(db, cast, settings):
    """A cloud that hands its accelerators out, two in each cell of both hosts."""
    from tests.conftest import make_cloud

    settings.PCI_DEVICE_SPEC = [GPU]
    settings.PCI_ALIAS = [{"name": "gpu", **GPU}]
    make_cloud()


def addresses(server):
    return sorted(device["address"] for device in Claim.objects.get(consumer=server).devices)


def test_a_device_belongs_to_one_guest(accelerated, api):
    Host.objects.filter(host="compute2").delete()
    greedy = flavor(**{"pci_passthrough:alias": "gpu:2"})
    first, second = boot(api, flavor=greedy), boot(api, flavor=greedy)
    assert len({*addresses(first), *addresses(second)}) == 4
    refused = order(api, greedy).json["server"]["id"]
    settle()
    assert shown(api, refused)["status"] == "ERROR"
    api.delete(f"/servers/{first}")
    settle()
    assert boot(api, flavor=greedy)


def test_a_device_is_near_to_its_guests_memory(accelerated, api, root):
    near = flavor(
        **{
            "hw:numa_nodes": "1",
            "pci_passthrough:alias": "gpu:2",
            "hw:pci_numa_affinity_policy": "required",
        }
    )
    server = boot(api, flavor=near)
    (node,) = topology(root, server)["nodes"]
    devices = Claim.objects.get(consumer=server).devices
    assert {device["numa_node"] for device in devices} == {node["host_node"]}
    too_much = flavor(
        "three",
        **{
            "hw:numa_nodes": "1",
            "pci_passthrough:alias": "gpu:3",
            "hw:pci_numa_affinity_policy": "required",
        },
    )
    refused = order(api, too_much).json["server"]["id"]
    settle()
    assert shown(api, refused)["status"] == "ERROR"


def test_hosts_with_devices_are_spared_for_those_who_need_them(accelerated, api):
    Host.objects.filter(host="compute1").update(pci_devices=[])
    hosts = {Server.objects.get(uuid=boot(api)).host for _ in range(2)}
    assert hosts == {"compute1"}


def test_what_a_guest_holds_moves_with_it_and_back(accelerated, api, root):
    server = boot(api, flavor=flavor(**PINNED, **{"pci_passthrough:alias": "gpu:1"}))
    before = Claim.objects.get(consumer=server)
    assert action(root, server, {"migrate": None}).status == 202
    settle()
    hosts = set(Claim.objects.values_list("host", flat=True))
    assert (Claim.objects.count(), len(hosts)) == (2, 2)
    action(api, server, {"revertResize": None})
    settle()
    after = Claim.objects.get()
    assert (after.consumer, after.host, after.devices) == (server, before.host, before.devices)


def test_a_resize_that_is_confirmed_frees_what_the_old_flavor_had(accelerated, api):
    server = boot(api, flavor=flavor(**PINNED, **{"pci_passthrough:alias": "gpu:1"}))
    assert action(api, server, {"resize": {"flavorRef": flavor("plain")}}).status == 202
    settle()
    assert Claim.objects.count() == 1
    assert topology(api, server) == {"nodes": [], "pagesize_kb": None}
    action(api, server, {"confirmResize": None})
    settle()
    assert not Claim.objects.exists()


def test_a_resize_to_a_flavor_that_contradicts_itself_is_refused(cloud, api):
    server = boot(api)
    wrong = flavor(**{"hw:cpu_dedicated_mask": "0"})
    answer = action(api, server, {"resize": {"flavorRef": wrong}})
    assert (answer.status, answer.error) == (
        400,
        "Cannot specify 'hw:cpu_dedicated_mask' without the 'mixed' policy.",
    )


def test_a_guest_with_a_device_does_not_move_while_it_runs(accelerated, api, root):
    server = boot(api, flavor=flavor(**{"pci_passthrough:alias": "gpu:1"}))
    body = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
    assert action(root, server, body, version="2.34").status == 202
    settle()
    assert shown(api, server)["status"] == "ACTIVE"
    (event,) = [
        row
        for row in root.get(f"/servers/{server}/os-instance-actions").json["instanceActions"]
        if row["action"] == "live-migration"
    ]
    assert event["message"] == "Error"
    assert Claim.objects.get().consumer == server


def test_a_host_that_is_forced_has_to_have_room_all_the_same(accelerated, root):
    greedy = flavor(**{"pci_passthrough:alias": "gpu:3"})
    for _ in range(2):
        server = order(root, greedy, availability_zone="nova:compute1").json["server"]["id"]
        settle()
    assert shown(root, server)["fault"]["message"] == (
        "Insufficient compute resources: Claim pci failed."
    )
    held = elsewhere(root, "GET", f"/placement/allocations/{server}").json
    assert held["allocations"] == {}


def test_seeding_again_changes_nothing(accelerated):
    before = list(Host.objects.order_by("pk").values_list("pk", "pci_devices"))
    seed()
    assert list(Host.objects.order_by("pk").values_list("pk", "pci_devices")) == before


def test_an_administrator_is_told_which_filter_refuses_a_host(accelerated, api, capsys):
    server = boot(api, flavor=flavor(**NUMA, **{"pci_passthrough:alias": "gpu:4"}))
    Host.objects.filter(host="compute2").update(pci_devices=[], cells=[])
    management.call_command("schedule", "explain", server)
    told = capsys.readouterr().out
    assert "compute2: refused by NUMATopologyFilter" in told
