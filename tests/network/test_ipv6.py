"""Addresses that ports compute from their MAC address, on subnets of IPv6."""

import pytest

from tests.network.conftest import refusal

SLAAC = {"ip_version": 6, "ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}
MAC = "fa:16:3e:00:00:01"
OWN = ["2001:db8:1:0:f816:3eff:fe00:1"]


@pytest.fixture
def six(net, network):
    return net.make("subnet", network_id=network["id"], cidr="2001:db8:1::/64", **SLAAC)


def addresses(port):
    return [fixed["ip_address"] for fixed in port["fixed_ips"]]


@pytest.mark.parametrize("asked", [[], ["10.9.0.9"]])
def test_ports_have_them_unasked(net, network, subnet, six, asked):
    wishes = [{"ip_address": address} for address in asked]
    port = net.make("port", network_id=network["id"], mac_address=MAC, fixed_ips=wishes)
    assert addresses(port) == asked + OWN


def test_one_mode_is_enough(net, network):
    asked = {"network_id": network["id"], "ip_version": 6, "cidr": "2001:db8:1::/64"}
    net.make("subnet", **asked, ipv6_ra_mode="slaac")
    assert addresses(net.make("port", network_id=network["id"], mac_address=MAC)) == OWN


def test_none_is_given_to_them(net, network, six):
    wish = {"ip_address": "2001:db8:1::5"}
    body = {"network_id": network["id"], "mac_address": MAC, "fixed_ips": [wish]}
    answer = net.post("/ports", {"port": body})
    assert refusal(answer) == (400, "AllocationOnAutoAddressSubnet")
    body["fixed_ips"] = [{"ip_address": OWN[0]}]
    twice = net.post("/ports", {"port": body})
    assert refusal(twice) == (409, "IpAddressAlreadyAllocated")


def test_they_stay_when_others_go_unless_their_subnet_is_left(net, network, subnet, six):
    port = net.make("port", network_id=network["id"], mac_address=MAC)

    def change(**values):
        return addresses(net.put(f"/ports/{port['id']}", {"port": values}).json["port"])

    assert change(fixed_ips=[]) == OWN
    left = {"subnet_id": six["id"], "delete_subnet": True}
    assert change(fixed_ips=[{"ip_address": "10.9.0.9"}, left]) == ["10.9.0.9"]
    assert change(fixed_ips=[{"ip_address": "10.9.0.9"}]) == ["10.9.0.9", *OWN]


def test_they_follow_the_mac_address(admin, network, six):
    port = admin.make("port", network_id=network["id"], mac_address=MAC)
    other = {"port": {"mac_address": "fa:16:3e:00:00:02"}}
    moved = admin.put(f"/ports/{port['id']}", other).json["port"]
    assert addresses(moved) == ["2001:db8:1:0:f816:3eff:fe00:2"]


def test_they_come_and_go_with_the_subnet_and_revise_the_port(net, network):
    port = net.make("port", network_id=network["id"], mac_address=MAC)
    subnet = net.make("subnet", network_id=network["id"], cidr="2001:db8:1::/64", **SLAAC)
    shown = net.show(f"/ports/{port['id']}")
    assert (addresses(shown), shown["revision_number"]) == (OWN, port["revision_number"] + 1)
    assert net.delete(f"/subnets/{subnet['id']}").status == 204
    shown = net.show(f"/ports/{port['id']}")
    assert (addresses(shown), shown["revision_number"]) == ([], port["revision_number"] + 2)


def test_a_router_is_revised_by_its_ports_alone(net, network, six):
    router = net.make("router", name="r")
    path = f"/routers/{router['id']}"
    second = net.make("subnet", network_id=network["id"], cidr="2001:db8:2::/64", **SLAAC)
    for subnet, verb, revised in (
        (six, "add", 1),
        (second, "add", 1),
        (six, "remove", 1),
        (second, "remove", 2),
    ):
        answer = net.put(f"{path}/{verb}_router_interface", {"subnet_id": subnet["id"]})
        assert answer.status == 200
        assert net.show(path)["revision_number"] == router["revision_number"] + revised
