"""Consoles, security groups, addresses, backups and volume-backed servers, through HTTP."""

from urllib.parse import parse_qs, urlparse

import pytest

from compute.clients.network import network
from compute.clients.volume import volume as volumes
from compute.domain import context
from compute.models import ConsoleToken, Server
from compute.work import clock
from tests.api.servers import action, boot, elsewhere, settle, shown
from tests.cast import HERS


@pytest.fixture
def server(cloud, api):
    return boot(api)


# Consoles
def token_of(url):
    query = parse_qs(urlparse(url).query)
    return query["token"][0] if "token" in query else query["path"][0].partition("token=")[2]


def test_a_console_has_a_token_that_expires(api, root, server):
    answer = action(api, server, {"os-getVNCConsole": {"type": "novnc"}})
    console = answer.json["console"]
    assert (answer.status, console["type"]) == (200, "novnc")
    token = token_of(console["url"])
    path = f"/os-console-auth-tokens/{token}"
    assert root.get(path, version="2.30").status == 400
    told = root.get(path, version="2.31").json["console"]
    assert (told["instance_uuid"], "tls_port" in told) == (server, False)
    assert api.get(path, version="2.31").status == 403
    ConsoleToken.objects.update(expires_at=clock.now())
    answer = root.get(path, version="2.31")
    assert (answer.status, answer.error) == (404, "Token not found")


@pytest.mark.enable_socket
def test_consoles_moved_to_a_resource_of_their_own(api, root, server):
    assert action(api, server, {"os-getVNCConsole": {"type": "novnc"}}, "2.6").status == 404
    path = f"/servers/{server}/remote-consoles"
    spice = {"remote_console": {"protocol": "spice", "type": "spice-direct"}}
    assert api.post(path, spice, version="2.98").status == 400
    answer = api.post(path, spice, version="2.99")
    assert answer.status == 200, answer
    token = token_of(answer.json["remote_console"]["url"])
    told = root.get(f"/os-console-auth-tokens/{token}", version="2.99").json["console"]
    assert told["tls_port"]
    rdp = {"remote_console": {"protocol": "rdp", "type": "rdp-html5"}}
    assert api.post(path, rdp, version="2.6").status == 400
    mixed = {"remote_console": {"protocol": "vnc", "type": "serial"}}
    assert api.post(path, mixed, version="2.6").error == "Invalid console type serial"


# Security groups
def test_a_server_goes_into_a_group_and_out(api, server):
    group = network().create_security_group(acting(), name="web", description="")
    assert action(api, server, {"addSecurityGroup": {"name": "web"}}).status == 202
    assert group_names(api, server) == {"default", "web"}
    answer = action(api, server, {"addSecurityGroup": {"name": "web"}})
    assert (answer.status, answer.error.splitlines()[0]) == (
        400,
        f"Invalid input for security_groups. Reason: Duplicate items in the list: '{group['id']}'.",
    )
    assert group_names(api, server) == {"default", "web"}
    assert action(api, server, {"removeSecurityGroup": {"name": group["id"]}}).status == 202
    assert action(api, server, {"removeSecurityGroup": {"name": "default"}}).status == 202
    assert "security_groups" not in shown(api, server)
    answer = action(api, server, {"removeSecurityGroup": {"name": "web"}})
    assert answer.error == f"Security group web not associated with the instance {server}"
    answer = action(api, server, {"addSecurityGroup": {"name": "none"}})
    assert answer.error == f"Security group none is not found for project {HERS}"


def acting():
    return context.owner_of(context.cloud(), HERS, "alice")


def group_names(api, server):
    return {group["name"] for group in shown(api, server)["security_groups"]}


# Addresses
def addresses(api, server):
    (found,) = shown(api, server)["addresses"].values()
    return [(each["addr"], each["OS-EXT-IPS:type"]) for each in found]


def test_a_fixed_address_comes_and_goes(cloud, api):
    # On a network of others only its owner may choose addresses.
    own = {"network": {"name": "own"}}
    network_id = elsewhere(api, "POST", "/network/v2.0/networks", own).json["network"]["id"]
    subnet = {"network_id": network_id, "ip_version": 4, "cidr": "192.0.2.0/24"}
    elsewhere(api, "POST", "/network/v2.0/subnets", {"subnet": subnet})
    server = boot(api, networks=[{"uuid": network_id}])
    body = {"addFixedIp": {"networkId": network_id}}
    assert action(api, server, body, "2.44").status == 404
    assert action(api, server, body, "2.43").status == 202
    settle()
    (first, _), (second, _) = addresses(api, server)
    assert action(api, server, {"removeFixedIp": {"address": second}}).status == 202
    settle()
    assert addresses(api, server) == [(first, "fixed")]


def test_a_floating_address_leads_to_a_server(api, server):
    public = network().networks(context.cloud(), name="public")[0]["id"]
    made = network().create_floating_ip(acting(), floating_network_id=public)
    address = made["floating_ip_address"]
    assert action(api, server, {"addFloatingIp": {"address": address}}).status == 202
    assert (address, "floating") in addresses(api, server)
    assert action(api, server, {"removeFloatingIp": {"address": address}}).status == 202
    assert len(addresses(api, server)) == 1
    answer = action(api, server, {"addFloatingIp": {"address": "203.0.113.99"}})
    assert (answer.status, answer.error) == (404, "floating IP not found")


# Backups and images
def back_up(api, server, name, rotation):
    body = {"createBackup": {"name": name, "backup_type": "daily", "rotation": rotation}}
    answer = action(api, server, body)
    assert answer.status == 202
    settle()
    return answer


