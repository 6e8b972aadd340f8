"""Port forwardings: ports of a floating ip that lead to ports of an internal address."""

import pytest

from tests.network.conftest import refusal


@pytest.fixture
def inside(net, network, subnet):
    wishes = [{"ip_address": "10.9.0.51"}, {"ip_address": "10.9.0.52"}]
    return net.make("port", network_id=network["id"], fixed_ips=wishes)


@pytest.fixture
def floating(net, public, router):
    return net.make("floatingip", floating_network_id=public["id"])


@pytest.fixture
def forward(net, floating, inside):
    """Forward ports of the floating ip, and answer with what was answered."""

    def ask(**values):
        body = {
            "protocol": "tcp",
            "internal_port_id": inside["id"],
            "internal_ip_address": "10.9.0.51",
        }
        path = f"/floatingips/{floating['id']}/port_forwardings"
        return net.post(path, {"port_forwarding": body | values})

    return ask


@pytest.fixture
def change(net, floating):
    def ask(made, **values):
        path = f"/floatingips/{floating['id']}/port_forwardings/{made['id']}"
        return net.put(path, {"port_forwarding": values})

    return ask


def made(answer):
    assert answer.status == 201, answer
    return answer.json["port_forwarding"]


def test_ranges_have_no_single_port(net, forward, floating):
    wide = made(forward(internal_port_range="300:310", external_port_range="400:410"))
    path = f"/floatingips/{floating['id']}"
    shown = net.show(f"{path}/port_forwardings/{wide['id']}")
    assert shown["external_port_range"] == "400:410"
    assert not {"external_port", "internal_port"} & set(shown)
    (listed,) = net.show(path)["port_forwardings"]
    assert set(listed) == {"id", "protocol", "internal_ip_address", "internal_port_id"}


def test_numbers_of_ports_are_numbers_and_ranges_are_texts(forward):
    assert forward(internal_port="77", external_port=78).status == 400
    assert forward(internal_port_range=390, external_port_range=490).status == 400


def test_a_single_port_counts_besides_a_range(forward):
    both = made(forward(internal_port=99, internal_port_range="361", external_port=461))
    assert both["internal_port_range"] == "99:99"


def test_an_address_has_to_be_named_and_to_be_the_ports(forward):
    nowhere = forward(internal_ip_address="10.9.0.77", internal_port=1, external_port=2)
    assert "is not suitable for internal neutron port" in nowhere.error
    unnamed = forward(internal_ip_address=None, internal_port=1, external_port=2)
    assert unnamed.status == 400


def test_a_port_that_the_outside_does_not_reach_is_a_bad_request(net, forward):
    alone = net.make("network", name="alone")
    net.make("subnet", network_id=alone["id"], ip_version=4, cidr="10.8.0.0/24")
    port = net.make("port", network_id=alone["id"])
    address = port["fixed_ips"][0]["ip_address"]
    answer = forward(
        internal_port_id=port["id"], internal_ip_address=address, internal_port=1, external_port=2
    )
    assert refusal(answer) == (400, "BadRequest")
    assert "Cannot set Port forwarding" in answer.error


def test_a_change_is_refused_where_another_says_the_same(forward, change):
    made(forward(internal_port=80, external_port=8080))
    other = made(forward(internal_port=81, external_port=8081))
    assert "{'floating_ip_address': '172.24.4." in change(other, external_port=8080).error
    inside = change(other, internal_port=80).error
    assert inside.endswith("'internal_ip_address': '10.9.0.51', 'internal_port': 80}.")
    elsewhere = change(other, internal_ip_address="10.9.0.77")
    assert "The internal IP does not correspond to an address" in elsewhere.error
    moved = change(other, internal_ip_address="10.9.0.52")
    assert moved.json["port_forwarding"]["internal_ip_address"] == "10.9.0.52"


def test_a_range_beside_another_range_is_not_changed(forward, change):
    made(forward(internal_port_range="300:310", external_port_range="400:410"))
    other = made(forward(internal_port_range="320:330", external_port_range="420:430"))
    answer = change(other, description="d")
    assert (answer.status, "'external_port': None}" in answer.error) == (400, True)


def test_a_range_gives_way_to_a_single_port(forward, change):
    wide = made(forward(internal_port_range="300:310", external_port_range="400:410"))
    change(wide, internal_port=300)
    narrow = change(wide, external_port=9000).json["port_forwarding"]
    assert (narrow["external_port_range"], narrow["internal_port"]) == ("9000:9000", 300)


def test_where_a_floating_ip_would_lead_is_looked_at_before_what_it_forwards(
    net, network, floating, forward
):
    made(forward(internal_port=80, external_port=8080))
    path = f"/floatingips/{floating['id']}"
    nothing = "7f000000-0000-4000-8000-000000000000"
    lost = net.put(path, {"floatingip": {"port_id": nothing}})
    assert refusal(lost) == (404, "PortNotFound")
    port = net.make("port", network_id=network["id"])
    used = net.put(path, {"floatingip": {"port_id": port["id"]}})
    assert refusal(used) == (409, "FipInUseByPortForwarding")


def test_what_forwards_ports_is_on_a_router_until_it_forwards_none(
    net, floating, forward, inside, router
):
    made(forward(internal_port=80, external_port=8080))
    made(forward(internal_port=80, external_port=8081, internal_ip_address="10.9.0.52"))
    path = f"/floatingips/{floating['id']}"
    assert net.put(path, {"floatingip": {"port_id": None}}).status == 200
    assert net.show(path)["router_id"] == router["id"]
    keep = [{"ip_address": "10.9.0.52"}]
    assert net.put(f"/ports/{inside['id']}", {"port": {"fixed_ips": keep}}).status == 200
    (left,) = net.show(path)["port_forwardings"]
    assert (left["external_port"], net.show(path)["router_id"]) == (8081, router["id"])
    assert net.delete(f"/ports/{inside['id']}").status == 204
    shown = net.show(path)
    assert (shown["port_forwardings"], shown["router_id"]) == ([], None)
