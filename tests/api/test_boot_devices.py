"""Disks that servers are ordered with: reserved, named and described, or refused."""

import json

import pytest

from compute.models import BlockDevice, Flavor, Server
from tests.api.servers import elsewhere, settle, shown
from tests.api.test_bad_days import bad, fault
from tests.api.test_boot_from_volume import order as order_root
from tests.api.test_hardware import flavor
from tests.api.test_image_demands import describe
from tests.api.test_volume_attachments import seen, volume
from tests.cast import HERS

__all__ = ["bad"]

NOTHING = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def image(cloud, root):
    """A function that gives the image these properties; its id."""

    def give(**properties):
        texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in properties.items()}
        return describe(root, **texts)

    return give


def order(api, image, *devices, flavor="1", older=False, **more):
    key = "block_device_mapping" if older else "block_device_mapping_v2"
    body = {"name": "one", "imageRef": image, "flavorRef": flavor, "networks": "none", **more}
    if devices:
        body[key] = list(devices)
    return api.post("/servers", {"server": body}, version="2.67")


def root_of(image):
    return {
        "source_type": "image",
        "uuid": image,
        "boot_index": 0,
        "destination_type": "local",
        "delete_on_termination": True,
    }


def data(volume_id, **more):
    row = {"source_type": "volume", "destination_type": "volume", "uuid": volume_id}
    return {**row, "boot_index": -1, **more}


def made(answer):
    assert answer.status == 202, answer
    return answer.json["server"]["id"]


def names(server):
    """The server's disks by their names: what they are made of, how large, for swapping or not."""
    return {
        row.device_name: (row.source_type, row.volume_size, row.guest_format)
        for row in BlockDevice.objects.filter(server__uuid=server)
    }


@pytest.fixture
def roomy(cloud):
    """A flavor with disks of its own."""
    return Flavor.objects.create(
        flavor_id="roomy", name="roomy", vcpus=1, memory_mb=512, root_gb=1, ephemeral_gb=2,
        swap_mb=64,
    ).flavor_id  # fmt: skip


# Volumes are reserved


def test_a_volume_is_reserved_before_its_server_is_built(api, image):
    root, one = root_of(image()), volume(api)
    server = made(order(api, root["uuid"], root, data(one)))
    assert seen(api, one)["status"] == "reserved"
    settle()
    (attachment,) = seen(api, one)["attachments"]
    assert (seen(api, one)["status"], attachment["server_id"]) == ("in-use", server)
    api.delete(f"/servers/{server}")
    settle()
    assert seen(api, one)["status"] == "available"


def test_a_volume_that_one_server_has_boots_no_other(api, image):
    root, one = root_of(image()), volume(api)
    server = made(order(api, root["uuid"], root, data(one)))
    for state in ("reserved", "in-use"):
        answer = order(api, root["uuid"], root, data(one))
        assert answer.status == 400
        assert answer.error.startswith(
            f"Invalid volume: Invalid input received: Invalid volume: Volume {one} status must be "
            f"available or downloading to reserve, but the current status is {state}. (HTTP 400) "
            "(Request-ID: req-"
        )
        settle()
    assert [row.uuid for row in Server.objects.all()] == [server]


def test_a_reserved_volume_is_not_deleted(api, image):
    root, one = root_of(image()), volume(api)
    order(api, root["uuid"], root, data(one))
    where = f"/volume/v3/{HERS}/volumes/{one}"
    assert elsewhere(api, "DELETE", where).status == 400
    assert seen(api, one)["status"] == "reserved"


def test_a_server_that_nobody_can_host_keeps_its_volume_until_it_is_deleted(api, image):
    root, one = root_of(image()), volume(api)
    rare = flavor("rare", **{"trait:HW_CPU_X86_SGX": "required"})
    server = made(order(api, root["uuid"], root, data(one), flavor=rare))
    settle()
    assert (shown(api, server)["status"], seen(api, one)["status"]) == ("ERROR", "reserved")
    api.delete(f"/servers/{server}")
    settle()
    assert seen(api, one)["status"] == "available"


