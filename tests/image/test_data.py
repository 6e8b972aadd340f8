"""Bytes in and out."""

import hashlib
import io
import struct

import pytest

from cloud.image import store
from cloud.image.seed import VIRTUAL_SIZE, empty_qcow2
from tests.image.conftest import OCTETS


def test_an_upload_is_measured_and_comes_back(glance):
    data = bytes(range(256)) * 10
    image_id = glance.fill(data)
    shown = glance.show(image_id)
    assert (shown["status"], shown["size"], shown["virtual_size"]) == ("active", 2560, 2560)
    assert shown["checksum"] == hashlib.md5(data).hexdigest()
    assert (shown["os_hash_algo"], shown["os_hash_value"]) == (
        "sha512", hashlib.sha512(data).hexdigest(),
    )  # fmt: skip
    answer = glance.get(f"/images/{image_id}/file")
    assert answer.body == data
    assert answer.headers["Content-MD5"] == shown["checksum"]
    assert answer.headers["Content-Length"] == "2560"


def test_the_disk_in_a_qcow2_has_its_own_size(glance):
    image_id = glance.fill(empty_qcow2(VIRTUAL_SIZE), disk_format="qcow2")
    assert glance.show(image_id)["virtual_size"] == VIRTUAL_SIZE


def test_the_seeded_qcow2_is_one():
    data = empty_qcow2(VIRTUAL_SIZE)
    magic, version, _, _, bits, size, _, entries, table = struct.unpack(">4sIQIIQIIQ", data[:48])
    assert (magic, version, bits, size) == (b"QFI\xfb", 3, 16, VIRTUAL_SIZE)
    assert entries == 1
    assert table + 8 * entries <= len(data)
    counts, clusters = struct.unpack(">QI", data[48:60])
    block = struct.unpack(">Q", data[counts : counts + 8])[0]
    assert clusters == 1
    assert struct.unpack(">4H", data[block : block + 8]) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("asked", "expected", "content_range"),
    [
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=0-99", b"0123456789", "bytes 0-9/10"),
    ],
)
def test_a_range_is_a_part(glance, asked, expected, content_range):
    answer = glance.get(f"/images/{glance.fill(b'0123456789')}/file", Range=asked)
    assert (answer.status, answer.body) == (206, expected)
    assert answer.headers["Content-Range"] == content_range


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=5-2", "lines=1-2"])
def test_a_range_outside_is_refused(glance, asked):
    assert glance.get(f"/images/{glance.fill(b'0123456789')}/file", Range=asked).status == 416


def test_an_image_without_data_downloads_as_nothing(glance):
    answer = glance.get(f"/images/{glance.make()}/file")
    assert (answer.status, answer.body) == (204, b"")


def test_data_needs_both_formats(glance):
    answer = glance.put(f"/images/{glance.make()}/file", b"x", kind=OCTETS)
    assert answer.status == 400
    assert "Properties disk_format, container_format must be set prior to saving" in answer.text


def test_data_is_uploaded_once(glance):
    image_id = glance.fill()
    answer = glance.put(f"/images/{image_id}/file", b"more", kind=OCTETS)
    assert answer.status == 409
    assert "Image status transition from active to saving is not allowed" in answer.text


def test_data_of_another_media_type_is_refused(glance):
    assert glance.put(f"/images/{glance.make()}/file", b"{}").status == 415


def test_an_upload_that_breaks_off_leaves_a_queued_image(glance, settings):
    image_id = glance.make(disk_format="raw", container_format="bare")
    answer = glance.put(
        f"/images/{image_id}/file", b"half", kind=OCTETS, X_Openstack_Image_Size="8"
    )
    assert answer.status == 400
    assert glance.show(image_id)["status"] == "queued"
    assert list(settings.IMAGE_STORE.iterdir()) == []


def test_bytes_are_never_held_whole(settings, tmp_path):
    settings.IMAGE_STORE = tmp_path
    asked = []

    def read(size):
        asked.append(size)
        return b"x" * size if len(asked) <= 3 else b""

    stored = store.write(read, tmp_path / "image", most=None)
    assert stored.size == 3 * store.PIECE
    assert set(asked) == {store.PIECE}


def test_more_than_may_be_is_refused(tmp_path):
    with pytest.raises(store.TooMuchData):
        store.write(io.BytesIO(b"12345").read, tmp_path / "x", most=4)
    assert list(tmp_path.iterdir()) == []


def test_staged_data_is_imported_by_a_task(glance):
    image_id = glance.make(disk_format="raw", container_format="bare")
    assert glance.put(f"/images/{image_id}/stage", b"data", kind=OCTETS).status == 204
    assert glance.show(image_id)["status"] == "uploading"
    method = {"method": {"name": "glance-direct"}}
    answer = glance.post(f"/images/{image_id}/import", method)
    assert answer.status == 202
    assert glance.show(image_id)["status"] == "active"
    (task,) = glance.get(f"/images/{image_id}/tasks").json["tasks"]
    assert (task["status"], task["type"]) == ("success", "api_image_import")
    assert task["request_id"] == answer.headers["x-openstack-request-id"]
    assert task["input"]["import_req"] == method
    assert glance.get(f"/images/{image_id}/file").body == b"data"


def test_an_import_without_staged_data_is_refused(glance):
    image_id = glance.make(disk_format="raw", container_format="bare")
    answer = glance.post(f"/images/{image_id}/import", {"method": {"name": "glance-direct"}})
    assert answer.status == 409
    assert "Image needs to be staged before" in answer.text


def test_images_are_not_imported_from_the_web(glance):
    image_id = glance.make(disk_format="raw", container_format="bare")
    method = {"name": "web-download", "uri": "http://example.com/x"}
    answer = glance.post(f"/images/{image_id}/import", {"method": method})
    assert answer.status == 400
    assert "Unknown import method name &#x27;web-download&#x27;." in answer.text


@pytest.mark.parametrize(
    ("disk_format", "container_format", "data", "status"),
    [
        ("qcow2", "bare", b"text", 415),
        ("iso", "bare", b"text", 415),
        ("raw", "bare", b"text", 204),
        ("ami", "bare", b"text", 204),
        ("qcow2", "ovf", b"text", 204),
        ("qcow2", "bare", empty_qcow2(2**20), 204),
        ("iso", "bare", empty_qcow2(2**20), 415),
    ],
)
def test_data_that_is_not_what_the_image_says_is_refused(
    glance, settings, disk_format, container_format, data, status
):
    image_id = glance.make(disk_format=disk_format, container_format=container_format)
    answer = glance.put(f"/images/{image_id}/file", data, kind=OCTETS)
    assert answer.status == status
    if status == 415:
        assert f"Image disk_format {disk_format} does not match stream data" in answer.text
        assert glance.show(image_id)["status"] == "queued"
        assert list(settings.IMAGE_STORE.iterdir()) == []


def test_staged_data_that_is_not_what_the_image_says_is_not_imported(glance):
    image_id = glance.make(disk_format="qcow2", container_format="bare")
    assert glance.put(f"/images/{image_id}/stage", b"text", kind=OCTETS).status == 204
    method = {"method": {"name": "glance-direct"}}
    assert glance.post(f"/images/{image_id}/import", method).status == 202
    shown = glance.show(image_id)
    assert (shown["status"], shown["os_glance_failed_import"]) == ("importing", "fast")
    (task,) = glance.get(f"/images/{image_id}/tasks").json["tasks"]
    assert (task["status"], task["message"]) == ("failure", "Task failed due to Internal Error")
