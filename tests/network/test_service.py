"""Documents, extensions, isolation over all nouns, the seed and the topology on demand."""

import pytest

from cloud.network.api.urls import urlpatterns
from cloud.network.api.views import NounViewSet
from cloud.network.models import Network, Subnet
from cloud.network.seed import seed
from tests import cast
from tests.cast import ADMINS
from tests.network.conftest import refusal

MISSING = "00000000-0000-4000-8000-000000000000"


def test_the_documents_name_the_version_and_its_resources(net):
    for path in ("/network", "/network/"):
        (version,) = net.client.get(path, headers={"X-Auth-Token": "alice"}).json()["versions"]
        assert (version["id"], version["status"]) == ("v2.0", "CURRENT")
    shown = net.client.get("/network/v2.0/", headers={"X-Auth-Token": "alice"}).json()
    names = [each["name"] for each in shown["resources"]]
    assert names == ["network", "subnet", "subnetpool", "port"]
    assert net.client.get("/network/v2.0", headers={"X-Auth-Token": "alice"}).status_code == 404


def test_what_is_not_routed_is_not_found(net):
    assert refusal(net.get("/nonsense")) == (404, "HTTPNotFound")
    assert net.ask("PATCH", "/networks", {}).status == 405


def test_extensions_are_listed_and_shown(net):
    listed = net.get("/extensions").json["extensions"]
    for alias in ("router", "security-group", "quotas", "trunk", "binding-extended"):
        assert net.show(f"/extensions/{alias}") in listed
    assert net.get("/extensions/nonsense").status == 404


def collections():
    for pattern in urlpatterns:
        view = pattern.callback
        viewset = getattr(view, "viewset", None)
        if viewset and issubclass(viewset, NounViewSet) and "{id}" not in view.route:
            yield pytest.param(view.route, viewset.noun, id=view.route)


@pytest.mark.parametrize(("path", "noun"), list(collections()))
def test_a_stranger_gets_an_empty_list_and_404(net, path, noun):
    seed(ADMINS)
    path = path.removeprefix("/v2.0")
    if "{" in path:
        for parent in ("floatingip_id", "router_id"):
            path = path.replace(f"{{{parent}}}", MISSING)
        # Neutron: who may not ask for agents is told so first.
        status = 403 if path.endswith("-agents") else 404
        # Neutron: does not look for the router whose helpers it lists.
        assert net.get(path).status == (200 if "conntrack" in path else status)
        return
    answer = net.as_("carol").get(path)
    assert answer.status == 200
    offered = set(Network.objects.values_list("id", flat=True))
    for thing in answer.json[noun.plural]:
        if thing.get("project_id") == ADMINS:
            shared = thing.get("shared") or thing.get("router:external")
            assert shared or thing["network_id"] in offered, thing
    assert net.get(f"{path}/{MISSING}").status == 404


def test_the_seed_is_a_cloud_to_boot_on_and_is_sown_once(net, admin):
    seed(ADMINS)
    seed(ADMINS)
    assert sorted(net.names("/networks")) == ["private", "public"]
    assert net.names("/networks?router:external=False") == ["private"]
    assert Subnet.objects.get(name="private-subnet").cidr == "10.0.0.0/16"
    private = Network.objects.get(name="private")
    assert net.make("port", network_id=private.id)["fixed_ips"]
    (router,) = admin.get("/routers").json["routers"]
    assert router["external_gateway_info"]["network_id"]
    admin.put(f"/networks/{private.id}", {"network": {"name": "renamed"}})
    seed(ADMINS)
    assert sorted(net.names("/networks")) == ["public", "renamed"]


def test_a_topology_is_made_on_demand_once_and_goes_again(net):
    seed(ADMINS)
    path = "/auto-allocated-topology/None"
    assert net.show(path + "?fields=dry-run")["id"] == "dry-run=pass"
    made = net.show(path)
    assert net.show(path) == made
    assert net.names(f"/networks?id={made['id']}") == ["auto_allocated_network"]
    carol = net.as_("carol")
    assert carol.get(f"/auto-allocated-topology/{made['project_id']}").status == 403
    assert net.delete(path).status == 204
    assert net.names(f"/networks?id={made['id']}") == []


