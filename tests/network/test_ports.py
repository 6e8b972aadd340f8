"""Ports: groups, bindings, status, and what compute is told."""

import pytest

from tests.network.conftest import refusal

TOLD = []


def hear(events):
    TOLD.extend(events)


@pytest.fixture
def told(settings, django_capture_on_commit_callbacks):
    settings.NETWORK_EVENTS = "tests.network.test_ports.hear"
    TOLD.clear()
    return TOLD


@pytest.fixture
def nova(net):
    """Compute: administrator and service at once."""
    from tests import cast

    cast.TOKENS["compute"] = cast._token("root")
    cast.TOKENS["compute"]["roles"].append({"id": "service", "name": "service"})
    yield net.as_("compute")
    del cast.TOKENS["compute"]


def server_port(nova, network, **more):
    return nova.make(
        "port",
        network_id=network["id"],
        project_id=network["project_id"],
        device_id="5e4e4000-0000-4000-8000-000000000001",
        device_owner="compute:nova",
        **more,
    )


def test_a_port_gets_its_projects_default_group(net, network):
    port = net.make("port", network_id=network["id"])
    (group,) = net.get("/security-groups").json["security_groups"]
    assert port["security_groups"] == [group["id"]]
    assert net.make("port", network_id=network["id"], security_groups=[])["security_groups"] == []
    bare = net.make("port", network_id=network["id"], port_security_enabled=False)
    assert bare["security_groups"] == []


def test_status_follows_the_binding(nova, network):
    port = server_port(nova, network)
    assert (port["status"], port["binding:vif_type"]) == ("DOWN", "unbound")
    path = f"/ports/{port['id']}"
    bound = nova.put(path, {"port": {"binding:host_id": "h1"}}).json["port"]
    assert (bound["status"], bound["binding:vif_type"]) == ("ACTIVE", "ovs")
    down = nova.put(path, {"port": {"admin_state_up": False}}).json["port"]
    assert down["status"] == "DOWN"
    freed = nova.put(path, {"port": {"binding:host_id": "", "admin_state_up": True}}).json["port"]
    assert (freed["status"], freed["binding:vif_type"]) == ("DOWN", "unbound")


