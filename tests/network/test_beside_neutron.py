"""What a real Neutron was seen to answer, and this service did not."""

import pytest

from tests.network.conftest import refusal

HIDDEN = "The resource could not be found."


def test_what_roles_hide_is_not_found_without_an_envelope(net, network):
    pool = net.make("subnetpool", name="p", prefixes=["10.8.0.0/16"])
    wrapped = net.as_("nova").get(f"/subnetpools/{pool['id']}")
    assert (refusal(wrapped), wrapped.error) == ((404, "HTTPNotFound"), HIDDEN)
    stranger = net.as_("carol").get(f"/networks/{network['id']}")
    assert refusal(stranger) == (404, "NetworkNotFound")


def test_a_refusal_quotes_every_rule_that_was_asked(net):
    body = {"network": {"shared": True, "router:external": True}}
    answer = net.post("/networks", body)
    assert refusal(answer) == (403, "PolicyNotAuthorized")
    assert answer.error == (
        "((rule:create_network and rule:create_network:shared) and "
        "rule:create_network:router:external) is disallowed by policy"
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"networks": []}, "Resources required"),
        ({"network": []}, "Object 'network' contains invalid data"),
        (
            {"network": {"name": " n"}},
            "Invalid input for name. Reason: ' n' is not a valid string.",
        ),
        ({"network": {"tags": ["t"]}}, "Attribute 'tags' not allowed in POST"),
        (
            {"network": {"availability_zone_hints": ["nova", "nova"]}},
            "Invalid input for availability_zone_hints. Reason: "
            "Duplicate items in the list: 'nova'.",
        ),
        (
            {"network": {"dns_domain": "example.org"}},
            "Invalid input for dns_domain. Reason: 'example.org' is not a FQDN.",
        ),
    ],
)
def test_bodies_are_refused_in_neutrons_words(net, body, sentence):
    answer = net.post("/networks", body)
    assert (answer.status, answer.error) == (400, sentence)


def test_bodies_are_json_whatever_they_are_declared_as(net):
    sent = net.client.post(
        "/network/v2.0/networks",
        b'{"network": {"name": "typed"}}',
        content_type="application/xml",
        headers={"X-Auth-Token": "alice"},
    )
    assert sent.status_code == 201
    refused = net.get("/networks", headers={"Accept": "text/html"})
    assert refusal(refused) == (406, "HTTPNotAcceptable")


def test_a_change_of_nothing_revises_nothing(net, network):
    path = f"/networks/{network['id']}"
    before = network["revision_number"]
    assert net.put(path, {"network": {}}).json["network"]["revision_number"] == before
    same = net.put(path, {"network": {"name": network["name"]}})
    assert same.json["network"]["revision_number"] == before
    other = net.put(path, {"network": {"name": "other"}})
    assert other.json["network"]["revision_number"] == before + 1


def test_an_mtu_is_no_wider_than_the_segments_and_0_is_the_widest(net, network):
    path = f"/networks/{network['id']}"
    wide = net.put(path, {"network": {"mtu": 9000}})
    assert refusal(wide) == (400, "InvalidInput")
    assert net.put(path, {"network": {"mtu": 0}}).json["network"]["mtu"] == 1450


def test_segments_and_provider_attributes_go_not_together(admin):
    segment = {"provider:network_type": "vxlan", "provider:segmentation_id": 77}
    both = {"segments": [segment], "provider:network_type": "vxlan"}
    answer = admin.post("/networks", {"network": both})
    assert refusal(answer) == (400, "SegmentsSetInConjunctionWithProviders")
    twice = admin.post("/networks", {"network": {"segments": [segment, segment]}})
    assert refusal(twice) == (400, "SegmentsContainDuplicateEntry")


def test_the_next_segment_id_is_the_lowest_that_is_free(admin):
    vxlan = {"provider:network_type": "vxlan"}
    admin.make("network", **vxlan, **{"provider:segmentation_id": 16777215})
    assert admin.make("network", **vxlan)["provider:segmentation_id"] == 1


def test_a_vlan_network_is_given_another_vlan(admin):
    vlan = {"provider:network_type": "vlan", "provider:physical_network": "p"}
    made = admin.make("network", **vlan, **{"provider:segmentation_id": 7})
    path = f"/networks/{made['id']}"
    moved = admin.put(path, {"network": {"provider:segmentation_id": 8}})
    assert moved.json["network"]["provider:segmentation_id"] == 8
    other = admin.put(path, {"network": {"provider:network_type": "vxlan"}})
    assert "does not support updating the following provider network attributes" in other.error


