"""Interfaces of servers through HTTP, and what Network and the records say afterwards."""

import pytest

from compute.models import Server, ServerEvent
from tests.api.servers import action, actions_of, boot, elsewhere, settle, shown
from tests.cast import ELSEWHERE


@pytest.fixture
def server(cloud, api):
    return boot(api)


def plug(api, server, version="2.70", **asked):
    body = {"interfaceAttachment": asked}
    return api.post(f"/servers/{server}/os-interface", body, version=version)


def unplug(api, server, port):
    return api.delete(f"/servers/{server}/os-interface/{port}")


def plugged(api, server):
    return api.get(f"/servers/{server}/os-interface").json["interfaceAttachments"]


def network_of(api, name):
    found = elsewhere(api, "GET", f"/network/v2.0/networks?name={name}").json["networks"]
    return found[0]["id"]


def port(api, **more):
    body = {"port": {"network_id": network_of(api, "private"), **more}}
    return elsewhere(api, "POST", "/network/v2.0/ports", body).json["port"]


def seen(api, port_id):
    return elsewhere(api, "GET", f"/network/v2.0/ports/{port_id}")


def addresses(api, server):
    shown = api.get(f"/servers/{server}/ips").json["addresses"]
    return [each["addr"] for group in shown.values() for each in group]


def events_of(action_name):
    events = ServerEvent.objects.filter(action__action=action_name).order_by("pk")
    return [(event.result, event.details) for event in events]


def test_a_port_is_made_bound_and_shown(api, root, server):
    answer = plug(api, server, net_id=network_of(api, "private"), tag="data")
    assert answer.status == 200
    made = answer.json["interfaceAttachment"]
    assert made["tag"] == "data"
    bound = seen(root, made["port_id"]).json["port"]
    assert (bound["device_id"], bound["device_owner"]) == (server, "compute:nova")
    assert bound["binding:host_id"] == Server.objects.get().host
    assert made["fixed_ips"][0]["ip_address"] in addresses(api, server)
    settle()
    assert events_of("attach_interface") == [("Success", None)]


def test_a_port_that_was_made_for_the_server_goes_with_its_interface(api, server):
    (first,) = plugged(api, server)
    assert unplug(api, server, first["port_id"]).status == 202
    settle()
    assert plugged(api, server) == []
    assert addresses(api, server) == []
    assert seen(api, first["port_id"]).status == 404


def test_a_port_of_ones_own_is_lent(api, root, server):
    own = port(api)["id"]
    assert plug(api, server, port_id=own).status == 200
    settle()
    answer = plug(api, server, port_id=own)
    assert (answer.status, answer.error) == (409, f"Port {own} is still in use.")
    unplug(api, server, own)
    settle()
    free = seen(root, own).json["port"]
    assert (free["device_id"], free["device_owner"], free["binding:host_id"]) == ("", "", "")
    assert plug(api, boot(api), port_id=own).status == 200


def test_an_address_may_be_chosen_once(api, server):
    net = elsewhere(api, "POST", "/network/v2.0/networks", {"network": {"name": "own"}}).json
    net_id = net["network"]["id"]
    subnet = {"network_id": net_id, "cidr": "192.0.2.0/24", "ip_version": 4}
    elsewhere(api, "POST", "/network/v2.0/subnets", {"subnet": subnet})
    chosen = [{"ip_address": "192.0.2.77"}]
    answer = plug(api, server, net_id=net_id, fixed_ips=chosen)
    assert answer.json["interfaceAttachment"]["fixed_ips"][0]["ip_address"] == "192.0.2.77"
    answer = plug(api, server, net_id=net_id, fixed_ips=chosen)
    assert answer.status == 409
    assert answer.error == "Fixed IP 192.0.2.77 is already in use."
    assert plug(api, server, net_id=net_id, fixed_ips=[{"ip_address": "9.9.9.9"}]).status == 500


def test_addresses_of_somebody_elses_network_are_given_not_chosen(api, root, server):
    net_id, chosen = network_of(api, "private"), [{"ip_address": "10.0.0.77"}]
    answer = plug(api, server, net_id=net_id, fixed_ips=chosen)
    assert answer.status == 403
    assert "create_port:fixed_ips:ip_address" in answer.error
    assert "\nNeutron server returns request_ids: ['req-" in answer.error
    assert plug(root, server, net_id=net_id, fixed_ips=chosen).status == 200


