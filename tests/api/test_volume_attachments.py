"""Volumes of servers through HTTP, and what Volume, the guest and the records say afterwards."""

import pytest

from compute.models import BlockDevice, Guest, ServerEvent, ServerFault
from tests.api.servers import action, actions_of, boot, elsewhere, settle
from tests.cast import HERS

NOWHERE = "11111111-1111-4111-8111-111111111111"
ROOT = "/volume/v3/40000000000000000000000000000003"


@pytest.fixture
def server(cloud, api):
    return boot(api)


def volume(api, **more):
    body = {"volume": {"size": 1, **more}}
    return elsewhere(api, "POST", f"/volume/v3/{HERS}/volumes", body).json["volume"]["id"]


def seen(api, volume_id):
    return elsewhere(api, "GET", f"/volume/v3/{HERS}/volumes/{volume_id}").json["volume"]


def attach(api, server, volume_id, version="2.79", **more):
    body = {"volumeAttachment": {"volumeId": volume_id, **more}}
    return api.post(f"/servers/{server}/os-volume_attachments", body, version=version)


def detach(api, server, volume_id, version="2.79"):
    return api.delete(f"/servers/{server}/os-volume_attachments/{volume_id}", version=version)


def swap(api, server, old, new):
    body = {"volumeAttachment": {"volumeId": new}}
    return api.put(f"/servers/{server}/os-volume_attachments/{old}", body)


def event_of(action_name):
    return ServerEvent.objects.filter(action__action=action_name).latest("pk")


def test_a_volume_is_reserved_at_once_and_attached_by_the_host(api, server):
    data = volume(api)
    answer = attach(api, server, data)
    assert (answer.status, answer.json["volumeAttachment"]["device"]) == (200, "/dev/vdb")
    assert seen(api, data)["status"] == "reserved"
    settle()
    shown = seen(api, data)
    assert shown["status"] == "in-use"
    (attachment,) = shown["attachments"]
    assert (attachment["server_id"], attachment["device"]) == (server, "/dev/vdb")
    assert Guest.objects.get().notes["disks"] == ["/dev/vda", "/dev/vdb"]
    assert event_of("attach_volume").result == "Success"


def test_a_volume_is_detached_everywhere(api, server):
    data = volume(api)
    attach(api, server, data)
    settle()
    assert detach(api, server, data).status == 202
    assert seen(api, data)["status"] == "detaching"
    settle()
    assert (seen(api, data)["status"], seen(api, data)["attachments"]) == ("available", [])
    assert Guest.objects.get().notes["disks"] == ["/dev/vda"]
    assert detach(api, server, data).status == 404
    assert actions_of(api, server)[:2] == ["detach_volume", "attach_volume"]


def test_from_2_101_on_a_refusal_by_volume_is_told_to_nobody(api, server):
    data = volume(api)
    elsewhere(
        api.as_("root"),
        "POST",
        f"{ROOT}/volumes/{data}/action",
        {"os-reset_status": {"status": "error"}},
    )
    answer = attach(api, server, data, version="2.100")
    assert answer.status == 400
    assert answer.error.startswith("Invalid input received: Invalid volume: Volume attachments")
    answer = attach(api, server, data, version="2.101")
    assert (answer.status, answer.text) == (202, "")
    settle()
    assert not BlockDevice.objects.filter(volume_id=data).exists()
    assert actions_of(api, server) == ["create"]


def test_what_goes_with_a_server_is_what_was_asked_last(api, server):
    kept, gone = volume(api), volume(api)
    attach(api, server, kept, delete_on_termination=True)
    attach(api, server, gone)
    settle()
    for data, fate in ((kept, False), (gone, True)):
        body = {"volumeAttachment": {"volumeId": data, "delete_on_termination": fate}}
        path = f"/servers/{server}/os-volume_attachments/{data}"
        assert api.put(path, body, version="2.85").status == 202
    api.delete(f"/servers/{server}")
    settle()
    assert seen(api, kept)["status"] == "available"
    path = f"/volume/v3/{HERS}/volumes/{gone}"
    assert elsewhere(api, "GET", path).status == 404


def test_a_root_volume_stays(api, cloud):
    images = elsewhere(api, "GET", "/image/v2/images").json["images"]
    disk = {
        "boot_index": 0,
        "uuid": images[0]["id"],
        "source_type": "image",
        "destination_type": "volume",
        "volume_size": 1,
    }
    server = boot(api, imageRef=None, block_device_mapping_v2=[disk])
    root = BlockDevice.objects.get().volume_id
    answer = detach(api, server, root)
    assert (answer.status, answer.error) == (400, "Cannot detach a root device volume")


def test_many_servers_share_a_volume_from_2_60_on(api, server):
    shared = volume(api, volume_type="multiattach")
    other = boot(api)
    answer = attach(api, server, shared, version="2.59")
    assert answer.error == (
        "Multiattach volumes are only supported starting with compute API version 2.60."
    )
    assert attach(api, server, shared, version="2.60").status == 200
    settle()
    assert attach(api, other, shared, version="2.60").status == 200
    settle()
    assert len(seen(api, shared)["attachments"]) == 2
    answer = attach(api, server, shared, version="2.60")
    assert answer.error == f"Invalid volume: volume {shared} already attached"
    detach(api, server, shared)
    settle()
    assert seen(api, shared)["status"] == "in-use"


