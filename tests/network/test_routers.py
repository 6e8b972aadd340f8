"""Routers and floating ips."""

import pytest

from cloud.network.seed import seed
from tests.cast import ADMINS, ELSEWHERE
from tests.network.conftest import refusal

MISSING = "00000000-0000-4000-8000-000000000000"


def test_a_gateway_takes_an_address_of_the_external_network(net, public):
    router = net.make("router", external_gateway_info={"network_id": public["id"]})
    (fixed,) = router["external_gateway_info"]["external_fixed_ips"]
    assert fixed["ip_address"].startswith("172.24.4.")
    cleared = net.put(f"/routers/{router['id']}", {"router": {"external_gateway_info": {}}})
    assert cleared.json["router"]["external_gateway_info"] is None


def test_a_gateway_moves_when_other_addresses_are_named(admin, public):
    made = admin.make("router", external_gateway_info={"network_id": public["id"]})
    held = made["external_gateway_info"]["external_fixed_ips"]

    def after(addresses):
        info = {"network_id": public["id"], "external_fixed_ips": addresses}
        body = {"router": {"external_gateway_info": info}}
        changed = admin.put(f"/routers/{made['id']}", body).json["router"]
        return changed["external_gateway_info"]["external_fixed_ips"]

    subnet = {"subnet_id": held[0]["subnet_id"]}
    assert after([]) == held
    assert after([*held, subnet]) == held
    moved = [{**subnet, "ip_address": "172.24.4.77"}]
    assert after(moved) == moved


def test_gateways_lie_on_external_networks(net, network):
    for id, status in ((network["id"], 400), ("0" * 8 + "-0000-4000-8000-" + "0" * 12, 404)):
        info = {"external_gateway_info": {"network_id": id}}
        assert net.post("/routers", {"router": info}).status == status


def test_a_router_with_interfaces_stays(net, router, subnet):
    assert refusal(net.delete(f"/routers/{router['id']}")) == (409, "RouterInUse")
    path = f"/routers/{router['id']}/remove_router_interface"
    assert net.put(path, {"subnet_id": subnet["id"]}).status == 200
    again = net.put(path, {"subnet_id": subnet["id"]})
    assert refusal(again) == (404, "RouterInterfaceNotFoundForSubnet")
    assert net.delete(f"/routers/{router['id']}").status == 204


def test_a_routers_port_is_not_deleted_behind_its_back(net, router):
    (port,) = net.get(f"/ports?device_id={router['id']}").json["ports"]
    assert refusal(net.delete(f"/ports/{port['id']}")) == (409, "ServicePortInUse")


def test_a_router_does_not_join_overlapping_subnets(net, router, subnet):
    path = f"/routers/{router['id']}/add_router_interface"
    assert net.put(path, {"subnet_id": subnet["id"]}).status == 400
    other = net.make("network")
    twin = net.make("subnet", network_id=other["id"], ip_version=4, cidr="10.9.0.0/25")
    answer = net.put(path, {"subnet_id": twin["id"]})
    assert "overlaps with cidr" in answer.error
    assert net.put(path, {}).error.startswith("Bad router request: Either subnet_id")


def test_routes_lead_over_hosts_that_the_router_reaches(net, router, subnet):
    path = f"/routers/{router['id']}"
    far = {"routes": [{"destination": "10.70.0.0/16", "nexthop": "10.71.0.1"}]}
    assert refusal(net.put(path, {"router": far})) == (400, "InvalidRoutes")
    near = {"routes": [{"destination": "10.70.0.0/16", "nexthop": "10.9.0.77"}]}
    assert net.put(path + "/add_extraroutes", {"router": near}).status == 200
    needed = net.put(path + "/remove_router_interface", {"subnet_id": subnet["id"]})
    assert refusal(needed) == (409, "RouterInterfaceInUseByRoute")
    left = net.put(path + "/remove_extraroutes", {"router": near}).json["router"]
    assert left["routes"] == []


@pytest.mark.parametrize("odd", [False, True, 0, 7, "", "routes", [], ["routes"], {}, None])
@pytest.mark.parametrize("verb", ["add_extraroutes", "remove_extraroutes"])
def test_routes_are_in_an_object(net, router, verb, odd):
    before = net.get(f"/routers/{router['id']}").json
    answer = net.put(f"/routers/{router['id']}/{verb}", {"router": odd})
    assert answer.status == 400
    assert net.get(f"/routers/{router['id']}").json == before