def test_the_boots_security_groups_are_not_those_of_later_ports(api, cloud):
    body = {"security_group": {"name": "web", "description": ""}}
    api.post("/os-security-groups", body)
    server = boot(api, security_groups=[{"name": "web"}])
    made = plug(api, server).json["interfaceAttachment"]["port_id"]
    (group_id,) = seen(api, made).json["port"]["security_groups"]
    assert api.get(f"/os-security-groups/{group_id}").json["security_group"]["name"] == "default"
    shown = api.get(f"/servers/{server}/os-security-groups").json["security_groups"]
    assert [group["name"] for group in shown] == ["default", "web"]


def test_no_network_is_chosen_among_several(api, server):
    net = elsewhere(api, "POST", "/network/v2.0/networks", {"network": {"name": "two"}}).json
    answer = plug(api, server)
    assert answer.status == 400
    assert answer.error == (
        "Multiple possible networks found, use a Network ID to be more specific."
    )
    answer = plug(api, server, net_id=net["network"]["id"])
    assert answer.error == (
        "Network requires port_security_enabled and subnet associated in order to apply security "
        "groups."
    )


def test_external_networks_are_for_administrators(api, root, server):
    public = network_of(api, "public")
    answer = plug(api, server, net_id=public)
    assert answer.status == 403
    assert answer.error == (
        f"It is not allowed to create an interface on external network {public}"
    )
    assert plug(root, server, net_id=public).status == 200


def test_a_server_on_an_external_network_is_taken_and_fails(api, server):
    # Nova: only who builds it asks whether its user may use the network.
    body = {
        "name": "out",
        "imageRef": shown(api, server)["image"]["id"],
        "flavorRef": "1",
        "networks": [{"uuid": network_of(api, "public")}],
    }
    answer = api.post("/servers", {"server": body})
    assert answer.status == 202
    settle()
    failed = shown(api, answer.json["server"]["id"])
    assert (failed["status"], failed["addresses"]) == ("ERROR", {})
    assert failed["fault"]["code"] == 500


def test_a_port_of_another_project_is_none(api, root, server):
    foreign = port(root, project_id=ELSEWHERE)["id"]
    assert plug(api, server, port_id=foreign).status == 404
    answer = plug(root, server, port_id=foreign)
    assert (answer.status, answer.error) == (
        400,
        f"Port {foreign} not usable for instance {server}.",
    )


def test_a_port_that_the_server_does_not_have_is_found_out_by_the_host(api, server):
    own = port(api)["id"]
    assert unplug(api, server, own).status == 202
    settle()
    assert events_of("detach_interface") == [("Error", f"Port {own} is not attached")]
    assert seen(api, own).status == 200


def test_refusals_are_recorded(api, server):
    missing = "00000000-0000-4000-8000-00000000ffff"
    assert plug(api, server, net_id=missing).status == 404
    assert plug(api, server, port_id=missing).status == 404
    assert actions_of(api, server)[:2] == ["attach_interface", "attach_interface"]
    # Of the port the API itself knew that it is not there.
    assert events_of("attach_interface") == [("Error", f"Network {missing} could not be found.")]


@pytest.mark.parametrize(
    ("begin", "says"),
    [({"suspend": None}, "vm_state suspended"), ({"rescue": {}}, "vm_state rescued")],
)
def test_only_servers_at_hand_are_plugged(api, server, begin, says):
    action(api, server, begin)
    settle()
    answer = plug(api, server)
    assert answer.status == 409
    assert answer.error == f"Cannot 'attach_interface' instance {server} while it is in {says}"


def test_a_guest_that_does_not_take_it_costs_no_port(api, server, monkeypatch):
    def fail(*args):
        raise RuntimeError("no slot")

    monkeypatch.setattr("compute.virt.fake.FakeDriver.attach_interface", fail)
    made = plug(api, server).json["interfaceAttachment"]["port_id"]
    settle()
    assert seen(api, made).status == 404
    assert len(plugged(api, server)) == 1
    assert events_of("attach_interface")[-1][0] == "Error"


def test_nobody_else_reaches_them(api, server):
    (first,) = plugged(api, server)
    assert plug(api.as_("carol"), server).status == 404
    assert plug(api.as_("rita"), server).status == 403
    assert unplug(api.as_("rita"), server, first["port_id"]).status == 403