def test_subnets_of_ipv6_have_any_router_as_their_gateway(net, network):
    made = net.make("subnet", network_id=network["id"], ip_version=6, cidr="2001:db8:1::/64")
    assert made["gateway_ip"] == "2001:db8:1::"
    assert made["allocation_pools"][0]["start"] == "2001:db8:1::1"


def test_a_port_of_a_server_is_deleted_by_services(net, network):
    port = net.make("port", network_id=network["id"], device_owner="compute:nova", device_id="d")
    path = f"/ports/{port['id']}"
    assert refusal(net.delete(path)) == (403, "PolicyNotAuthorized")
    assert net.as_("nova").delete(path).status == 204


def test_a_port_of_a_server_is_deleted_by_its_owner_through_a_service(net, network):
    port = net.make("port", network_id=network["id"], device_owner="compute:nova", device_id="d")
    by = {"X-Service-Token": "nova"}
    assert net.as_("carol").delete(f"/ports/{port['id']}", headers=by).status == 404
    assert net.delete(f"/ports/{port['id']}", headers=by).status == 204


def test_ports_are_not_at_the_edges_of_a_subnet(net, network, subnet):
    for address in ("10.9.0.0", "10.9.0.255"):
        body = {"network_id": network["id"], "fixed_ips": [{"ip_address": address}]}
        assert refusal(net.post("/ports", {"port": body})) == (400, "InvalidIpForNetwork")


def test_many_may_not_send_from_many(net, network):
    pairs = [{"ip_address": "224.0.0.5"}]
    body = {"network_id": network["id"], "allowed_address_pairs": pairs}
    answer = net.post("/ports", {"port": body})
    assert answer.error == "IP 224.0.0.5 is a multicast address, which is not supported."


def test_dhcp_options_that_are_not_named_stay(net, network):
    option = {"opt_name": "mtu", "opt_value": "1400"}
    port = net.make("port", network_id=network["id"], extra_dhcp_opts=[option])
    path = f"/ports/{port['id']}"
    other = {"opt_name": "router", "opt_value": ""}
    both = net.put(path, {"port": {"extra_dhcp_opts": [other]}}).json["port"]["extra_dhcp_opts"]
    assert [each["opt_name"] for each in both] == ["mtu", "router"]
    gone = net.put(path, {"port": {"extra_dhcp_opts": [{"opt_name": "mtu", "opt_value": None}]}})
    assert [each["opt_name"] for each in gone.json["port"]["extra_dhcp_opts"]] == ["router"]


def test_routers_are_made_one_by_one(net):
    answer = net.post("/routers", {"routers": [{"name": "a"}, {"name": "b"}]})
    assert (answer.status, answer.error) == (400, "Bulk operation not supported")


def test_a_router_is_nowhere_before_it_is_connected(net, subnet, admin):
    router = net.make("router", name="r")
    assert net.show(f"/routers/{router['id']}")["availability_zones"] == []


def test_a_router_is_not_connected_to_what_is_anothers(net, public, admin):
    router = net.make("router", name="r")
    (subnet_id,) = admin.show(f"/networks/{public['id']}")["subnets"]
    path = f"/routers/{router['id']}/add_router_interface"
    assert (
        "is not owned by project making the request"
        in net.put(path, {"subnet_id": subnet_id}).error
    )


def test_rules_about_everybody_are_about_nobody_in_particular(net):
    group = net.make("security_group", name="g")
    rule = {"security_group_id": group["id"], "direction": "ingress"}
    net.make("security_group_rule", **rule)
    body = {"security_group_rule": {**rule, "remote_ip_prefix": "0.0.0.0/0"}}
    assert refusal(net.post("/security-group-rules", body)) == (409, "SecurityGroupRuleExists")


def test_sort_keys_have_directions(net):
    answer = net.get("/networks?sort_key=name")
    assert answer.error == "The number of sort_keys and sort_dirs must be same"
    limit = net.get("/networks?limit=-1")
    assert limit.error == "Bad limit request: Limit must be an integer 0 or greater and not '-1'."