def test_what_adds_no_routes_is_no_revision(net, router):
    path = f"/routers/{router['id']}"
    before = net.get(path).json["router"]["revision_number"]
    for verb in ("add_extraroutes", "remove_extraroutes"):
        shown = net.put(f"{path}/{verb}", {"router": {"routes": []}}).json["router"]
        assert shown["revision_number"] == before


def test_snat_is_the_operators(net, public):
    info = {"network_id": public["id"], "enable_snat": False}
    answer = net.post("/routers", {"router": {"external_gateway_info": info}})
    assert refusal(answer) == (403, "PolicyNotAuthorized")


@pytest.fixture
def floating(net, public):
    return net.make("floatingip", floating_network_id=public["id"])


def test_a_floating_ip_leads_to_a_port_through_its_router(net, network, router, floating):
    port = net.make("port", network_id=network["id"])
    path = f"/floatingips/{floating['id']}"
    led = net.put(path, {"floatingip": {"port_id": port["id"]}}).json["floatingip"]
    assert (led["status"], led["router_id"]) == ("ACTIVE", router["id"])
    assert led["fixed_ip_address"] == port["fixed_ips"][0]["ip_address"]
    gateway = net.put(f"/routers/{router['id']}", {"router": {"external_gateway_info": None}})
    assert refusal(gateway) == (409, "RouterExternalGatewayInUseByFloatingIp")
    assert net.delete(f"/ports/{port['id']}").status == 204
    freed = net.show(path)
    assert (freed["port_id"], freed["status"], freed["router_id"]) == (None, "DOWN", None)


@pytest.fixture
def agents(db):
    seed(ADMINS)


def test_a_floating_ip_is_down_while_no_agent_has_its_router(
    net, admin, agents, network, router, floating
):
    port = net.make("port", network_id=network["id"])
    path = f"/floatingips/{floating['id']}"
    assert net.put(path, {"floatingip": {"port_id": port["id"]}}).status == 200
    (agent,) = admin.get(f"/routers/{router['id']}/l3-agents").json["agents"]
    routers = f"/agents/{agent['id']}/l3-routers"
    assert admin.delete(f"{routers}/{router['id']}").status == 204
    assert net.show(path)["status"] == "DOWN"
    added = admin.post(routers, {"router_id": router["id"]})
    assert (added.status, added.text) == (201, "null")
    assert net.show(path)["status"] == "ACTIVE"


def test_one_address_has_one_floating_ip(net, public, network, router):
    port = net.make("port", network_id=network["id"])
    wish = {"floating_network_id": public["id"], "port_id": port["id"]}
    net.make("floatingip", **wish)
    assert refusal(net.post("/floatingips", {"floatingip": wish})) == (
        409,
        "FloatingIPPortAlreadyAssociated",
    )


def test_without_a_router_nothing_is_reached(net, network, subnet, floating):
    port = net.make("port", network_id=network["id"])
    answer = net.put(f"/floatingips/{floating['id']}", {"floatingip": {"port_id": port["id"]}})
    assert refusal(answer) == (404, "ExternalGatewayForFloatingIPNotFound")


def test_a_floating_ips_address_comes_back(net, admin, floating):
    assert net.delete(f"/floatingips/{floating['id']}").status == 204
    assert admin.get("/ports?device_owner=network:floatingip").json["ports"] == []
    assert net.get(f"/floatingips/{floating['id']}").status == 404


def test_port_forwardings_share_a_floating_ip(net, network, router, floating):
    port = net.make("port", network_id=network["id"])
    path = f"floatingips/{floating['id']}/port_forwardings"
    wish = {
        "protocol": "tcp",
        "internal_port_id": port["id"],
        "internal_ip_address": port["fixed_ips"][0]["ip_address"],
        "internal_port": 80,
        "external_port": 8080,
    }
    made = net.make("port_forwarding", path, **wish)
    assert made["external_port_range"] == "8080:8080"
    again = net.post("/" + path, {"port_forwarding": wish | {"external_port": 82}})
    assert "collision with the internal_port_range" in again.error
    assert again.error.endswith("The following ranges collide: 80:80 and 80:80.")
    again = net.post("/" + path, {"port_forwarding": wish | {"internal_port": 81}})
    assert "collision with the external_port_range" in again.error
    changed = net.put(f"/{path}/{made['id']}", {"port_forwarding": {"external_port": 81}})
    assert changed.json["port_forwarding"]["external_port"] == 81
    taken = {"floatingip": {"port_id": port["id"]}}
    assert net.put(f"/floatingips/{floating['id']}", taken).status == 409
    kept = net.delete(f"/floatingips/{floating['id']}")
    assert refusal(kept) == (409, "FipInUseByPortForwarding")
    other = net.make("port", network_id=network["id"])
    bound = {"floating_network_id": floating["floating_network_id"], "port_id": other["id"]}
    net.make("floatingip", **bound)
    to_other = {
        "protocol": "tcp",
        "internal_port_id": other["id"],
        "internal_ip_address": other["fixed_ips"][0]["ip_address"],
        "internal_port": 80,
        "external_port": 8081,
    }
    refused = net.post("/" + path, {"port_forwarding": to_other})
    assert refusal(refused) == (409, "PortHasBindingFloatingIP")
    assert net.delete(f"/{path}/{made['id']}").status == 204


