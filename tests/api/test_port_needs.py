"""Ports that need something of their host: guaranteed bandwidth, and virtual functions."""

import pytest

from compute.clients.placement import placement
from compute.domain import context, enrolment
from compute.models import Claim, Host, Server
from tests.api.servers import action, elsewhere, settle, shown
from tests.cast import HERS

EGRESS, INGRESS = "NET_BW_EGR_KILOBIT_PER_SEC", "NET_BW_IGR_KILOBIT_PER_SEC"


def network(root, method, path, body=None):
    answer = elsewhere(root, method, f"/network/v2.0{path}", body)
    assert answer.status < 300, answer
    return answer.json


@pytest.fixture
def wired(cloud, root):
    """A network that is wired to `physnet0`; its id."""
    net = network(
        root,
        "POST",
        "/networks",
        {
            "network": {
                "name": "wired",
                "project_id": HERS,
                "provider:network_type": "vlan",
                "provider:physical_network": "physnet0",
                "provider:segmentation_id": 7,
            }
        },
    )["network"]["id"]
    subnet = {"network_id": net, "ip_version": 4, "cidr": "10.9.0.0/24", "project_id": HERS}
    network(root, "POST", "/subnets", {"subnet": subnet})
    return net


def needy(root, net, kbps=1000):
    """A port with so much guaranteed bandwidth in either direction; its id."""
    policy = network(root, "POST", "/qos/policies", {"policy": {"name": "p", "project_id": HERS}})
    rules = f"/qos/policies/{policy['policy']['id']}/minimum_bandwidth_rules"
    for direction in ("egress", "ingress"):
        rule = {"min_kbps": kbps, "direction": direction}
        network(root, "POST", rules, {"minimum_bandwidth_rule": rule})
    port = {"network_id": net, "project_id": HERS, "qos_policy_id": policy["policy"]["id"]}
    return network(root, "POST", "/ports", {"port": port})["port"]["id"]


def give_bandwidth(host, kbps=5000):
    """What Network's agent tells Placement of a host's bridge; the provider's id."""
    cloud, root = context.cloud(), Host.objects.get(host=host).uuid
    ask = placement()._ask
    bridge = "b" * 8 + root[8:]
    body = {"uuid": bridge, "name": f"{host}:br-physnet0", "parent_provider_uuid": root}
    ask(cloud, "POST", "/resource_providers", body=body)
    placement().set_inventory(cloud, bridge, {name: {"total": kbps} for name in (EGRESS, INGRESS)})
    placement().set_traits(cloud, bridge, ["CUSTOM_PHYSNET_PHYSNET0", "CUSTOM_VNIC_TYPE_NORMAL"])
    return bridge


def order(api, port=None, version="2.72", **net):
    images = elsewhere(api, "GET", "/image/v2/images").json["images"]
    server = {"name": "s", "imageRef": images[0]["id"], "flavorRef": "1"}
    server["networks"] = [net or {"port": port}]
    return api.post("/servers", {"server": server}, version=version)


def held(root, consumer):
    return elsewhere(root, "GET", f"/placement/allocations/{consumer}").json["allocations"]


def profile(root, port):
    return network(root, "GET", f"/ports/{port}")["port"]["binding:profile"]


def test_bandwidth_is_claimed_where_it_is(wired, api, root):
    bridge = give_bandwidth("compute2")
    port = needy(root, wired)
    server = order(api, port).json["server"]["id"]
    settle()
    assert shown(api, server)["status"] == "ACTIVE"
    assert Server.objects.get(uuid=server).host == "compute2"
    assert held(root, server)[bridge]["resources"] == {EGRESS: 1000, INGRESS: 1000}
    assert list(profile(root, port)["allocation"].values()) == [bridge]
    api.delete(f"/servers/{server}")
    settle()
    assert held(root, server) == {}


def test_a_port_that_no_host_serves_fails_its_server(wired, api, root):
    give_bandwidth("compute1", kbps=10)
    server = order(api, needy(root, wired)).json["server"]["id"]
    settle()
    assert shown(api, server)["fault"]["message"] == "No valid host was found. "


def test_older_versions_know_no_ports_that_need_something(wired, api, root):
    answer = order(api, needy(root, wired), version="2.71")
    assert (answer.status, answer.error) == (
        400,
        "Creating servers with ports having resource requests, like a port with a QoS minimum "
        "bandwidth policy, is not supported until microversion 2.72.",
    )


