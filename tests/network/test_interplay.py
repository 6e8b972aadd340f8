"""What one thing of Network does to another, as a real Neutron was seen to do it."""

from tests.network.conftest import refusal


def test_ports_that_no_subnet_is_for_are_not_made(net, network):
    only = {"network_id": network["id"], "ip_version": 4, "service_types": ["compute:nova"]}
    net.make("subnet", **only, cidr="10.7.0.0/24")
    answer = net.post("/ports", {"port": {"network_id": network["id"]}})
    assert refusal(answer) == (409, "IpAddressGenerationFailureNoMatchingSubnet")
    assert net.make("port", network_id=network["id"], device_owner="compute:nova")["fixed_ips"]


def test_floating_ips_come_from_subnets_for_them(admin):
    outside = admin.make("network", name="typed", **{"router:external": True})
    for cidr, owner in (("10.6.0.0/30", "router_gateway"), ("10.7.0.0/30", "floatingip")):
        only = {"network_id": outside["id"], "ip_version": 4, "cidr": cidr}
        admin.make("subnet", **only, service_types=[f"network:{owner}"])
    taken = admin.make("floatingip", floating_network_id=outside["id"])
    assert taken["floating_ip_address"] == "10.7.0.2"
    full = admin.post("/floatingips", {"floatingip": {"floating_network_id": outside["id"]}})
    assert refusal(full) == (409, "IpAddressGenerationFailure")


def test_an_interface_by_a_port_leaves_it_guarded_and_has_one_address(net, network, subnet):
    router = net.make("router", name="r")
    path = f"/routers/{router['id']}/add_router_interface"
    two = [{"ip_address": "10.9.0.5"}, {"ip_address": "10.9.0.6"}]
    port = net.make("port", network_id=network["id"], fixed_ips=two)
    refused = net.put(path, {"port_id": port["id"]})
    assert refused.error == "Bad router request: Cannot have multiple IPv4 subnets on router port."
    port = net.make("port", network_id=network["id"])
    assert net.put(path, {"port_id": port["id"]}).status == 200
    shown = net.show(f"/ports/{port['id']}")
    assert (shown["security_groups"], shown["port_security_enabled"]) == (
        port["security_groups"],
        True,
    )


def test_a_service_gives_a_port_the_groups_of_others_when_it_changes_it(net, network):
    port = net.make("port", network_id=network["id"])
    group = net.as_("carol").make("security_group", name="hers")
    body = {"port": {"security_groups": [group["id"]]}}
    changed = net.as_("nova").put(f"/ports/{port['id']}", body)
    assert changed.json["port"]["security_groups"] == [group["id"]]
    assert refusal(net.put(f"/ports/{port['id']}", body)) == (404, "SecurityGroupNotFound")


def test_ports_made_together_do_not_say_that_they_have_no_addresses(net, network):
    bare = {"network_id": network["id"], "fixed_ips": []}
    made = net.post("/ports", {"ports": [bare, bare]}).json["ports"]
    assert {port["ip_allocation"] for port in made} == {"immediate"}
    assert net.make("port", **bare)["ip_allocation"] == "none"
