"""Servers on volumes: what their volumes' images say counts as if they booted from the image."""

import pytest

from compute.models import Server
from tests.api.servers import action, boot, elsewhere, settle, shown
from tests.api.test_image_demands import describe
from tests.cast import ADMINS, HERS
from tests.client import Api

VOLUMES = f"/volume/v3/{HERS}/volumes"


def volume(api, **more):
    made = elsewhere(api, "POST", VOLUMES, {"volume": {"size": 1, **more}}).json["volume"]["id"]
    settle()
    return made


def snapshot(api, volume_id):
    body = {"snapshot": {"volume_id": volume_id}}
    made = elsewhere(api, "POST", f"/volume/v3/{HERS}/snapshots", body).json["snapshot"]["id"]
    settle()
    return made


def order(api, source, uuid, **more):
    root = {"boot_index": 0, "source_type": source, "destination_type": "volume", "uuid": uuid}
    body = {
        "name": "one",
        "flavorRef": "1",
        "networks": "none",
        "block_device_mapping_v2": [{**root, "volume_size": 1, **more}],
    }
    return api.post("/servers", {"server": body}, version="2.37")


@pytest.fixture
def sources(cloud, api, root):
    """By source type, makes a root of an image with these properties; its id."""

    def make(source, **properties):
        image = describe(root, **properties)
        if source == "image":
            return image
        made = volume(api, imageRef=image)
        return made if source == "volume" else snapshot(api, made)

    return make


@pytest.mark.parametrize("source", ["image", "volume", "snapshot"])
def test_a_root_whose_image_cannot_be_read_boots_nothing(sources, api, source):
    answer = order(api, source, sources(source, hw_disk_bus="strange"))
    sentence = "Invalid image metadata. Error: Field value strange is invalid"
    assert (answer.status, answer.error) == (400, sentence)
    assert not Server.objects.exists()


@pytest.mark.parametrize("source", ["image", "volume", "snapshot"])
def test_a_server_on_a_volume_keeps_what_the_image_said(sources, api, root, source):
    made = order(api, source, sources(source, hw_rescue_device="cdrom", os_distro="own"))
    settle()
    server = Server.objects.get(uuid=made.json["server"]["id"])
    assert shown(api, server.uuid)["image"] == ""
    assert server.image_properties["hw_rescue_device"] == "cdrom"
    assert server.image_properties["os_distro"] == "own"


def test_a_kernel_that_is_not_there_boots_nothing(sources, api):
    answer = order(
        api, "image", sources("image", kernel_id="1" * 8 + "-1111-4111-8111-" + "1" * 12)
    )
    assert (answer.status, answer.error) == (400, "Can not find requested image")


def test_no_server_is_rebuilt_with_a_kernel_that_is_not_there(cloud, api, root):
    server = boot(api)
    image = describe(root, kernel_id="1" * 8 + "-1111-4111-8111-" + "1" * 12)
    answer = action(api, server, {"rebuild": {"imageRef": image}})
    assert (answer.status, answer.error) == (400, "Cannot find image for rebuild")


def test_a_server_has_a_drive_once_it_was_rebuilt_from_an_image_that_insists(cloud, api, root):
    server = boot(api)
    assert shown(api, server)["config_drive"] == ""
    image = describe(root, img_config_drive="mandatory")
    assert action(api, server, {"rebuild": {"imageRef": image}}).status == 202
    settle()
    assert shown(api, server)["config_drive"] == "True"


def test_a_volume_without_an_image_is_no_root(cloud, api):
    bare = volume(api)
    answer = order(api, "volume", bare)
    assert (answer.status, answer.error) == (400, f"Block Device {bare} is not bootable.")


@pytest.mark.parametrize("source", ["image", "volume"])
def test_a_root_of_what_is_not_there_is_refused(cloud, api, source):
    nothing = "1" * 8 + "-1111-4111-8111-" + "1" * 12
    answer = order(api, source, nothing)
    sentence = f"Block Device Mapping is Invalid: failed to get {source} {nothing}."
    assert (answer.status, answer.error) == (400, sentence)


def test_a_flavor_has_memory_for_the_image_of_a_volume(cloud, api, root):
    image = describe(root)
    patch = [{"op": "replace", "path": "/min_ram", "value": 4096}]
    kind = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
    assert elsewhere(root, "PATCH", f"/image/v2/images/{image}", patch, headers=kind).status == 200
    for source, made in (("image", image), ("volume", volume(api, imageRef=image))):
        answer = order(api, source, made)
        sentence = "Flavor's memory is too small for requested image."
        assert (answer.status, answer.error) == (400, sentence)


def test_who_may_read_no_images_makes_no_volume_of_one(cloud, api):
    for image in ("11111111-1111-4111-8111-111111111111", "named"):
        body = {"volume": {"size": 1, "imageRef": image}}
        path = f"/volume/v3/{ADMINS}/volumes"
        answer = elsewhere(Api("nova", None, "", api.client), "POST", path, body)
        assert answer.status == 400, answer
        assert "Invalid image identifier" in answer.error