def test_a_server_that_is_deleted_before_it_is_built_gives_its_volume_back(api, image):
    root, one = root_of(image()), volume(api)
    server = made(order(api, root["uuid"], root, data(one)))
    api.delete(f"/servers/{server}")
    settle()
    assert (seen(api, one)["status"], seen(api, one)["attachments"]) == ("available", [])


def test_a_volume_without_a_destination_is_kept_for_its_server_and_not_attached(api, image):
    root, one = root_of(image()), volume(api)
    lost = {"source_type": "volume", "uuid": one, "delete_on_termination": False}
    server = made(order(api, root["uuid"], root, lost))
    settle()
    assert shown(api, server)["status"] == "ACTIVE"
    assert seen(api, one)["status"] == "reserved"
    # Nova: it is listed all the same.
    (row,) = api.get(f"/servers/{server}/os-volume_attachments").json["volumeAttachments"]
    assert row["device"] == "/dev/vdb"
    api.delete(f"/servers/{server}")
    settle()
    assert (seen(api, one)["status"], seen(api, one)["attachments"]) == ("available", [])


def test_an_image_without_a_destination_becomes_no_volume(api, image):
    bare = {"source_type": "image", "uuid": image(), "boot_index": 0}
    server = made(order(api, "", bare))
    settle()
    assert shown(api, server)["status"] == "ACTIVE"
    assert shown(api, server)["os-extended-volumes:volumes_attached"] == []
    assert api.get(f"/servers/{server}/os-volume_attachments").json["volumeAttachments"] == []


def test_an_order_that_is_refused_reserves_nothing(api, image):
    root, one = root_of(image()), volume(api)
    missing = {"source_type": "snapshot", "destination_type": "volume", "uuid": NOTHING}
    swap = {"source_type": "blank", "destination_type": "local", "guest_format": "swap"}
    for refused in (missing, {**swap, "volume_size": 9}):
        answer = order(api, root["uuid"], root, data(one), {**refused, "boot_index": -1})
        assert answer.status == 400
        assert seen(api, one)["status"] == "available"


def test_of_volumes_with_the_same_name_the_last_is_reserved(api, image):
    root, first, last = root_of(image()), volume(api), volume(api)
    rows = [data(each, device_name="/dev/vdb") for each in (first, last)]
    made(order(api, root["uuid"], root, *rows))
    assert (seen(api, first)["status"], seen(api, last)["status"]) == ("available", "reserved")


def test_a_server_is_ordered_with_a_volume_twice(api, image):
    root, one = root_of(image()), volume(api)
    server = made(order(api, root["uuid"], root, data(one), data(one)))
    settle()
    assert shown(api, server)["status"] == "ACTIVE"
    attached = api.get(f"/servers/{server}/os-volume_attachments").json["volumeAttachments"]
    found = [(row["volumeId"], row["device"]) for row in attached]
    assert found == [(one, "/dev/vdb"), (one, "/dev/vdc")]
    api.delete(f"/servers/{server}")
    settle()
    assert (seen(api, one)["status"], seen(api, one)["attachments"]) == ("available", [])


def test_the_next_host_reserves_the_volume_anew(api, image, bad):
    bad("fake-build-fails", "compute1")
    root = root_of(image())
    for _ in range(2):
        one = volume(api)
        server = made(order(api, root["uuid"], root, data(one)))
        settle()
        assert (shown(api, server)["status"], seen(api, one)["status"]) == ("ACTIVE", "in-use")
        assert len(seen(api, one)["attachments"]) == 1


def test_a_build_that_fails_everywhere_gives_the_volume_back(api, image, bad):
    bad("fake-build-fails")
    root, one = root_of(image()), volume(api)
    server = made(order(api, root["uuid"], root, data(one)))
    settle()
    assert (shown(api, server)["status"], seen(api, one)["status"]) == ("ERROR", "available")