def test_without_a_default_network_there_is_no_topology(net):
    answer = net.get("/auto-allocated-topology/None")
    assert refusal(answer) == (409, "AutoAllocationFailure")


def test_agents_are_the_administrators(net, admin):
    seed(ADMINS)
    assert net.get("/agents").json == {"agents": []}
    agents = admin.get("/agents?agent_type=DHCP+Agent").json["agents"]
    (networks,) = admin.get(f"/agents/{agents[0]['id']}/dhcp-networks").json.values()
    assert [network["name"] for network in networks] == ["private"]
    assert net.get(f"/networks/{networks[0]['id']}/dhcp-agents").status == 403


def test_qos_rules_conflict_and_policies_in_use_stay(admin, net, network):
    policy = admin.make("policy", "qos/policies", name="slow", shared=True)
    path = f"qos/policies/{policy['id']}/bandwidth_limit_rules"
    made = admin.make("bandwidth_limit_rule", path, max_kbps=100)
    again = admin.post("/" + path, {"bandwidth_limit_rule": {"max_kbps": 1}})
    assert refusal(again) == (409, "QoSRulesConflict")
    (rule,) = net.show(f"/qos/policies/{policy['id']}")["rules"]
    assert (rule["id"], rule["max_kbps"], rule["direction"]) == (made["id"], 100, "egress")
    assert net.post("/" + path, {"bandwidth_limit_rule": {"max_kbps": 1}}).status == 403
    net.make("port", network_id=network["id"], qos_policy_id=policy["id"])
    assert refusal(admin.delete(f"/qos/policies/{policy['id']}")) == (409, "QosPolicyInUse")


def test_guaranteed_bandwidth_becomes_a_request_to_placement(admin):
    policy = admin.make("policy", "qos/policies", name="fast")
    path = f"qos/policies/{policy['id']}/minimum_bandwidth_rules"
    admin.make("minimum_bandwidth_rule", path, min_kbps=1000)
    provider = {"provider:network_type": "vlan", "provider:physical_network": "physnet1"}
    wired = admin.make("network", qos_policy_id=policy["id"], **provider)
    port = admin.make("port", network_id=wired["id"])
    (group,) = port["resource_request"]["request_groups"]
    assert group["required"] == ["CUSTOM_PHYSNET_PHYSNET1", "CUSTOM_VNIC_TYPE_NORMAL"]
    assert group["resources"] == {"NET_BW_EGR_KILOBIT_PER_SEC": 1000}
    assert port["resource_request"]["same_subtree"] == [group["id"]]


@pytest.mark.parametrize(
    ("member", "values", "kind"),
    [
        ("network", {"qos_policy_id": MISSING}, "QosPolicyNotFound"),
        ("router", {"flavor_id": MISSING}, "FlavorNotFound"),
        ("router", {"external_gateway_info": {"network_id": MISSING}}, "NetworkNotFound"),
        ("floatingip", {"floating_network_id": MISSING}, "NetworkNotFound"),
        ("trunk", {"port_id": MISSING}, "PortNotFound"),
        ("port", {"network_id": MISSING}, "NetworkNotFound"),
        ("subnet", {"network_id": MISSING, "ip_version": 4}, "NetworkNotFound"),
    ],
)
def test_what_refers_to_nothing_is_refused(net, member, values, kind):
    assert refusal(net.post(f"/{member}s", {member: values})) == (404, kind)


def test_networks_are_under_their_projects_default_policy(admin, net):
    owner = net.make("network", name="before")
    assert owner["qos_policy_id"] is None
    policy = admin.make(
        "policy", "qos/policies", name="p", is_default=True, project_id=owner["project_id"]
    )
    assert net.make("network", name="after")["qos_policy_id"] == policy["id"]


def test_minimum_packet_rates_have_directions_or_none(admin):
    path = f"/qos/policies/{admin.make('policy', 'qos/policies', name='p')['id']}"
    rules = f"{path}/minimum_packet_rate_rules"

    def add(direction):
        rule = {"min_kpps": 1, "direction": direction}
        return admin.post(rules, {"minimum_packet_rate_rule": rule})

    assert add("egress").status == 201
    made = add("ingress").json["minimum_packet_rate_rule"]["id"]
    assert refusal(add("any")) == (409, "QoSRuleParameterConflict")
    change = {"minimum_packet_rate_rule": {"direction": "any"}}
    assert refusal(admin.put(f"{rules}/{made}", change)) == (409, "QoSRuleParameterConflict")


