"""Views over the neighbours: what Nova adds to them, leaves out and gets wrong."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.servers import boot, elsewhere, settle
from tests.cast import ELSEWHERE, HERS

CORES = {"name": "own", "disk_format": "raw", "container_format": "bare"}


@pytest.fixture
def group(cloud, api):
    body = {"security_group": {"name": "web", "description": ""}}
    return api.post("/os-security-groups", body).json["security_group"]["id"]


def image(api, **more):
    return elsewhere(api, "POST", "/image/v2/images", {**CORES, **more}).json["id"]


def rule(api, group, **says):
    body = {"security_group_rule": {"parent_group_id": group, **says}}
    return api.post("/os-security-group-rules", body)


# Images


def test_an_image_of_a_server_leads_to_it(cloud, api):
    made = image(api, instance_uuid="u", auto_disk_config="True", min_ram=64)
    shown = api.get(f"/images/{made}").json["image"]
    assert (shown["status"], shown["progress"], shown["minRam"]) == ("SAVING", 25, 64)
    assert shown["OS-EXT-IMG-SIZE:size"] == 0
    assert shown["server"]["links"][1]["href"] == "http://testserver/servers/u"
    assert shown["OS-DCF:diskConfig"] == "AUTO"
    assert shown["metadata"] == {"instance_uuid": "u", "auto_disk_config": "True"}
    assert shown["links"][2]["href"] == f"http://testserver/image//images/{made}"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("name=own", 1),
        ("status=saving", 0),
        ("status=QUEUED", 1),
        ("property-colour=blue", 1),
        ("property-colour=red", 0),
        ("server=http://x/servers/u", 1),
        ("type=snapshot", 0),
        ("changes-since=2099-01-01T00:00:00Z", 0),
        ("limit=1", 1),
        ("unknown=1", 2),
    ],
)
def test_images_are_filtered_by_image(cloud, api, query, count):
    image(api, colour="blue", instance_uuid="u")
    assert len(api.get(f"/images?{query}").json["images"]) == count


def test_a_full_page_of_images_leads_to_the_next(cloud, api):
    made = image(api)
    page = api.get("/images/detail?limit=1").json
    assert [each["id"] for each in page["images"]] == [made]
    (link,) = page["images_links"]
    assert link["href"] == f"http://testserver/v2.1/images/detail?limit=1&marker={made}"
    assert "images_links" not in api.get("/images").json


def test_a_marker_that_is_no_image_is_refused_in_images_words(cloud, api):
    answer = api.get("/images?marker=00000000-0000-4000-8000-00000000ffff")
    assert answer.status == 400
    assert answer.error.startswith("HTTP 400 Bad Request: No image found")


def test_properties_are_set_beside_others_or_in_their_place(cloud, api):
    path = f"/images/{image(api, a='1', b='2')}/metadata"
    assert api.post(path, {"metadata": {"b": "3", "c": "4"}}).json == {
        "metadata": {"a": "1", "b": "3", "c": "4"}
    }
    assert api.put(f"{path}/a", {"meta": {"a": "5"}}).json == {"meta": {"a": "5"}}
    assert api.delete(f"{path}/b").status == 204
    assert api.delete(f"{path}/b").error == "Invalid metadata key"
    assert api.get(path).json == {"metadata": {"a": "5", "c": "4"}}
    assert api.put(path, {"metadata": {"d": "6"}}).json == {"metadata": {"d": "6"}}
    assert api.get(f"{path}/d").json == {"meta": {"d": "6"}}
    assert api.get(f"{path}/a").status == 404


def test_an_image_has_as_many_properties_as_a_server(cloud, api):
    items = {f"k{number}": "v" for number in range(129)}
    answer = api.post(f"/images/{image(api)}/metadata", {"metadata": items})
    assert (answer.status, answer.error) == (403, "Image metadata limit exceeded")


def test_somebody_elses_image_is_not_deleted(cloud, api):
    public = api.get("/images").json["images"][0]["id"]
    answer = api.delete(f"/images/{public}")
    assert (answer.status, answer.error) == (403, "You are not allowed to delete the image.")
    own = image(api)
    assert api.delete(f"/images/{own}").status == 204
    assert api.get(f"/images/{own}").status == 404


# Floating addresses


def test_a_floating_address_knows_its_server(cloud, api):
    server = boot(api)
    made = api.post("/os-floating-ips", {"pool": "public"}).json["floating_ip"]
    port = api.get(f"/servers/{server}/os-interface").json["interfaceAttachments"][0]
    body = {"floatingip": {"port_id": port["port_id"]}}
    elsewhere(api, "PUT", f"/network/v2.0/floatingips/{made['id']}", body)
    event = {"events": [{"name": "network-changed", "server_uuid": server}]}
    api.as_("root").post("/os-server-external-events", event)
    settle()
    shown = api.get(f"/os-floating-ips/{made['id']}").json["floating_ip"]
    fixed = port["fixed_ips"][0]["ip_address"]
    assert (shown["instance_id"], shown["fixed_ip"]) == (server, fixed)
    assert _addresses(api, server) == [fixed, made["ip"]]
    assert api.delete(f"/os-floating-ips/{made['id']}").status == 202
    assert _addresses(api, server) == [fixed]
    assert api.get("/os-floating-ips").json == {"floating_ips": []}


def _addresses(api, server):
    shown = api.get(f"/servers/{server}/ips").json["addresses"]["private"]
    return [each["addr"] for each in shown]


def test_a_pool_may_be_named_by_its_id(cloud, api):
    nets = elsewhere(api, "GET", "/network/v2.0/networks?name=public").json["networks"]
    assert api.post("/os-floating-ips", {"pool": nets[0]["id"]}).status == 200


def test_floating_addresses_have_a_quota(cloud, api, root):
    body = {"quota": {"floatingip": 0}}
    elsewhere(root, "PUT", f"/network/v2.0/quotas/{HERS}", body)
    assert api.post("/os-floating-ips").error == "IP allocation over quota."
    answer = api.post("/os-floating-ips", {"pool": "public"})
    assert (answer.status, answer.error) == (403, "IP allocation over quota in pool public.")


# Security groups


def test_groups_of_all_projects_are_for_administrators(cloud, api, root, group):
    def projects(caller, path):
        groups = caller.get(path).json["security_groups"]
        return {each["tenant_id"] for each in groups}

    assert projects(root, "/os-security-groups?all_tenants=1") >= {HERS}
    assert HERS not in projects(root, "/os-security-groups")
    assert projects(api, "/os-security-groups?all_tenants=1") == {HERS}


def test_the_default_group_stays_and_keeps_its_name(cloud, api):
    (default,) = api.get("/os-security-groups").json["security_groups"]
    path = f"/os-security-groups/{default['id']}"
    answer = api.delete(path)
    assert answer.error.startswith("Insufficient rights for removing default security group.")
    assert answer.status == 400
    answer = api.put(path, {"security_group": {"name": "x", "description": ""}})
    assert answer.status == 500
    body = {"security_group": {"name": "default", "description": ""}}
    assert api.post("/os-security-groups", body).status == 403


def test_a_group_in_use_stays(cloud, api, group):
    boot(api, security_groups=[{"name": "web"}])
    answer = api.delete(f"/os-security-groups/{group}")
    assert answer.status == 400
    assert answer.error.startswith(f"Security Group {group} in use.\nNeutron server returns")


_ICMP_TYPES = "Type and Code must be integers for ICMP protocol type"
# protocol, from, to, cidr: what is shown, or the refusal
# fmt: off
RULES = [
    ("udp",  "1",  "5",  None,            ("udp", 1, 5, "0.0.0.0/0")),
    ("icmp", -1,   -1,   None,            ("icmp", -1, -1, "0.0.0.0/0")),
    ("tcp",  1,    2,    "::/0",          ("tcp", 1, 2, "::/0")),
    ("tcp",  1,    2,    "10.0.0.0%2F8",  ("tcp", 1, 2, "10.0.0.0/8")),
    ("tcp",  None, None, None,            "Not enough parameters to build a valid rule."),
    ("tcp",  30,   22,   None,            "Invalid port range 30:22. Former value cannot be "
                                          "greater than the later"),
    ("tcp",  0,    22,   None,            "Invalid port range 0:22. Valid TCP ports should be "
                                          "between 1-65535"),
    ("icmp", 300,  1,    None,            "Invalid port range 300:1. For ICMP, the type:code "
                                          "must be valid"),
    ("gre",  1,    2,    None,            "Invalid IP protocol gre."),
    ("tcp",  "a",  2,    None,            "Invalid input received: To and From ports must be "
                                          "integers"),
    ("icmp", "a",  2,    None,            f"Invalid input received: {_ICMP_TYPES}"),
    ("tcp",  1,    2,    "foo",           "foo is not a valid IP network."),
    ("tcp",  1,    2,    "10.0.0.0/0",    "Bad prefix for network in cidr 10.0.0.0/0"),
]
# fmt: on


@pytest.mark.parametrize(("protocol", "first", "last", "cidr", "expected"), RULES)
def test_a_rule_is_read(api, group, protocol, first, last, cidr, expected):
    answer = rule(api, group, ip_protocol=protocol, from_port=first, to_port=last, cidr=cidr)
    if isinstance(expected, str):
        assert (answer.status, answer.error) == (400, expected)
        return
    made = answer.json["security_group_rule"]
    shown = (made["ip_protocol"], made["from_port"], made["to_port"], made["ip_range"]["cidr"])
    assert shown == expected
    assert api.get(f"/os-security-groups/{group}").json["security_group"]["rules"] == [made]


@pytest.mark.parametrize(
    ("asked", "ports"),
    [({}, (None, None)), ({"ip_protocol": "tcp"}, (1, 65535)), ({"ip_protocol": "icmp"}, (-1, -1))],
)
def test_a_rule_of_a_group_may_leave_ports_out(api, group, asked, ports):
    made = rule(api, group, group_id=group, **asked).json["security_group_rule"]
    assert (made["from_port"], made["to_port"]) == ports
    assert made["group"] == {"name": "web", "tenant_id": HERS}
    assert made["ip_range"] == {}


def test_a_rule_of_a_group_that_is_not_there(api, group):
    missing = "00000000-0000-4000-8000-00000000ffff"
    answer = rule(api, group, group_id=missing)
    assert answer.status == 404
    assert answer.error.startswith(f"Security group {missing} does not exist\nNeutron server")


# Volumes


def test_a_volume_shows_one_of_its_servers(cloud, api):
    server = boot(api)
    data = api.post("/os-volumes", {"volume": {"size": 1}}).json["volume"]["id"]
    body = {"volumeAttachment": {"volumeId": data}}
    api.post(f"/servers/{server}/os-volume_attachments", body)
    settle()
    shown = api.get(f"/os-volumes/{data}").json["volume"]
    assert shown["attachments"] == [
        {"id": data, "volumeId": data, "serverId": server, "device": "/dev/vdb"}
    ]
    # Nova: a volume in use is snapshotted by force only, and it does not foresee that.
    assert api.post("/os-snapshots", {"snapshot": {"volume_id": data}}).status == 500
    body = {"snapshot": {"volume_id": data, "force": "true"}}
    assert api.post("/os-snapshots", body).status == 200


def test_volumes_have_a_quota(cloud, api):
    answer = api.post("/os-volumes", {"volume": {"size": 99999}})
    assert answer.status == 403
    assert answer.error.startswith("VolumeSizeExceedsAvailableQuota")


def test_volumes_are_the_projects_own(cloud, api):
    data = api.post("/os-volumes", {"volume": {"size": 1}}).json["volume"]["id"]
    carol = api.as_("carol")
    assert carol.get(f"/os-volumes/{data}").status == 404
    assert carol.get("/os-volumes").json == {"volumes": []}
    assert api.as_("rita").delete(f"/os-volumes/{data}").status == 403


def test_networks_are_those_that_network_shows(cloud, api, root):
    body = {"network": {"name": "theirs", "project_id": ELSEWHERE}}
    elsewhere(root, "POST", "/network/v2.0/networks", body)
    names = {net["label"] for net in api.get("/os-networks").json["networks"]}
    assert names == {"private", "public"}
    shown = api.as_("carol").get("/os-tenant-networks").json["networks"]
    assert {"theirs"} < {net["label"] for net in shown}


# Lists


def _group(api, number):
    body = {"security_group": {"name": f"g{number}", "description": ""}}
    made = api.post("/os-security-groups", body).json["security_group"]["id"]
    rule(api, made, group_id=made)


def _floating_ip(api, number):
    api.post("/os-floating-ips", {"pool": "public"})


def _volume(api, number):
    data = api.post("/os-volumes", {"volume": {"size": 1}}).json["volume"]["id"]
    api.post("/os-snapshots", {"snapshot": {"volume_id": data}})


def _image(api, number):
    image(api, number=str(number))


def _network(api, number):
    body = {"network": {"name": f"n{number}"}}
    elsewhere(api, "POST", "/network/v2.0/networks", body)


# path, what makes one more row
LISTS = [
    ("/images/detail", _image),
    ("/os-floating-ips", _floating_ip),
    ("/os-networks", _network),
    ("/os-security-groups", _group),
    ("/os-snapshots", _volume),
    ("/os-volumes", _volume),
]


@pytest.mark.parametrize(("path", "make"), LISTS, ids=[path for path, _ in LISTS])
def test_the_number_of_queries_is_fixed(cloud, api, path, make):
    counts = []
    for more in (2, 5):
        for number in range(more):
            make(api, number)
        api.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert api.get(path).status == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