def test_compute_is_told_of_its_ports(nova, network, told, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        port = server_port(nova, network, **{"binding:host_id": "h1"})
        nova.delete(f"/ports/{port['id']}")
    assert [(event["name"], event["tag"]) for event in told] == [
        ("network-vif-plugged", port["id"]),
        ("network-vif-deleted", port["id"]),
    ]


def test_bindings_are_the_operators_to_see_and_to_set(net, nova, network):
    port = net.make("port", network_id=network["id"])
    assert "binding:host_id" not in port
    assert port["binding:vnic_type"] == "normal"
    answer = net.put(f"/ports/{port['id']}", {"port": {"binding:host_id": "h"}})
    assert refusal(answer) == (403, "PolicyNotAuthorized")
    assert nova.show(f"/ports/{port['id']}")["binding:host_id"] == ""


def test_a_prepared_binding_becomes_the_active_one(nova, network):
    port = server_port(nova, network, **{"binding:host_id": "h1"})
    path = f"/ports/{port['id']}/bindings"
    assert nova.post(path, {"binding": {"host": "h2"}}).json["binding"]["status"] == "INACTIVE"
    twice = nova.post(path, {"binding": {"host": "h2"}})
    assert refusal(twice) == (409, "PortBindingAlreadyExists")
    assert nova.put(f"{path}/h2/activate").status == 200
    assert nova.show(f"/ports/{port['id']}")["binding:host_id"] == "h2"
    found = {each["host"]: each["status"] for each in nova.get(path).json["bindings"]}
    assert found == {"h2": "ACTIVE", "h1": "INACTIVE"}
    assert nova.delete(f"{path}/h1").status == 204


def test_making_and_deleting_a_servers_port_is_cheap(
    nova, network, subnet, django_assert_max_num_queries
):
    server_port(nova, network)
    # network, quota (2), group, addresses (2), inserts (3), trunk, row and related (6),
    # and savepoints
    with django_assert_max_num_queries(20):
        port = server_port(nova, network, **{"binding:host_id": "h1"})
    with django_assert_max_num_queries(12):
        nova.delete(f"/ports/{port['id']}")


def test_listing_ports_costs_the_same_however_many(
    net, network, subnet, django_assert_max_num_queries
):
    for _ in range(6):
        net.make("port", network_id=network["id"])
    with django_assert_max_num_queries(6):
        assert len(net.get("/ports").json["ports"]) == 6


def test_a_mac_address_is_once_on_a_network(net, network):
    port = net.make("port", network_id=network["id"])
    wish = {"network_id": network["id"], "mac_address": port["mac_address"]}
    assert refusal(net.post("/ports", {"port": wish})) == (409, "MacAddressInUse")


def test_address_pairs_need_port_security(net, network):
    wish = {
        "network_id": network["id"],
        "port_security_enabled": False,
        "allowed_address_pairs": [{"ip_address": "10.0.0.1"}],
    }
    answer = net.post("/ports", {"port": wish})
    assert refusal(answer) == (409, "AddressPairAndPortSecurityRequired")


def test_the_owner_of_a_network_sees_the_ports_on_it(net, admin, network):
    port = admin.make("port", network_id=network["id"], project_id="somebody")
    assert net.get(f"/ports/{port['id']}").status == 200
    assert net.put(f"/ports/{port['id']}", {"port": {"name": "x"}}).status == 403
    assert net.as_("carol").get(f"/ports/{port['id']}").status == 404


def test_a_trunk_carries_ports_and_their_status(nova, net, network):
    parent, child = (net.make("port", network_id=network["id"]) for _ in range(2))
    subport = {"port_id": child["id"], "segmentation_type": "vlan", "segmentation_id": 7}
    trunk = net.make("trunk", port_id=parent["id"], sub_ports=[subport])
    assert net.show(f"/ports/{parent['id']}")["trunk_details"]["trunk_id"] == trunk["id"]
    assert refusal(net.delete(f"/ports/{parent['id']}")) == (409, "PortInUseAsTrunkParent")
    assert refusal(net.delete(f"/ports/{child['id']}")) == (409, "PortInUseAsSubPort")
    bind = {"binding:host_id": "h1", "device_owner": "compute:nova", "device_id": "s"}
    nova.put(f"/ports/{parent['id']}", {"port": bind})
    assert net.show(f"/ports/{child['id']}")["status"] == "ACTIVE"
    assert refusal(net.delete(f"/trunks/{trunk['id']}")) == (409, "TrunkInUse")
    nova.delete(f"/trunks/{trunk['id']}")


def test_a_trunk_that_is_switched_off_stays(net, network):
    parent = net.make("port", network_id=network["id"])["id"]
    path = f"/trunks/{net.make('trunk', port_id=parent, admin_state_up=False)['id']}"
    assert refusal(net.delete(path)) == (409, "TrunkDisabled")
    assert net.put(path, {"trunk": {"admin_state_up": True}}).status == 200
    assert net.delete(path).status == 204


def test_subports_say_where_they_are_before_anybody_looks_for_ports(net):
    ids = ["00000000-0000-0000-0000-00000000000" + digit for digit in "123"]

    def refused(*subports):
        answer = net.post("/trunks", {"trunk": {"port_id": ids[0], "sub_ports": subports}})
        return answer.status, answer.error

    vlan = {"segmentation_type": "vlan", "segmentation_id": 2}
    status, error = refused({"port_id": ids[1], "segmentation_type": "vlan"})
    assert (status, "missing segmentation information" in error) == (400, True)
    status, error = refused({"port_id": ids[1], **vlan}, {"port_id": ids[2], **vlan})
    assert (status, f"Segmentation ID '2' for '{ids[2]}' is not unique" in error) == (400, True)
    assert refused({"port_id": ids[1], **vlan})[0] == 404


def test_a_trusted_port_says_so_in_its_profile(admin, network):
    port = admin.make("port", network_id=network["id"])
    assert (port["trusted"], port["binding:profile"]) == (None, {})
    path = f"/ports/{port['id']}"
    for trusted in (True, False):
        changed = admin.put(path, {"port": {"trusted": trusted}}).json["port"]
        assert (changed["trusted"], changed["binding:profile"]) == (trusted, {"trusted": trusted})
    made = admin.make("port", network_id=network["id"], trusted=True, **{"binding:host_id": "cmp1"})
    (binding,) = admin.get(f"/ports/{made['id']}/bindings").json["bindings"]
    assert binding["profile"] == {"trusted": True}