def test_old_backups_go(api, server):
    for name in ("one", "two", "three"):
        assert "/images/" in back_up(api, server, name, 2).headers["Location"]
    query = f"image_type=backup&backup_type=daily&instance_uuid={server}&sort_key=created_at"
    images = elsewhere(api, "GET", f"/image/v2/images?{query}&sort_dir=asc").json["images"]
    assert [image["name"] for image in images] == ["two", "three"]
    assert "Location" not in back_up(api, server, "none", 0).headers


@pytest.fixture
def on_volume(cloud, api):
    """A server that boots from a volume."""
    images = elsewhere(api, "GET", "/image/v2/images").json["images"]
    disk = {
        "boot_index": 0,
        "source_type": "image",
        "uuid": images[0]["id"],
        "destination_type": "volume",
        "volume_size": 1,
        "delete_on_termination": True,
    }
    return boot(api, imageRef=None, block_device_mapping_v2=[disk])


def test_an_image_of_volumes_boots_again(api, on_volume):
    answer = action(api, on_volume, {"createImage": {"name": "vols"}}, "2.45")
    assert answer.status == 202, answer
    image = elsewhere(api, "GET", f"/image/v2/images/{answer.json['image_id']}").json
    assert (image["status"], image["size"], image["bdm_v2"]) == ("active", 0, "True")
    # Nova: it has no bytes, which are of no other format.
    assert (image["disk_format"], image["container_format"]) == ("raw", "bare")
    again = boot(api, imageRef=image["id"])
    assert shown(api, again)["os-extended-volumes:volumes_attached"]


def test_a_volume_backed_server_is_not_backed_up(api, on_volume):
    body = {"createBackup": {"name": "b", "backup_type": "daily", "rotation": 1}}
    answer = action(api, on_volume, body)
    assert answer.error == "Backup is not supported for volume-backed instances."
    assert answer.status == 400


def test_a_rebuild_attaches_volumes_anew(api, on_volume):
    path = f"/servers/{on_volume}/os-volume_attachments"
    (before,) = api.get(path, version="2.89").json["volumeAttachments"]
    image = elsewhere(api, "GET", "/image/v2/images").json["images"][0]["id"]
    assert action(api, on_volume, {"rebuild": {"imageRef": image}}, "2.58").status == 202
    settle()
    (after,) = api.get(path, version="2.89").json["volumeAttachments"]
    assert after["attachment_id"] != before["attachment_id"]
    assert {**after, "attachment_id": ""} == {**before, "attachment_id": ""}
    volume = elsewhere(api, "GET", f"/volume/v3/{HERS}/volumes/{after['volumeId']}").json["volume"]
    assert volume["status"] == "in-use"
    assert [each["attachment_id"] for each in volume["attachments"]] == [after["attachment_id"]]


def test_a_volume_backed_server_takes_another_image_from_2_93(api, on_volume):
    other = elsewhere(api, "POST", "/image/v2/images", NEW_IMAGE).json["id"]
    upload(api, other)
    answer = action(api, on_volume, {"rebuild": {"imageRef": other}}, "2.92")
    assert "Unable to rebuild with a different image" in answer.error
    assert action(api, on_volume, {"rebuild": {"imageRef": other}}, "2.93").status == 202
    settle()
    seen = shown(api, on_volume)
    assert (seen["status"], seen["image"]) == ("ACTIVE", "")
    (volume,) = seen["os-extended-volumes:volumes_attached"]
    row = elsewhere(api, "GET", f"/volume/v3/{HERS}/volumes/{volume['id']}").json["volume"]
    assert row["status"] == "in-use"
    assert row["volume_image_metadata"]["image_id"] == other


NEW_IMAGE = {"name": "other", "disk_format": "raw", "container_format": "bare"}


def upload(api, image_id):
    api.client.put(
        f"/image/v2/images/{image_id}/file",
        b"bytes",
        "application/octet-stream",
        headers={"X-Auth-Token": api.who},
    )


def test_volumes_follow_a_server(api, on_volume):
    assert action(api, on_volume, {"resize": {"flavorRef": "2"}}).status == 202
    settle()
    assert shown(api, on_volume)["status"] == "VERIFY_RESIZE"
    (volume,) = shown(api, on_volume)["os-extended-volumes:volumes_attached"]
    (attachment,) = volumes().show(acting(), volume["id"])["attachments"]
    assert attachment["host_name"] == Server.objects.get(uuid=on_volume).host
    assert action(api, on_volume, {"confirmResize": None}).status == 204
    settle()
    assert action(api, on_volume, {"shelve": None}).status == 202
    settle()
    assert shown(api, on_volume)["status"] == "SHELVED_OFFLOADED"
    assert action(api, on_volume, {"unshelve": None}).status == 202
    settle()
    assert shown(api, on_volume)["status"] == "ACTIVE"


def test_rescue_of_a_volume_needs_an_image_for_it(api, on_volume):
    answer = action(api, on_volume, {"rescue": None}, "2.87")
    assert answer.error.endswith("Cannot rescue a volume-backed instance")
    image = {**NEW_IMAGE, "hw_rescue_bus": "virtio", "hw_rescue_device": "disk"}
    image_id = elsewhere(api, "POST", "/image/v2/images", image).json["id"]
    upload(api, image_id)
    asked = {"rescue": {"rescue_image_ref": image_id}}
    assert action(api, on_volume, asked, "2.86").status == 400
    assert action(api, on_volume, asked, "2.87").status == 200
    settle()
    assert shown(api, on_volume)["status"] == "RESCUE"
