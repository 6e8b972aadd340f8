"""Requests that nobody means to send, and what Nova says of them."""

import pytest

from compute.models import Server
from tests.api.servers import action, boot
from tests.cast import HERS

NONE = "00000000-0000-4000-8000-00000000ffff"
NO_HOST = "<class 'nova.exception.NovaException'>"


def order(**more):
    return {"server": {"name": "n", "flavorRef": "1", "networks": "none", **more}}


@pytest.fixture
def server(cloud, api):
    return boot(api)


@pytest.fixture
def image(cloud, api, server):
    return api.get(f"/servers/{server}").json["server"]["image"]["id"]


def test_a_volume_is_looked_up_although_its_device_is_taken_away(api, image):
    device = {"device_name": "vdb", "volume_id": NONE, "no_device": "x"}
    answer = api.post(
        "/servers", order(imageRef=image, block_device_mapping=[device]), version="2.37"
    )
    assert (answer.status, answer.error) == (400, f"Volume {NONE} could not be found.")


def test_a_device_taken_away_keeps_its_place_in_the_boot_sequence(api, image):
    devices = [
        {"source_type": "image", "destination_type": "local", "uuid": image, "boot_index": 0},
        {"source_type": "blank", "no_device": True, "boot_index": 0},
    ]
    answer = api.post(
        "/servers", order(imageRef=image, block_device_mapping_v2=devices), version="2.37"
    )
    assert (answer.status, answer.error) == (
        400,
        "Block Device Mapping is Invalid: Boot sequence for the instance and image/block device "
        "mapping combination is not valid.",
    )


def test_a_device_that_is_only_taken_away_is_none(api, image):
    devices = [
        {"source_type": "image", "destination_type": "local", "uuid": image, "boot_index": 0},
        {"no_device": True, "device_name": "/dev/vdc"},
    ]
    answer = api.post(
        "/servers", order(imageRef=image, block_device_mapping_v2=devices), version="2.37"
    )
    assert answer.status == 202
    server = Server.objects.get(uuid=answer.json["server"]["id"])
    assert server.block_devices.count() == 1


def test_addresses_change_on_a_host_only(api, root, server):
    """Nova: without a host to tell, an error that it does not foresee."""
    Server.objects.filter(uuid=server).update(host=None, vm_state="shelved_offloaded")
    asked = (
        (api, {"addFixedIp": {"networkId": NONE}}),
        (api, {"removeFixedIp": {"address": "192.0.2.3"}}),
        (root, {"injectNetworkInfo": None}),
    )
    for who, body in asked:
        answer = action(who, server, body)
        assert answer.status == 500
        assert answer.error.endswith(NO_HOST)


def test_a_legacy_update_may_hold_nothing_that_is_known(api, server):
    answer = api.legacy.put(f"/servers/{server}", {"server": {"x": 1}}, version=None)
    assert (answer.status, answer.json["server"]["name"]) == (200, "one")


def test_how_many_addresses_a_port_may_have_comes_before_what_they_are(api, server):
    asked = {"interfaceAttachment": {"fixed_ips": [{"ip_address": "192.0.2.3"}, None]}}
    answer = api.post(f"/servers/{server}/os-interface", asked)
    assert answer.status == 400
    assert answer.error.endswith("is too long")


def test_a_size_with_a_point_passes_the_schema_and_is_none(cloud, root):
    """Nova: an error that it does not foresee."""
    sizes = {"name": "f", "ram": 64, "vcpus": 1, "disk": 1}
    for strange in ({"disk": 1.0}, {"swap": 0.0}, {"rxtx_factor": "0"}):
        answer = root.post("/flavors", {"flavor": {**sizes, **strange}})
        assert answer.status == 500
        assert answer.error.endswith("<class 'nova.exception.InvalidInput'>")


def test_the_name_that_an_aggregate_has_is_no_change(cloud, root):
    made = root.post("/os-aggregates", {"aggregate": {"name": "a"}}).json["aggregate"]["id"]
    for name, is_changed in (("a", False), ("b", True)):
        answer = root.put(f"/os-aggregates/{made}", {"aggregate": {"name": name}})
        assert (answer.json["aggregate"]["updated_at"] is not None) == is_changed


