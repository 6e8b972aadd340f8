"""What guests are told, at which version."""

import base64
import json

import pytest

from compute.models import BlockDevice
from tests.cast import HERS
from tests.domain.servers import server

pytestmark = pytest.mark.django_db

EC2 = "1.0 2007-01-19 2007-03-01 2007-08-29 2007-10-10 2007-12-15 2008-02-01 2008-09-01 2009-04-04"
OPENSTACK = (
    "2012-08-10 2013-04-04 2013-10-17 2015-10-15 2016-06-30 2016-10-06 2017-02-22 2018-08-27 "
    "2020-10-14 2025-04-04"
)


def make(**columns):
    return server(**{"project_id": HERS, "availability_zone": "nova", "name": "web", **columns})


@pytest.fixture
def plain(guest):
    return guest(make(reservation_id="r-12345678").uuid)


@pytest.fixture
def full(guest):
    row = make(
        key_name="k",
        key={"type": "ssh", "public_key": "ssh-rsa AAAA me"},
        metadata={"b": "1", "a": "ü"},
        user_data=base64.b64encode(b"#!/bin/sh\n\xff").decode(),
        root_device_name="/dev/vda",
        kernel_id="aaaaaaaa-0000-4000-8000-000000000000",
    )
    for number, (source, destination, form) in enumerate(
        [("image", "local", None), ("blank", "local", None), ("blank", "local", "swap")]
    ):
        BlockDevice.objects.create(
            server=row,
            source_type=source,
            destination_type=destination,
            guest_format=form,
            device_name=f"/dev/vd{'abc'[number]}",
            tag="scratch" if number == 1 else None,
        )
    BlockDevice.objects.create(
        server=row,
        source_type="volume",
        destination_type="volume",
        volume_id="11111111-2222-4333-8444-555555555555",
        device_name="/dev/vdd",
    )
    return guest(row.uuid)


def test_the_root_lists_versions_to_anybody(proxied, ask):
    answer = ask("/")
    assert (answer.status, answer.type) == (200, "text/plain; charset=UTF-8")
    assert answer.text == "\n".join([*EC2.split(), "latest"])


def test_ec2_versions_are_listed_to_guests_only(plain, ask):
    assert plain("/ec2").lines == [*EC2.split(), "latest"]
    assert ask("/ec2").status == 400


def test_versions_of_the_future_are_hidden_but_answered(plain, monkeypatch):
    from datetime import UTC, datetime

    from compute.work import clock

    assert plain("/openstack").lines == [*OPENSTACK.split(), "latest"]
    monkeypatch.setattr(clock, "now", lambda: datetime(2020, 10, 13, tzinfo=UTC))
    assert plain("/openstack").lines == [*OPENSTACK.split()[:-2], "latest"]
    assert plain("/openstack/2025-04-04/meta_data.json").status == 200


# version: what its list shows to a guest without user data
LISTS = {
    "2012-08-10": "meta_data.json",
    "2013-04-04": "meta_data.json password",
    "2013-10-17": "meta_data.json password vendor_data.json",
    "2015-10-15": "meta_data.json password vendor_data.json network_data.json",
    "2016-06-30": "meta_data.json password vendor_data.json network_data.json",
    "2016-10-06": "meta_data.json password vendor_data.json network_data.json vendor_data2.json",
    "latest": "meta_data.json password vendor_data.json network_data.json vendor_data2.json",
}


@pytest.mark.parametrize("version", LISTS)
def test_a_version_lists_its_documents(plain, version):
    assert plain(f"/openstack/{version}").lines == LISTS[version].split()
    assert plain(f"/openstack/{version}/").lines == LISTS[version].split()


def test_user_data_is_listed_and_answered_when_there_is_some(full, plain):
    assert full("/openstack/2012-08-10").lines == ["meta_data.json", "user_data"]
    assert full("/openstack/latest/user_data").body == b"#!/bin/sh\n\xff"
    assert full("/latest/user-data").body == b"#!/bin/sh\n\xff"
    assert full("/latest/").lines == ["meta-data/", "user-data"]
    assert plain("/openstack/latest/user_data").status == 404
    assert plain("/latest").lines == ["meta-data/"]


# version: the keys that it has more than the one before
KEYS = {
    "2012-08-10": ["uuid", "hostname", "name", "launch_index", "availability_zone"],
    "2013-04-04": ["random_seed"],
    "2013-10-17": [],
    "2015-10-15": ["project_id"],
    "2016-06-30": ["devices"],
    "2016-10-06": [],
    "2017-02-22": [],
    "2018-08-27": [],
    "2020-10-14": ["dedicated_cpus"],
    "2025-04-04": [],
}


def test_meta_data_grows_with_its_versions(plain):
    keys = []
    for version, more in KEYS.items():
        keys += more
        answer = plain(f"/openstack/{version}/meta_data.json")
        assert answer.type == "application/json"
        assert list(answer.json) == keys, version


