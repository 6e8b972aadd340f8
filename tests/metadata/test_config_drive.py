"""Config drives: real images, with the documents that the service tells."""

import base64
import json
from io import BytesIO

import pycdlib
import pytest

from compute.virt import config_drive
from compute.virt.config_drive import path_of
from tests.api.servers import boot, settle, shown

pytestmark = pytest.mark.django_db
EC2 = ["2009-04-04", "latest"]


class Drive:
    """An image, read by the names of Rock Ridge and of Joliet."""

    def __init__(self, path):
        self.iso = pycdlib.PyCdlib()
        self.iso.open_fp(BytesIO(path.read_bytes()))

    @property
    def label(self):
        return self.iso.pvd.volume_identifier.decode().rstrip()

    def names(self, how):
        found = []
        for folder, _, files in self.iso.walk(**{how: "/"}):
            found += [f"{folder.rstrip('/')}/{name}" for name in files]
        return sorted(found)

    def read(self, path):
        content = BytesIO()
        self.iso.get_file_from_iso_fp(content, rr_path=path)
        return content.getvalue()


def drive_of(api, uuid, host=None):
    host = host or api.as_("root").get(f"/servers/{uuid}").json["server"]["OS-EXT-SRV-ATTR:host"]
    return path_of(host, uuid)


@pytest.fixture
def with_drive(api, cloud):
    return boot(
        api,
        version="2.1",
        networks=None,
        config_drive=True,
        metadata={"a": "b"},
        user_data=base64.b64encode(b"#!/bin/sh").decode(),
        personality=[{"path": "/etc/motd", "contents": base64.b64encode(b"hello\n").decode()}],
        adminPass="secret",
    )


def test_a_drive_has_both_trees(api, with_drive):
    drive = Drive(drive_of(api, with_drive))
    assert drive.label == "config-2"
    names = drive.names("rr_path")
    assert names == drive.names("joliet_path")
    assert [name for name in names if name.startswith("/ec2/")] == [
        f"/ec2/{version}/{name}" for version in EC2 for name in ("meta-data.json", "user-data")
    ]
    assert [name for name in names if name.startswith("/openstack/2013-04-04/")] == [
        "/openstack/2013-04-04/meta_data.json",
        "/openstack/2013-04-04/user_data",
    ]
    assert [name for name in names if name.startswith("/openstack/latest/")] == [
        f"/openstack/latest/{name}"
        for name in (
            "meta_data.json",
            "network_data.json",
            "user_data",
            "vendor_data.json",
            "vendor_data2.json",
        )
    ]


def test_a_drive_says_what_the_service_does_not(api, with_drive):
    drive = Drive(drive_of(api, with_drive))
    meta = json.loads(drive.read("/openstack/latest/meta_data.json"))
    assert meta["uuid"] == with_drive
    assert meta["admin_pass"] == "secret"
    assert meta["files"] == [{"path": "/etc/motd", "content_path": "/content/0000"}]
    assert drive.read("/openstack/content/0000") == b"hello\n"
    assert drive.read("/openstack/latest/user_data") == b"#!/bin/sh"
    ec2 = json.loads(drive.read("/ec2/latest/meta-data.json"))
    (address,) = shown(api, with_drive)["addresses"]["private"]
    assert ec2["local-ipv4"] == address["addr"]
    network = json.loads(drive.read("/openstack/latest/network_data.json"))
    assert network["links"][0]["ethernet_mac_address"] == address["OS-EXT-IPS-MAC:mac_addr"]


def test_a_server_without_one_has_none(api, cloud, settings):
    uuid = boot(api)
    assert not drive_of(api, uuid).exists()
    settings.FORCE_CONFIG_DRIVE = True
    uuid = boot(api)
    assert drive_of(api, uuid).exists()
    assert shown(api, uuid)["config_drive"] == "True"


def test_a_drive_goes_with_its_server(api, with_drive):
    path = drive_of(api, with_drive)
    api.delete(f"/servers/{with_drive}")
    settle()
    assert not path.exists()


def test_a_drive_follows_a_resize_and_goes_back(api, with_drive):
    before = drive_of(api, with_drive)
    api.post(f"/servers/{with_drive}/action", {"resize": {"flavorRef": "2"}})
    settle()
    after = drive_of(api, with_drive)
    assert after.exists()
    api.post(f"/servers/{with_drive}/action", {"revertResize": None})
    settle()
    assert drive_of(api, with_drive) == before
    assert before.exists()
    assert after == before or not after.exists()


def test_rebuilding_writes_it_anew(api, with_drive):
    image = shown(api, with_drive)["image"]["id"]
    files = [{"path": "/etc/issue", "contents": base64.b64encode(b"new").decode()}]
    body = {"rebuild": {"imageRef": image, "personality": files, "metadata": {"c": "d"}}}
    answer = api.post(f"/servers/{with_drive}/action", body)
    assert answer.status == 202, answer
    settle()
    drive = Drive(drive_of(api, with_drive))
    assert drive.read("/openstack/content/0000") == b"new"
    assert json.loads(drive.read("/openstack/latest/meta_data.json"))["meta"] == {"c": "d"}


def test_the_same_files_make_the_same_small_image(monkeypatch):
    files = [("openstack/latest/meta_data.json", b"{}"), ("ec2/latest/user-data", b"x" * 3000)]
    first = config_drive.image(files)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert config_drive.image(files) == first
    assert len(first) < 200_000
    assert first[32769:32774] == b"CD001"


def test_a_live_migration_takes_it_along(tmp_path, settings):
    settings.DATA = tmp_path
    config_drive.make("one", "uuid", [("a/b", b"c")])
    config_drive.move("one", "two", "uuid")
    config_drive.move("one", "two", "uuid")
    assert Drive(path_of("two", "uuid")).read("/a/b") == b"c"
    assert not path_of("one", "uuid").exists()
    assert path_of("two", "uuid").stat().st_mode & 0o777 == 0o600