def test_a_build_that_its_group_forbids_keeps_the_volume(api, image, root):
    rules = {"server_group": {"name": "g", "policy": "anti-affinity"}}
    group = root.post("/os-server-groups", rules, version="2.64").json["server_group"]["id"]
    disk = root_of(image())
    where = "/volume/v3/40000000000000000000000000000003/volumes"
    one = elsewhere(root, "POST", where, {"volume": {"size": 1}}).json["volume"]["id"]
    for devices in ([disk], [disk, data(one)]):
        body = {
            "name": "one",
            "imageRef": disk["uuid"],
            "flavorRef": "1",
            "networks": "none",
            "availability_zone": "nova:compute1",
            "block_device_mapping_v2": devices,
        }
        asked = {"server": body, "os:scheduler_hints": {"group": group}}
        server = made(root.post("/servers", asked, version="2.37"))
        settle()
    assert fault(root, server) == "Anti-affinity instance group policy was violated"
    assert elsewhere(root, "GET", f"{where}/{one}").json["volume"]["status"] == "reserved"


# What images say of disks


def test_an_image_names_the_disks_of_the_flavor(api, image, roomy):
    mappings = [
        {"virtual": "ami", "device": "sda1"},
        {"virtual": "ephemeral0", "device": "sdb"},
        {"virtual": "swap", "device": "/dev/sdc"},
        {"virtual": "floppy", "device": "fd0"},
    ]
    server = made(order(api, image(mappings=mappings), flavor=roomy))
    settle()
    assert names(server) == {
        "/dev/vda": ("image", None, None),
        "/dev/sdb": ("blank", 2, None),
        "/dev/sdc": ("blank", 64, "swap"),
    }


def test_an_image_names_no_disks_that_the_flavor_has_not(api, image):
    mappings = [{"virtual": "ephemeral0", "device": "sdb"}, {"virtual": "swap", "device": "sdc"}]
    server = made(order(api, image(mappings=mappings)))
    assert set(names(server).values()) == {("image", None, None)}


def test_an_image_names_no_more_disks_than_the_flavor_has_room_for(api, image, roomy):
    mappings = [{"virtual": f"ephemeral{n}", "device": f"sd{n}"} for n in range(2)]
    answer = order(api, image(mappings=mappings), flavor=roomy)
    assert (answer.status, answer.error) == (
        400,
        "Ephemeral disks requested are larger than the instance type allows. If no size is given "
        "in one block device mapping, flavor ephemeral size will be used.",
    )


@pytest.mark.parametrize(
    "said", [{"root_device_name": "sda"}, {"mappings": [{"virtual": "root", "device": "sda"}]}]
)
def test_an_image_names_the_root(api, root, image, said):
    one = volume(api)
    described = image(**said)
    server = made(order(api, described, root_of(described), data(one)))
    key = "OS-EXT-SRV-ATTR:root_device_name"
    assert shown(root, server, "2.3")[key] == "/dev/sda"
    settle()
    assert shown(root, server, "2.3")[key] == "/dev/sda"
    assert set(names(server)) == {"/dev/sda", "/dev/sdb"}


def test_the_root_that_an_image_names_is_that_of_older_devices(api, image):
    described = image(root_device_name="/dev/sda")
    rows = [{"volume_id": volume(api), "device_name": name} for name in ("vda", "sda")]
    server = made(order(api, described, *rows, older=True))
    found = BlockDevice.objects.filter(server__uuid=server).order_by("pk")
    assert [(d.device_name, d.boot_index) for d in found] == [("/dev/vda", -1), ("/dev/sda", 0)]


