"""Who asks: by address, by a proxy's word, by a load balancer's."""

import pytest

from tests.api.servers import boot, elsewhere, shown
from tests.cast import ELSEWHERE, HERS
from tests.domain.servers import server
from tests.metadata.conftest import SECRET, signature

pytestmark = pytest.mark.django_db
NOT_FOUND = "404 Not Found\n\nThe resource could not be found.\n\n   "


@pytest.fixture
def uuid(proxied):
    return server(project_id=HERS).uuid


@pytest.mark.parametrize(
    ("headers", "status", "sentence"),
    [
        ({"X_Instance_ID": None}, 400, "X-Instance-ID header is missing from request."),
        (
            {"X_Instance_ID_Signature": None, "X_Tenant_ID": None},
            400,
            "X-Instance-ID-Signature header is missing from request.",
        ),
        ({"X_Tenant_ID": None}, 400, "X-Tenant-ID header is missing from request."),
        ({"X_Instance_ID_Signature": "bad"}, 403, "Invalid proxy request signature."),
        ({"X_Instance_ID_Signature": ""}, 403, "Invalid proxy request signature."),
        ({"X_Instance_ID_Signature": "\xe9"}, 403, "Invalid proxy request signature."),
        ({"X_Tenant_ID": ELSEWHERE}, 404, "The resource could not be found."),
    ],
)
def test_a_proxy_that_is_not_believed(ask, uuid, headers, status, sentence):
    answer = ask("/latest", uuid, **headers)
    assert answer.status == status
    assert answer.type == "text/plain; charset=UTF-8"
    assert answer.text.split("\n\n", 1)[1] == f"{sentence}\n\n   "


def test_a_server_that_is_not_there(ask, proxied):
    gone = server(project_id=HERS, deleted=True).uuid
    for uuid in (gone, "11111111-2222-4333-8444-555555555555", "nonsense"):
        assert ask("/latest", uuid).text == NOT_FOUND


def test_a_refusal_is_html_for_those_who_ask_for_it(ask, uuid):
    answer = ask("/nothing", uuid, Accept="text/html")
    assert answer.type == "text/html; charset=UTF-8"
    assert "<h1>404 Not Found</h1>" in answer.text


def test_headers_of_a_proxy_mean_nothing_where_there_is_none(ask, uuid, settings, cloud):
    settings.SERVICE_METADATA_PROXY = False
    assert ask("/latest", uuid).text == NOT_FOUND


def test_no_client_can_choose_the_application(api):
    assert api.get("/latest/meta-data", headers={"kilonova.application": "metadata"}).status == 404


def test_a_guest_is_known_by_its_address(api, cloud, settings, ask):
    settings.METADATA_CACHE_EXPIRATION = 0
    uuid = boot(api)
    (shown_address,) = shown(api, uuid)["addresses"]["private"]
    address = shown_address["addr"]
    assert ask("/openstack/latest/meta_data.json", address=address).json["uuid"] == uuid
    assert ask("/latest/meta-data/local-ipv4", address=address).text == address
    assert ask("/latest/meta-data/security-groups", address=address).text == "default"
    assert ask("/latest", address="192.0.2.77").text == NOT_FOUND
    assert ask("/latest", address="").status == 500
    api.delete(f"/servers/{uuid}")
    from tests.api.servers import settle

    settle()
    assert ask("/latest", address=address).text == NOT_FOUND


def test_an_address_that_several_servers_have_is_nobodys(ask, settings, monkeypatch):
    rows = [{"device_id": "one"}, {"device_id": "two"}]
    monkeypatch.setattr("compute.clients.network.NetworkClient.list_ports", lambda *a, **k: rows)
    answer = ask("/latest", address="10.0.0.1")
    assert answer.status == 500
    assert "An unknown error has occurred. Please try your request again." in answer.text