def test_a_locked_server_keeps_its_volumes(api, root, server):
    data = volume(api)
    action(root, server, {"lock": None})
    answer = attach(api, server, data)
    assert (answer.status, answer.error) == (409, f"Instance {server} is locked")


def test_a_rescued_server_takes_none(api, server):
    data = volume(api)
    action(api, server, {"rescue": {}})
    settle()
    answer = attach(api, server, data)
    assert answer.status == 409
    assert answer.error == (
        f"Cannot 'attach_volume' instance {server} while it is in vm_state rescued"
    )


def test_an_offloaded_server_is_given_volumes_on_paper(api, server):
    data = volume(api)
    action(api, server, {"shelve": None})
    settle()
    assert attach(api, server, data, version="2.19").status == 409
    answer = attach(api, server, data, tag="x")
    assert answer.error == (
        "Tagged volume attachment is not supported for shelved-offloaded instances."
    )
    answer = attach(api, server, data)
    assert (answer.status, answer.json["volumeAttachment"]["device"]) == (200, None)
    assert seen(api, data)["status"] == "in-use"
    action(api, server, {"unshelve": None})
    settle()
    path = f"/servers/{server}/os-volume_attachments/{data}"
    assert api.get(path).json["volumeAttachment"]["device"] == "/dev/vdb"
    assert seen(api, data)["attachments"][0]["device"] == "/dev/vdb"


def test_a_volume_is_detached_from_an_offloaded_server_at_once(api, server):
    data = volume(api)
    attach(api, server, data, delete_on_termination=True)
    settle()
    action(api, server, {"shelve": None})
    settle()
    assert detach(api, server, data, version="2.19").status == 409
    assert detach(api, server, data).status == 202
    path = f"/volume/v3/{HERS}/volumes/{data}"
    assert elsewhere(api, "GET", path).status == 404
    assert actions_of(api, server)[0] == "detach_volume"


def test_volume_swaps_what_it_migrates(api, root, server):
    old, new, small = volume(api, size=2), volume(api, size=3), volume(api)
    attach(api, server, old)
    settle()
    status = {"os-reset_status": {"migration_status": "starting"}}
    elsewhere(root, "POST", f"{ROOT}/volumes/{old}/action", status)
    answer = swap(root, server, old, small)
    assert answer.error == "Invalid volume: New volume must be the same size or larger."
    assert swap(root, server, old, new).status == 202
    settle()
    assert (seen(api, old)["status"], seen(api, new)["status"]) == ("available", "in-use")
    device = BlockDevice.objects.get(volume_id=new)
    assert (device.device_name, device.volume_size) == ("/dev/vdb", 3)
    assert device.attachment_id == seen(api, new)["attachments"][0]["attachment_id"]
    assert event_of("swap_volume").result == "Success"


def test_a_volume_that_the_host_cannot_attach_is_free_again(api, server, monkeypatch):
    def fail(*args):
        raise RuntimeError("no such disk")

    monkeypatch.setattr("compute.virt.fake.FakeDriver.attach_volume", fail)
    data = volume(api)
    attach(api, server, data)
    settle()
    assert seen(api, data)["status"] == "available"
    assert not BlockDevice.objects.filter(volume_id=data).exists()
    assert event_of("attach_volume").result == "Error"
    assert ServerFault.objects.get().message == "RuntimeError"


def test_a_volume_that_the_host_cannot_detach_stays(api, server, monkeypatch):
    data = volume(api)
    attach(api, server, data)
    settle()

    def fail(*args):
        raise RuntimeError("busy")

    monkeypatch.setattr("compute.virt.fake.FakeDriver.detach_volume", fail)
    detach(api, server, data)
    settle()
    assert seen(api, data)["status"] == "in-use"
    assert BlockDevice.objects.filter(volume_id=data).exists()


def test_a_volume_of_a_server_that_went_meanwhile_is_free(api, server):
    data = volume(api)
    attach(api, server, data)
    api.delete(f"/servers/{server}")
    settle()
    assert seen(api, data)["status"] == "available"


def test_nobody_else_reaches_them(api, server):
    data = volume(api)
    assert attach(api.as_("carol"), server, data).status == 404
    assert attach(api.as_("rita"), server, data).status == 403
    assert detach(api.as_("carol"), server, data).status == 404


@pytest.mark.parametrize("kind", ["SOFT", "HARD"])
def test_a_reboot_drops_attachments_that_one_side_knows_nothing_of(api, server, kind):
    mine, dangling, lost = (volume(api) for _ in range(3))
    for each in (mine, lost):
        assert attach(api, server, each).status == 200
        settle()
    asked = {"attachment": {"volume_uuid": dangling, "instance_uuid": server}}
    headers = {"OpenStack-API-Version": "volume 3.27"}
    path = f"/volume/v3/{HERS}/attachments"
    answer = elsewhere(api, "POST", path, asked, headers=headers)
    assert (answer.status, seen(api, dangling)["status"]) == (200, "reserved")
    BlockDevice.objects.filter(volume_id=lost).update(attachment_id=NOWHERE)
    assert action(api, server, {"reboot": {"type": kind}}).status == 202
    settle()
    held = api.get(f"/servers/{server}/os-volume_attachments").json["volumeAttachments"]
    assert [each["volumeId"] for each in held] == [mine]
    states = [seen(api, each)["status"] for each in (mine, dangling, lost)]
    assert states == ["in-use", "available", "available"]
