"""No address is handed out twice."""

import pytest
from django.db import IntegrityError, transaction

from cloud.network.models import FixedIp
from tests.network.conftest import refusal


def test_a_subnet_gives_each_address_once_and_then_says_no(net, network):
    net.make("subnet", network_id=network["id"], ip_version=4, cidr="10.1.1.0/29")
    ports = [net.make("port", network_id=network["id"]) for _ in range(5)]
    addresses = {port["fixed_ips"][0]["ip_address"] for port in ports}
    assert addresses == {f"10.1.1.{last}" for last in range(2, 7)}
    full = net.post("/ports", {"port": {"network_id": network["id"]}})
    assert refusal(full) == (409, "IpAddressGenerationFailure")


def test_the_next_subnet_is_tried_when_one_is_full(net, network):
    for cidr in ("10.1.1.0/30", "10.1.2.0/30"):
        net.make("subnet", network_id=network["id"], ip_version=4, cidr=cidr)
    ports = [net.make("port", network_id=network["id"]) for _ in range(2)]
    assert {port["fixed_ips"][0]["ip_address"] for port in ports} == {"10.1.1.2", "10.1.2.2"}


def test_an_address_that_is_taken_is_refused(net, network, subnet):
    wish = [{"subnet_id": subnet["id"], "ip_address": "10.9.0.50"}]
    net.make("port", network_id=network["id"], fixed_ips=wish)
    again = net.post("/ports", {"port": {"network_id": network["id"], "fixed_ips": wish}})
    assert refusal(again) == (409, "IpAddressAlreadyAllocated")
    assert net.get("/ports").json["ports"].__len__() == 1


def test_the_database_itself_keeps_addresses_apart(net, network, subnet):
    port = net.make("port", network_id=network["id"])
    fixed = FixedIp.objects.get(port_id=port["id"])
    with pytest.raises(IntegrityError), transaction.atomic():
        FixedIp.objects.create(port_id=port["id"], subnet_id=subnet["id"], address=fixed.address)


@pytest.mark.parametrize(
    ("wish", "kind"),
    [
        ({"ip_address": "10.8.0.1"}, "InvalidIpForNetwork"),
        ({"ip_address": "10.9.0.255"}, "InvalidIpForSubnet"),
        ({"ip_address": "nonsense"}, "HTTPBadRequest"),
        ({}, "InvalidInput"),
    ],
)
def test_addresses_that_cannot_be_are_refused(net, network, subnet, wish, kind):
    if kind == "InvalidIpForSubnet":
        wish = wish | {"subnet_id": subnet["id"]}
    answer = net.post("/ports", {"port": {"network_id": network["id"], "fixed_ips": [wish]}})
    assert refusal(answer) == (400, kind)


def test_ports_compute_their_own_addresses_where_routers_advertise(net, network):
    mode = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}
    early = net.make("port", network_id=network["id"], mac_address="fa:16:3e:00:00:01")
    net.make("subnet", network_id=network["id"], ip_version=6, cidr="fd00::/64", **mode)
    late = net.make("port", network_id=network["id"], mac_address="fa:16:3e:00:00:02")
    assert late["fixed_ips"][0]["ip_address"] == "fd00::f816:3eff:fe00:2"
    shown = net.show(f"/ports/{early['id']}")
    assert shown["fixed_ips"][0]["ip_address"] == "fd00::f816:3eff:fe00:1"


def test_a_port_keeps_the_addresses_that_are_asked_for_again(net, network, subnet):
    port = net.make("port", network_id=network["id"])
    kept = port["fixed_ips"][0]
    wish = [kept, {"subnet_id": subnet["id"]}]
    changed = net.put(f"/ports/{port['id']}", {"port": {"fixed_ips": wish}}).json["port"]
    assert kept in changed["fixed_ips"]
    assert len(changed["fixed_ips"]) == 2


def test_a_pool_in_anothers_scope_is_changed_by_administrators(net, admin):
    scope = admin.make("address_scope", name="s", ip_version=4, shared=True)
    pool = net.make("subnetpool", name="p", prefixes=["20.0.0.0/18"])
    path = f"/subnetpools/{pool['id']}"
    admin.put(path, {"subnetpool": {"address_scope_id": scope["id"]}})
    more = {"subnetpool": {"prefixes": ["20.0.0.0/18", "40.0.0.0/18"]}}
    answer = net.put(path, more)
    assert refusal(answer) == (400, "IllegalSubnetPoolUpdate")
    assert "associated with shared address scope" in answer.text
    assert admin.put(path, more).status == 200


def test_service_types_say_whose_addresses_a_subnet_gives(net, network):
    for block, word in (("10.1.0.0/24", "compute:a"), ("10.2.0.0/24", "compute:b")):
        net.make("subnet", network_id=network["id"], ip_version=4, cidr=block, service_types=[word])
    port = net.make("port", network_id=network["id"], device_owner="compute:b")
    assert port["fixed_ips"][0]["ip_address"].startswith("10.2.0.")