def test_bandwidth_moves_with_its_server_and_back(wired, api, root):
    bridges = {host: give_bandwidth(host) for host in ("compute1", "compute2")}
    port = needy(root, wired)
    server = order(api, port).json["server"]["id"]
    settle()
    before = Server.objects.get(uuid=server).host
    assert action(root, server, {"migrate": None}).status == 202
    settle()
    after = Server.objects.get(uuid=server).host
    assert after != before
    assert list(profile(root, port)["allocation"].values()) == [bridges[after]]
    assert bridges[after] in held(root, server)
    action(api, server, {"revertResize": None})
    settle()
    assert list(profile(root, port)["allocation"].values()) == [bridges[before]]
    assert bridges[before] in held(root, server)


def test_a_network_that_needs_something_wants_its_port_made_before(wired, api, root):
    policy = network(root, "POST", "/qos/policies", {"policy": {"name": "p", "project_id": HERS}})
    policy_id = policy["policy"]["id"]
    rule = {"minimum_bandwidth_rule": {"min_kbps": 5, "direction": "egress"}}
    network(root, "POST", f"/qos/policies/{policy_id}/minimum_bandwidth_rules", rule)
    network(root, "PUT", f"/networks/{wired}", {"network": {"qos_policy_id": policy_id}})
    images = elsewhere(api, "GET", "/image/v2/images").json["images"]
    body = {
        "name": "s",
        "imageRef": images[0]["id"],
        "flavorRef": "1",
        "networks": [{"uuid": wired}],
    }
    server = api.post("/servers", {"server": body}, version="2.72").json["server"]["id"]
    settle()
    assert shown(api, server)["fault"]["message"] == (
        f"Build of instance {server} aborted: Failed to allocate the network(s), not rescheduling."
    )
    assert not network(root, "GET", f"/ports?device_id={server}")["ports"]


@pytest.fixture
def functions(cloud, settings):
    """Hosts that hand out the virtual functions of cards which are wired to `physnet0`."""
    settings.PCI_DEVICE_SPEC = [
        {"vendor_id": "8086", "product_id": "154c", "physical_network": "physnet0"}
    ]
    enrolment.refresh(["compute1", "compute2"])


def direct(root, net):
    port = {"network_id": net, "project_id": HERS, "binding:vnic_type": "direct"}
    return network(root, "POST", "/ports", {"port": port})["port"]["id"]


def test_a_direct_port_gets_a_function_of_a_card(functions, wired, api, root):
    port = direct(root, wired)
    server = order(api, port).json["server"]["id"]
    settle()
    assert shown(api, server)["status"] == "ACTIVE"
    said = profile(root, port)
    assert (said["pci_vendor_info"], said["physical_network"]) == ("8086:154c", "physnet0")
    assert said["pci_slot"].startswith("0000:")


def test_a_direct_port_needs_a_cloud_with_functions(wired, api, root):
    server = order(api, direct(root, wired)).json["server"]["id"]
    settle()
    assert shown(api, server)["fault"]["message"] == (
        "No valid host was found. There are not enough hosts available."
    )


def plug(api, server, port):
    body = {"interfaceAttachment": {"port_id": port}}
    answer = api.post(f"/servers/{server}/os-interface", body)
    settle()
    return answer


def test_bandwidth_comes_and_goes_with_a_port_that_is_plugged(wired, api, root):
    bridges = {host: give_bandwidth(host, kbps=1500) for host in ("compute1", "compute2")}
    server = order(api, uuid=wired).json["server"]["id"]
    settle()
    bridge = bridges[Server.objects.get(uuid=server).host]
    first, second = needy(root, wired), needy(root, wired)
    assert plug(api, server, first).status == 200
    assert held(root, server)[bridge]["resources"] == {EGRESS: 1000, INGRESS: 1000}
    assert list(profile(root, first)["allocation"].values()) == [bridge]
    refused = plug(api, server, second)
    assert (refused.status, refused.error) == (
        400,
        f"Failed to allocate additional resources to {server} during interface attach",
    )
    assert api.delete(f"/servers/{server}/os-interface/{first}").status == 202
    settle()
    assert bridge not in held(root, server)
    assert plug(api, server, second).status == 200


def test_a_function_comes_and_goes_with_a_port_that_is_plugged(functions, wired, api, root):
    server = order(api, uuid=wired).json["server"]["id"]
    settle()
    port = direct(root, wired)
    assert plug(api, server, port).status == 200
    assert profile(root, port)["pci_slot"] == Claim.objects.get().devices[0]["address"]
    assert api.delete(f"/servers/{server}/os-interface/{port}").status == 202
    settle()
    assert Claim.objects.get().devices == []