def test_meta_data_is_written_as_python_writes_json(full):
    text = full("/openstack/2012-08-10/meta_data.json").text
    assert text == json.dumps(json.loads(text))
    assert '"a": "\\u00fc"' in text
    assert '"public_keys": {"k": "ssh-rsa AAAA me"}' in text
    assert '"keys": [{"name": "k", "type": "ssh", "data": "ssh-rsa AAAA me"}]' in text
    assert '"hostname": "web.novalocal"' in text


def test_the_seed_is_new_each_time(plain):
    seeds = [plain("/openstack/latest/meta_data.json").json["random_seed"] for _ in range(2)]
    assert seeds[0] != seeds[1]
    assert {len(base64.b64decode(seed)) for seed in seeds} == {512}


def test_without_a_domain_the_host_name_stands_alone(plain, settings):
    settings.DHCP_DOMAIN = ""
    assert plain("/latest/meta-data/hostname").text == "web"


def test_devices_with_tags_are_told(full):
    assert full("/openstack/latest/meta_data.json").json["devices"] == [
        {
            "type": "disk",
            "serial": None,
            "bus": "pci",
            "address": "0000:00:04.0",
            "tags": ["scratch"],
        }
    ]


def test_network_data_says_it_is_text_and_is_there_before_it_is_listed(plain):
    answer = plain("/openstack/2012-08-10/network_data.json")
    assert (answer.status, answer.type) == (200, "text/plain; charset=UTF-8")
    assert answer.text == "{}"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/openstack/2012-08-10/vendor_data.json", 404),
        ("/openstack/2013-04-04/vendor_data.json", 404),
        ("/openstack/2013-10-17/vendor_data.json", 200),
        ("/openstack/2016-06-30/vendor_data2.json", 404),
        ("/openstack/2016-10-06/vendor_data2.json", 200),
        ("/openstack/2012-08-10/password", 404),
        ("/openstack/2013-04-04/password", 200),
        ("/openstack/2011-01-01", 404),
        ("/openstack/latest/nothing", 404),
        ("/openstack/latest/meta_data.json/x", 404),
        ("/openstack/content", 404),
        ("/openstack/content/0000", 404),
        ("/OPENSTACK", 404),
        ("/2010-01-01", 404),
        ("/latest/nothing", 404),
        ("/openstack/../latest", 200),
        ("/latest//meta-data/", 200),
        # Nova: nobody catches what these lead to.
        ("/openstack/latest/content", 500),
        ("/latest/meta-data/hostname/x", 500),
        ("/latest/meta-data/hostname/x/y", 404),
    ],
)
def test_paths_at_the_edges(plain, path, status):
    assert plain(path).status == status


# version: the keys that it has more than the one before
EC2_KEYS = {
    "1.0": "ami-id ami-launch-index ami-manifest-path hostname instance-id local-ipv4 "
    "reservation-id security-groups public-keys/",
    "2007-01-19": "local-hostname public-hostname public-ipv4",
    "2007-03-01": "",
    "2007-08-29": "instance-type",
    "2007-10-10": "",
    "2007-12-15": "block-device-mapping/ kernel-id",
    "2008-02-01": "placement/",
    "2008-09-01": "instance-action",
    "2009-04-04": "",
}


def test_ec2_meta_data_grows_with_its_versions(full):
    keys = []
    for version, more in EC2_KEYS.items():
        keys += more.split()
        assert full(f"/{version}/meta-data/").lines == sorted(keys), version
    assert full("/latest/meta-data").lines == sorted(keys)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("ami-id", "ami-70a599e0"),
        ("ami-launch-index", "0"),
        ("ami-manifest-path", "FIXME"),
        ("hostname", "web.novalocal"),
        ("local-ipv4", "192.0.2.1"),
        ("public-ipv4", ""),
        ("instance-type", "m1.tiny"),
        ("kernel-id", "aki-aaaaaaaa"),
        ("public-keys", "0=k"),
        ("public-keys/0", "openssh-key"),
        ("public-keys/0/openssh-key", "ssh-rsa AAAA me"),
        ("block-device-mapping", "ami\nebs0\nephemeral0\nroot\nswap"),
        ("block-device-mapping/ami", "vda"),
        ("block-device-mapping/root", "/dev/vda"),
        ("block-device-mapping/ephemeral0", "/dev/vdb"),
        ("block-device-mapping/swap", "/dev/vdc"),
        ("block-device-mapping/ebs0", "/dev/vdd"),
        ("placement/availability-zone", "nova"),
        ("instance-action", "none"),
    ],
)
def test_values_of_ec2(full, path, text):
    assert full(f"/latest/meta-data/{path}").text == text
    assert full(f"/ec2/latest/meta-data/{path}").text == text


def test_a_guest_without_a_name_for_its_root_disk_has_the_usual_disks(plain):
    assert plain("/latest/meta-data/block-device-mapping/root").text == "/dev/sda1"
    assert plain("/latest/meta-data/block-device-mapping/swap").text == "sda3"


def test_any_method_is_answered_and_head_without_a_body(plain):
    assert plain("/latest", method="DELETE").text == "meta-data/"
    assert plain("/latest", method="OPTIONS").text == "meta-data/"
    assert plain("/latest", method="HEAD").body == b""
    assert plain("/nothing", method="OPTIONS").status == 200