def test_a_volume_does_not_take_the_usual_name_of_the_root(api, image):
    described, one = image(), volume(api)
    answer = order(api, described, root_of(described), data(one, device_name="/dev/vda"))
    sentence = "The volume cannot be assigned the same device name as the root device vda"
    assert (answer.status, answer.error) == (400, sentence)
    named = image(root_device_name="/dev/vda")
    answer = order(api, named, root_of(named), data(one, device_name="/dev/vda"))
    assert answer.status == 202


def described_root(api, name="/dev/vda"):
    """An image's row for a root volume that is made of a snapshot."""
    body = {"snapshot": {"volume_id": volume(api)}}
    settle()
    made = elsewhere(api, "POST", f"/volume/v3/{HERS}/snapshots", body).json["snapshot"]["id"]
    settle()
    return {
        "source_type": "snapshot",
        "destination_type": "volume",
        "snapshot_id": made,
        "boot_index": 0,
        "device_name": name,
    }


def test_older_devices_leave_the_root_to_an_image_that_describes_it(api, image):
    described = image(bdm_v2="true", block_device_mapping=[described_root(api)])
    first, second = ({"volume_id": volume(api), "device_name": name} for name in ("vda", "vdb"))
    answer = order(api, described, first, older=True)
    assert (answer.status, answer.error) == (
        400,
        "Block Device Mapping is Invalid: Boot sequence for the instance and image/block device "
        "mapping combination is not valid.",
    )
    server = made(order(api, described, second, older=True))
    found = BlockDevice.objects.filter(server__uuid=server).values_list("source_type", "boot_index")
    assert set(found) == {("volume", -1), ("snapshot", 0)}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"foo": 1}, "Following fields are invalid: foo"),
        ({"source_type": None}, "Some required fields are missing"),
        ({"device_name": "v d"}, "Device name contains spaces."),
        ({"volume_size": "much"}, "Invalid volume_size."),
    ],
)
def test_an_image_describes_devices_in_known_words(api, image, change, sentence):
    row = {**described_root(api), **change}
    row = {name: value for name, value in row.items() if value is not None}
    answer = order(api, image(bdm_v2="true", block_device_mapping=[row]))
    assert (answer.status, answer.error) == (400, f"Block Device Mapping is Invalid: {sentence}")


# Which disk is what


def test_blank_disks_are_named_before_volumes(api, image, roomy):
    root = root_of(image())
    server = made(order(api, root["uuid"], root, data(volume(api)), flavor=roomy))
    settle()
    assert names(server) == {
        "/dev/vda": ("image", None, None),
        "/dev/vdb": ("blank", 2, None),
        "/dev/vdc": ("blank", 64, "swap"),
        "/dev/vdd": ("volume", 1, None),
    }


def test_a_blank_volume_for_swapping_is_no_swap_disk(api, image):
    root = root_of(image())
    blank = {
        "source_type": "blank",
        "destination_type": "volume",
        "guest_format": "swap",
        "volume_size": 1,
        "boot_index": -1,
    }
    server = made(order(api, root["uuid"], root, blank, {**blank, "volume_size": 2}))
    settle()
    assert shown(api, server)["status"] == "ACTIVE"


# Without an image


def test_a_snapshot_that_is_not_there_boots_nothing(cloud, api):
    answer = order_root(api, "snapshot", NOTHING)
    assert (answer.status, answer.error) == (400, f"Snapshot {NOTHING} could not be found.")


def test_memory_is_not_encrypted_for_a_root_that_says_nothing(cloud, api):
    specs = {"hw:mem_encryption": "true"}
    blank = {
        "source_type": "blank",
        "destination_type": "volume",
        "volume_size": 1,
        "boot_index": 0,
    }
    answer = order(api, "", blank, flavor=flavor(**specs))
    assert (answer.status, answer.error) == (
        400,
        "Memory encryption is requested by hw:mem_encryption extra spec in big flavor but the "
        "image metadata doesn't have the 'hw_firmware_type' property set to 'uefi'",
    )