def test_head_is_not_allowed_and_delete_takes_no_body(net, network):
    assert net.ask("HEAD", "/networks").status == 405
    answer = net.ask("DELETE", f"/networks/{network['id']}", {"x": 1})
    assert answer.error == "Request body is not supported in DELETE."


def test_filters_on_numbers_find_nothing_by_words(net, network):
    assert net.get("/networks?revision_number=x").json == {"networks": []}
    assert net.names("/networks?revision_number=0&revision_number=1") == ["hers"]


def test_a_least_bandwidth_is_not_above_the_greatest(net):
    admin = net.as_("root")
    policy = admin.make("policy", "/qos/policies", name="q")
    path = f"/qos/policies/{policy['id']}"
    limit = {"bandwidth_limit_rule": {"max_kbps": 100}}
    assert admin.post(f"{path}/bandwidth_limit_rules", limit).status == 201
    least = {"minimum_bandwidth_rule": {"min_kbps": 101}}
    answer = admin.post(f"{path}/minimum_bandwidth_rules", least)
    assert refusal(answer) == (409, "QoSRuleParameterConflict")
    least = {"minimum_bandwidth_rule": {"min_kbps": 101, "direction": "ingress"}}
    assert admin.post(f"{path}/minimum_bandwidth_rules", least).status == 201


def test_the_smallest_block_of_a_pool_is_cut_first(net, network):
    pool = net.make("subnetpool", name="p", prefixes=["10.8.0.0/16"], default_prefixlen=24)
    asked = {"network_id": network["id"], "subnetpool_id": pool["id"], "ip_version": 4}
    net.make("subnet", **asked, cidr="10.8.1.0/24")
    assert net.make("subnet", **asked)["cidr"] == "10.8.0.0/24"
    assert net.make("subnet", **asked)["cidr"] == "10.8.2.0/24"
    change = net.put(f"/subnetpools/{pool['id']}", {"subnetpool": {"name": "q"}})
    shown = change.json["subnetpool"]
    assert (shown["default_prefixlen"], "address_scope_id" in shown) == (24, False)


def test_what_is_given_away_is_given_to_a_project(net, network):
    body = {
        "object_type": "network",
        "object_id": network["id"],
        "action": "access_as_shared",
        "target_tenant": "",
    }
    answer = net.post("/rbac-policies", {"rbac_policy": body})
    assert refusal(answer) == (400, "InvalidInput")
    body |= {"target_tenant": "*", "action": "dance"}
    answer = net.as_("root").post("/rbac-policies", {"rbac_policy": body})
    assert refusal(answer) == (400, "InvalidActionForType")


def test_ports_collide_before_the_port_inside_is_looked_for(net, network, public, router):
    floating = net.make("floatingip", floating_network_id=public["id"])
    inside = net.make("port", network_id=network["id"])
    path = f"/floatingips/{floating['id']}/port_forwardings"
    body = {
        "protocol": "tcp",
        "internal_port_id": inside["id"],
        "internal_ip_address": inside["fixed_ips"][0]["ip_address"],
        "internal_port": 80,
        "external_port": 8080,
    }
    assert net.post(path, {"port_forwarding": body}).status == 201
    body |= {"internal_port_id": "7f000000-0000-4000-8000-000000000000"}
    answer = net.post(path, {"port_forwarding": body})
    assert "port collision with the external_port_range" in answer.error
    assert len(net.get(f"{path}?external_port=8080").json["port_forwardings"]) == 1
    assert net.get(f"{path}?external_port=x").json["port_forwardings"] == []


def test_deleting_an_external_network_in_use_takes_idle_floating_ips(net, admin, public, router):
    idle = net.make("floatingip", floating_network_id=public["id"])
    assert refusal(admin.delete(f"/networks/{public['id']}")) == (409, "NetworkInUse")
    assert refusal(net.get(f"/floatingips/{idle['id']}")) == (404, "FloatingIPNotFound")


def test_groups_of_a_port_belong_to_its_project_whoever_asks(net, network):
    group = net.make("security_group", name="g")
    service = net.as_("nova")
    body = {"network_id": network["id"], "security_groups": [group["id"]]}
    answer = service.post("/ports", {"port": body})
    assert refusal(answer) == (404, "SecurityGroupNotFound")
    body["project_id"] = network["project_id"]
    assert service.post("/ports", {"port": body}).status == 201