def test_who_may_not_change_a_policys_rules_is_told_so(admin, net):
    path = f"/qos/policies/{admin.make('policy', 'qos/policies', name='p')['id']}"
    body = {"bandwidth_limit_rule": {"max_kbps": 1}}
    assert net.post(f"{path}/bandwidth_limit_rules", body).status == 403
    rule = admin.post(f"{path}/bandwidth_limit_rules", body).json["bandwidth_limit_rule"]["id"]
    assert net.put(f"{path}/bandwidth_limit_rules/{rule}", body).status == 404
    assert net.delete(f"{path}/bandwidth_limit_rules/{rule}").status == 404
    assert net.get(f"{path}/bandwidth_limit_rules").status == 404
    assert net.post("/qos/policies/none/bandwidth_limit_rules", body).status == 404
    assert net.get("/qos/rule-types/bandwidth_limit").status == 403


def test_a_policy_that_others_networks_are_under_stays_shared(admin, net):
    policy = admin.make("policy", "qos/policies", name="p", shared=True)["id"]
    network = net.make("network", name="n", qos_policy_id=policy)["id"]
    body = {"policy": {"shared": False}}
    assert refusal(admin.put(f"/qos/policies/{policy}", body)) == (409, "RbacPolicyInUse")
    assert net.delete(f"/networks/{network}").status == 204
    assert admin.put(f"/qos/policies/{policy}", body).status == 200


def test_addresses_of_a_group_need_no_prefix_when_they_come_and_go(net):
    group = net.make("address_group", name="a", addresses=["10.0.0.0/8"])["id"]
    path = f"/address-groups/{group}"
    answer = net.put(f"{path}/add_addresses", {"addresses": ["192.0.2.1"]})
    assert answer.json["address_group"]["addresses"] == ["10.0.0.0/8", "192.0.2.1/32"]
    wrong = net.put(f"{path}/remove_addresses", {"addresses": ["192.0.2.2"]})
    assert refusal(wrong) == (404, "AddressesNotFound")
    assert net.put(f"{path}/remove_addresses", {"addresses": ["192.0.2.1"]}).status == 200
    assert net.put(f"{path}/add_addresses", {"addresses": ["there"]}).status == 400


def test_collections_are_spelled_with_dashes_or_underscores(net, public):
    for path in ("floatingip-pools", "floatingip_pools"):
        (pool,) = net.get(f"/{path}").json["floatingip_pools"]
        assert pool["network_id"] == public["id"]
    for path in ("network-segment-ranges", "security_groups", "qos/rule_types"):
        assert net.get(f"/{path}").status == 200
    group = net.make("security_group", name="g")["id"]
    assert net.get(f"/security_groups/{group}/tags").json == {"tags": []}


@pytest.fixture
def outsider(net, monkeypatch):
    """An administrator with a token of something else than a project."""

    def come_in(name, **scope):
        token = {**cast.TOKENS["root"], **scope}
        del token["project"]
        monkeypatch.setitem(cast.TOKENS, name, token)
        return net.as_(name)

    return come_in


@pytest.mark.parametrize(
    ("word", "scope"), [("system", {"system": {"all": True}}), ("domain", {"domain": cast.DOMAIN})]
)
def test_a_token_of_no_project_is_out_of_scope(outsider, network, word, scope):
    sam = outsider("sam", **scope)
    assert sam.get("/networks").json["networks"] == []
    assert refusal(sam.get(f"/networks/{network['id']}")) == (404, "HTTPNotFound")
    assert refusal(sam.get(f"/networks/{MISSING}")) == (404, "NetworkNotFound")
    answer = sam.post("/networks", {"network": {"name": "n", "project_id": ADMINS}})
    assert refusal(answer) == (403, "InvalidScope")
    assert answer.json["NeutronError"]["message"] == (
        f"rule:create_network requires a scope of ['project'], request was made with {word} scope."
    )
    answer = sam.post("/networks", {"network": {"name": "n"}})
    assert refusal(answer) == (400, "HTTPBadRequest")
    assert refusal(sam.delete(f"/networks/{network['id']}")) == (404, "HTTPNotFound")
