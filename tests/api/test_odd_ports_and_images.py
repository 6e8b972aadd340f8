"""Ports of odd kinds, and what rebuilds and resizes say of images, in Nova's order."""

import json

import pytest

from compute.models import Server
from tests.api.servers import action, boot, elsewhere, order, settle, shown


@pytest.fixture
def server(cloud, api):
    return boot(api)


def say(root, image, name, value):
    """Give an image a property."""
    change = json.dumps([{"op": "add", "path": f"/{name}", "value": value}])
    kind = "application/openstack-images-v2.1-json-patch"
    headers = {"X-Auth-Token": root.who}
    answer = root.client.patch(f"/image/v2/images/{image}", change, kind, headers=headers)
    assert answer.status_code == 200, answer.content


def port_of(root, api, kind):
    rows = elsewhere(api, "GET", "/network/v2.0/networks").json["networks"]
    net = next(row for row in rows if row["name"] == "private")
    body = {"network_id": net["id"], "binding:vnic_type": kind, "tenant_id": api_project(api)}
    answer = elsewhere(root, "POST", "/network/v2.0/ports", {"port": body})
    assert answer.status == 201, answer
    return answer.json["port"]["id"]


def api_project(api):
    return elsewhere(api, "GET", "/network/v2.0/security-groups").json["security_groups"][0][
        "tenant_id"
    ]


@pytest.mark.parametrize("kind", ["accelerator-direct", "accelerator-direct-physical"])
def test_ports_of_accelerators_need_a_profile(cloud, api, root, kind):
    port = port_of(root, api, kind)
    image = elsewhere(api, "GET", "/image/v2/images").json["images"][0]["id"]
    asked = {"name": "one", "imageRef": image, "flavorRef": "1", "networks": [{"port": port}]}
    answer = api.post("/servers", {"server": asked}, version="2.37")
    assert (answer.status, answer.error) == (
        400,
        f"Device profile name None: No device profile for port {port}.",
    )


def test_a_port_of_an_accelerator_is_not_plugged_into_a_server(api, root, server):
    port = port_of(root, api, "accelerator-direct")
    body = {"interfaceAttachment": {"port_id": port}}
    answer = api.post(f"/servers/{server}/os-interface", body)
    said = "Feature not supported with Ports that have accelerators."
    assert (answer.status, answer.error) == (400, said)


@pytest.mark.parametrize("kind", ["virtio-forwarder", "remote-managed"])
def test_ports_that_are_devices_need_one(cloud, api, root, kind):
    made = order(api, networks=[{"port": port_of(root, api, kind)}])
    settle()
    assert shown(api, made)["status"] == "ERROR"


def test_a_rebuild_from_the_same_image_does_not_look_at_its_topology(api, root, server):
    image = Server.objects.get(uuid=server).image_ref
    say(root, image, "hw_numa_nodes", "1")
    assert action(api, server, {"rebuild": {"imageRef": image}}).status == 202


def test_a_rebuild_knows_the_architectures_there_are(api, root, server):
    image = Server.objects.get(uuid=server).image_ref
    say(root, image, "hw_architecture", "foo")
    answer = action(api, server, {"rebuild": {"imageRef": image}})
    said = "Architecture name 'foo' is not recognised"
    assert (answer.status, answer.error) == (400, said)


def test_a_server_on_a_volume_is_resized_whatever_its_disk_would_say(api, root, server):
    path = "/flavors/2/os-extra_specs"
    specs = {"hw:virtio_packed_ring": "false"}
    assert root.post(path, {"extra_specs": specs}).status == 200
    properties = {"hw_virtio_packed_ring": "true"}
    Server.objects.filter(uuid=server).update(image_properties=properties)
    refused = action(api, server, {"resize": {"flavorRef": "2"}})
    assert refused.status == 400
    images = elsewhere(api, "GET", "/image/v2/images").json["images"]
    disk = {
        "boot_index": 0,
        "source_type": "image",
        "uuid": images[0]["id"],
        "destination_type": "volume",
        "volume_size": 1,
    }
    on_volume = boot(api, imageRef=None, block_device_mapping_v2=[disk])
    Server.objects.filter(uuid=on_volume).update(image_properties=properties)
    assert action(api, on_volume, {"resize": {"flavorRef": "2"}}).status == 202