def test_a_load_balancer_names_provider_and_address(api, cloud, proxied, ask):
    uuid = boot(api)
    address = shown(api, uuid)["addresses"]["private"][0]["addr"]
    said = {"X_Metadata_Provider": "lb", "X_Metadata_Provider_Signature": signature("lb")}
    answer = ask(
        "/openstack/latest/meta_data.json", X_Forwarded_For=f"{address}, 192.0.2.1", **said
    )
    assert answer.json["uuid"] == uuid
    answer = ask("/latest", X_Forwarded_For="192.0.2.9", **said)
    sentence = "Expected a single port matching provider lb and IP 192.0.2.9. Found 0."
    assert (answer.status, sentence in answer.text) == (400, True)
    answer = ask("/latest", **said)
    assert (answer.status, "X-Forwarded-For is missing" in answer.text) == (400, True)
    said["X_Metadata_Provider_Signature"] = signature("other")
    assert ask("/latest", X_Forwarded_For=address, **said).status == 403
    assert SECRET not in answer.text


def test_what_is_known_is_remembered_for_a_while(ask, uuid, settings, monkeypatch):
    from datetime import timedelta

    from compute.models import Server
    from compute.work import clock

    settings.METADATA_CACHE_EXPIRATION = 15
    assert ask("/latest/meta-data/instance-type", uuid).text == "m1.tiny"
    Server.objects.filter(uuid=uuid).update(flavor_name="m1.small")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=14))
    assert ask("/latest/meta-data/instance-type", uuid).text == "m1.tiny"
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=16))
    assert ask("/latest/meta-data/instance-type", uuid).text == "m1.small"


def test_a_network_is_told_with_its_subnets(api, cloud, proxied, guest):
    made = elsewhere(api, "POST", "/network/v2.0/networks", {"network": {"name": "n"}}).json
    net = made["network"]["id"]
    four = {
        "network_id": net,
        "ip_version": 4,
        "cidr": "10.9.0.0/22",
        "enable_dhcp": False,
        "dns_nameservers": ["192.0.2.53"],
        "host_routes": [{"destination": "198.51.100.0/24", "nexthop": "10.9.0.9"}],
    }
    six = {"network_id": net, "ip_version": 6, "cidr": "2001:db8::/64", "enable_dhcp": True}
    for subnet in (four, six):
        answer = elsewhere(api, "POST", "/network/v2.0/subnets", {"subnet": subnet})
        assert answer.status == 201, answer
    uuid = boot(api, networks=[{"uuid": net, "tag": "inner"}], version="2.42")
    told = guest(uuid)("/openstack/latest/network_data.json").json
    (link,) = told["links"]
    assert link["id"] == f"tap{link['vif_id'][:11]}"
    assert link["type"] == "ovs"
    static, dynamic = told["networks"]
    assert static.pop("ip_address").startswith("10.9.")
    dns = [{"type": "dns", "address": "192.0.2.53"}]
    assert static == {
        "id": "network0",
        "type": "ipv4",
        "link": link["id"],
        "netmask": "255.255.252.0",
        "routes": [
            {"network": "0.0.0.0", "netmask": "0.0.0.0", "gateway": "10.9.0.1"},
            {"network": "198.51.100.0", "netmask": "255.255.255.0", "gateway": "10.9.0.9"},
        ],
        "network_id": net,
        "services": dns,
    }
    assert dynamic == {
        "id": "network1",
        "type": "ipv6_dhcp",
        "link": link["id"],
        "network_id": net,
    }
    assert told["services"] == dns
    devices = guest(uuid)("/openstack/2017-02-22/meta_data.json").json["devices"]
    assert devices == [
        {
            "type": "nic",
            "mac": link["ethernet_mac_address"],
            "bus": "pci",
            "address": "0000:00:03.0",
            "tags": ["inner"],
        }
    ]
    devices = guest(uuid)("/openstack/2018-08-27/meta_data.json").json["devices"]
    assert devices[0]["vf_trusted"] is False


def test_interfaces_are_written_for_guests_without_dhcp(api, cloud, proxied, guest):
    proxied.FLAT_INJECTED = True
    uuid = boot(api)
    meta = guest(uuid)("/openstack/latest/meta_data.json").json
    assert meta["network_config"] == {"name": "network_config", "content_path": "/content/0000"}
    answer = guest(uuid)("/openstack/content/0000")
    assert answer.type == "text/plain; charset=UTF-8"
    assert "\nauto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet static\n" in answer.text
    assert guest(uuid)("/openstack/content/0001").status == 404