def test_a_change_of_nothing_lets_go(net, network, router, floating):
    port = net.make("port", network_id=network["id"])
    path = f"/floatingips/{floating['id']}"
    assert net.put(path, {"floatingip": {"port_id": port["id"]}}).status == 200
    told = net.put(path, {"floatingip": {"description": "d"}}).json["floatingip"]
    assert told["port_id"] == port["id"]
    assert net.put(path, {"floatingip": {}}).json["floatingip"]["port_id"] is None


def test_an_interface_is_asked_for_by_ids(net, router):
    path = f"/routers/{router['id']}/add_router_interface"
    for body, sentence in (
        ({}, "Either subnet_id or port_id must be specified"),
        ({"port_id": "nonsense"}, "'nonsense' is not a valid UUID"),
        ({"port_id": MISSING, "subnet_id": MISSING}, "Cannot specify both subnet-id and port-id"),
    ):
        answer = net.put(path, body)
        assert answer.status == 400
        assert sentence in answer.text
    assert refusal(net.put(path, {"port_id": MISSING})) == (404, "PortNotFound")


def test_a_floating_ip_does_not_lead_to_anothers_port(net, admin, floating, network):
    port = admin.make("port", network_id=network["id"], project_id=ELSEWHERE)
    answer = net.put(f"/floatingips/{floating['id']}", {"floatingip": {"port_id": port["id"]}})
    assert answer.status == 400
    assert "owned by a different project" in answer.text
    carol = net.as_("carol").put(
        f"/floatingips/{floating['id']}", {"floatingip": {"port_id": port["id"]}}
    )
    assert carol.status == 404


def test_a_flavor_says_what_a_router_is_like(net, admin):
    driver = "neutron.services.l3_router.service_providers.single_node.SingleNodeDriver"
    flavor = admin.make("flavor", name="plain", service_type="L3_ROUTER_NAT")
    wish = {"name": "r", "flavor_id": flavor["id"]}
    assert net.post("/routers", {"router": wish}).status == 404
    refused = admin.post("/service_profiles", {"service_profile": {"driver": "nonsense"}})
    assert refusal(refused) == (404, "ServiceProfileDriverNotFound")
    profile = admin.make("service_profile", "service_profiles", driver=driver)
    body = {"service_profile": {"id": profile["id"]}}
    assert admin.post(f"/flavors/{flavor['id']}/service_profiles", body).status == 201
    answer = admin.post("/routers", {"router": wish | {"distributed": True}})
    assert answer.status == 400
    assert "Provider single_node does not support distributed=True" in answer.text
    router = net.make("router", **wish)
    path = f"/routers/{router['id']}"
    answer = admin.put(path, {"router": {"ha": True}})
    assert (answer.status, "associated with a flavor" in answer.text) == (400, True)
    assert admin.put(path, {"router": {"distributed": False}}).status == 200


def test_highly_available_routers_of_a_project_share_a_network(net, admin):
    seed(ADMINS)
    first, second = (admin.make("router", name=name, ha=True) for name in "ab")
    (network,) = admin.get(f"/networks?name=HA%20network%20project%20{ADMINS}").json["networks"]
    assert (network["project_id"], network["provider:network_type"]) == ("", "vxlan")
    (subnet,) = admin.get(f"/subnets?network_id={network['id']}").json["subnets"]
    assert (subnet["cidr"], subnet["gateway_ip"]) == ("169.254.192.0/18", None)
    assert net.get(f"/networks/{network['id']}").status == 404
    path = f"/routers/{second['id']}"
    assert admin.put(path, {"router": {"ha": False}}).status == 400
    assert admin.put(path, {"router": {"ha": False, "admin_state_up": False}}).status == 200
    (port,) = admin.get(f"/ports?network_id={network['id']}").json["ports"]
    assert (port["device_id"], port["device_owner"]) == (
        first["id"],
        "network:router_ha_interface",
    )
    assert admin.delete(f"/routers/{first['id']}").status == 204
    assert admin.get(f"/networks/{network['id']}").status == 404