def test_each_part_of_a_gateway_revises_its_router(admin, public):
    router = admin.make("router", name="r")
    path = f"/routers/{router['id']}"

    def revision(gateway):
        answer = admin.put(path, {"router": {"external_gateway_info": gateway}})
        return answer.json["router"]["revision_number"] - router["revision_number"]

    outside = {"network_id": public["id"]}
    assert revision(outside) == 1
    assert revision(outside) == 1
    assert revision(outside | {"enable_snat": False}) == 2
    assert revision(None) == 5
    assert revision(None) == 5
    same = admin.put(path, {"router": {"name": "r"}}).json["router"]
    assert same["revision_number"] == router["revision_number"] + 5


def test_a_network_is_revised_for_becoming_external_and_for_being_shared(admin, network):
    path = f"/networks/{network['id']}"
    body = {
        "object_type": "network",
        "object_id": network["id"],
        "action": "access_as_external",
        "target_tenant": "*",
    }
    policy = admin.make("rbac_policy", path="rbac-policies", **body)
    assert admin.show(path)["revision_number"] == network["revision_number"] + 2
    admin.delete(f"/rbac-policies/{policy['id']}")
    assert admin.show(path)["revision_number"] == network["revision_number"] + 4


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("default-security-group-rules", "default_security_group_rule"),
        ("security-group-rules", "security_group_rule"),
        ("metering/metering-labels", "metering_label"),
    ],
)
def test_what_cannot_be_changed_is_looked_for_all_the_same(admin, path, member):
    nothing = f"/{path}/7f000000-0000-4000-8000-000000000000"
    assert admin.put(nothing, {member: {}}).status == 404
    fixed = admin.put(nothing, {member: {"id": "x"}})
    assert (fixed.status, fixed.error) == (400, "Cannot update read-only attribute id")


def test_rules_are_not_sorted_by_what_is_not_stored(net):
    answer = net.get("/security-group-rules?sort_key=normalized_cidr&sort_dir=asc")
    assert answer.error == (
        "Bad securitygrouprules request: 'normalized_cidr' is an invalid attribute for sort key."
    )
    assert net.as_("root").get("/agents?sort_key=started_at&sort_dir=desc").status == 200
    assert net.get("/subnetpools?sort_key=min_prefixlen&sort_dir=asc").status == 200


def test_addresses_are_in_the_order_of_their_texts(net, network, subnet):
    wishes = [{"ip_address": f"10.9.0.{last}"} for last in (9, 100, 30)]
    port = net.make("port", network_id=network["id"], fixed_ips=wishes)
    shown = [fixed["ip_address"] for fixed in port["fixed_ips"]]
    assert shown == ["10.9.0.100", "10.9.0.30", "10.9.0.9"]


def test_a_gateway_in_use_is_told_before_one_that_does_not_fit(net, subnet, router):
    answer = net.put(f"/subnets/{subnet['id']}", {"subnet": {"gateway_ip": "10.9.0.9"}})
    assert refusal(answer) == (409, "GatewayIpInUse")


def test_a_group_is_revised_when_one_that_its_rules_name_goes(net):
    group, other = (net.make("security_group", name=name) for name in ("a", "b"))
    rule = {"security_group_id": group["id"], "direction": "ingress"}
    net.make("security_group_rule", **rule, remote_group_id=other["id"])
    before = net.show(f"/security-groups/{group['id']}")["revision_number"]
    assert net.delete(f"/security-groups/{other['id']}").status == 204
    assert net.show(f"/security-groups/{group['id']}")["revision_number"] == before + 1


def test_what_is_no_page_is_not_turned_back(net):
    for name in "ab":
        net.make("network", name=name)
    query = "/networks?name=a&name=b&sort_key=name&sort_dir=asc&page_reverse=true"
    assert net.names(query) == ["b", "a"]
    assert net.names(f"{query}&limit=2") == ["a", "b"]


def test_routes_of_routers_mix_versions(net, router):
    routes = [{"destination": "2001:db8:7::/64", "nexthop": "10.9.0.9"}]
    answer = net.put(f"/routers/{router['id']}", {"router": {"routes": routes}})
    assert (answer.status, answer.json["router"]["routes"]) == (200, routes)