def test_an_error_shows_what_legacy_clients_said_too_much(cloud, api):
    asked = {"server_group": {"name": "g", "policy": "affinity"}}
    answer = api.legacy.post("/os-server-groups", asked, version=None)
    assert (answer.status, answer.error) == (
        400,
        "Invalid input for field/attribute server_group. Value: {'name': 'g', 'policy': "
        "'affinity'}. 'policies' is a required property",
    )


def test_when_metadata_of_an_aggregate_changed_is_told_once(cloud, root):
    made = root.post("/os-aggregates", {"aggregate": {"name": "a"}}).json["aggregate"]["id"]
    body = {"set_metadata": {"metadata": {"a": "b"}}}
    answer = root.post(f"/os-aggregates/{made}/action", body)
    assert answer.json["aggregate"]["updated_at"] is not None
    assert root.get(f"/os-aggregates/{made}").json["aggregate"]["updated_at"] is None


@pytest.mark.parametrize("path", ["/os-server-groups", "/servers/{}/os-volume_attachments"])
def test_an_offset_beyond_what_databases_count_to_finds_nothing(cloud, api, path):
    url = path.format(boot(api))
    (rows,) = api.get(f"{url}?offset={2**63}").json.values()
    assert rows == []


def test_an_empty_marker_is_none_for_images(cloud, api):
    assert api.get("/images/detail?marker=").json["images"]
    assert api.get("/images?marker=nope").status == 400


def test_links_name_the_project_that_the_query_names(cloud, api):
    boot(api)

    def link(query):
        (server,) = api.get(f"/servers?{query}", version="2.66").json["servers"]
        return server["links"][0]["href"]

    assert f"/v2.1/{HERS}/servers/" in link(f"tenant_id={HERS}")
    # What nobody knows is dropped before.
    assert "/v2.1/servers/" in link(f"TENANT_ID={HERS}")


def test_a_rule_of_a_server_group_is_a_whole_number_without_a_point(api, db):
    rules = {"max_server_per_host": 3.0}
    body = {"server_group": {"name": "g", "policy": "anti-affinity", "rules": rules}}
    answer = api.post("/os-server-groups", body, version="2.64")
    said = "ValueError(\"invalid literal for int() with base 10: '3.0'\")"
    assert (answer.status, answer.error) == (400, said)


@pytest.mark.parametrize("cidr", [1.5, ["10.0.0.0/8"]])
def test_a_range_of_addresses_is_a_text(cloud, api, cidr):
    (group,) = api.get("/os-security-groups").json["security_groups"]
    rule = {"parent_group_id": group["id"], "ip_protocol": "tcp", "from_port": 1, "to_port": 1}
    answer = api.post("/os-security-group-rules", {"security_group_rule": {**rule, "cidr": cidr}})
    assert (answer.status, answer.error) == (400, f"{cidr} is not a valid IP network.")


@pytest.mark.parametrize("port", [{}, [], [1]])
def test_what_nova_did_not_foresee_of_ports_is_said_as_it_says_it(cloud, api, port):
    (group,) = api.get("/os-security-groups").json["security_groups"]
    rule = {"parent_group_id": group["id"], "ip_protocol": "tcp", "from_port": 1, "to_port": port}
    answer = api.post("/os-security-group-rules", {"security_group_rule": rule})
    assert answer.status == 500
    assert answer.error.endswith("<class 'TypeError'>")


@pytest.mark.parametrize(
    ("ask", "path", "status", "said"),
    [
        ("delete", "/servers/detail", 404, "Instance detail could not be found."),
        ("delete", "/flavors/detail", 404, "Flavor detail could not be found."),
        ("put", "/servers/detail", 404, "Instance detail could not be found."),
        ("put", "/flavors/detail", 404, "Flavor detail could not be found."),
    ],
)
def test_the_word_of_a_list_is_an_id_where_there_is_no_list(root, ask, path, status, said):
    body = {"servers": {"server": {}}, "flavors": {"flavor": {"description": "d"}}}
    sent = [body[path.split("/")[1]]] if ask == "put" else []
    answer = getattr(root, ask)(path, *sent, version="2.55")
    assert (answer.status, answer.error) == (status, said)
