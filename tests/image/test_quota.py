"""How large images may be: refused with 413, and nothing of them stays."""

import io

import pytest
from django.test import Client

from cloud.image import quota, store, uploads
from tests.cast import HERS
from tests.image.conftest import OCTETS, Answer

TOO_LARGE = "The incoming image is too large: The provided image is too large."
FULL = "Image exceeds the storage quota: The size of the data {} will exceed the limit. {} bytes"


class Endless(io.RawIOBase):
    """A body that never ends; counts what was taken of it."""

    taken = 0

    def read(self, size=-1):
        assert size >= 0, "all of it was asked for"
        self.taken += size
        return b"x" * size


@pytest.fixture
def image(glance):
    return glance.make(disk_format="raw", container_format="bare")


def chunked(glance, image, body, name="file"):
    """Send a body that does not say its length."""
    request = {"wsgi.input": body, "CONTENT_LENGTH": "", "CONTENT_TYPE": OCTETS}
    headers = {"X-Auth-Token": glance.who, "Transfer-Encoding": "chunked"}
    path = f"/image/v2/images/{image}/{name}"
    client = Client(raise_request_exception=False)
    return Answer(client.generic("PUT", path, headers=headers, **request))


def left(settings):
    """The files that there are."""
    return [path.name for path in settings.IMAGE_STORE.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", ["file", "stage"])
def test_an_image_above_the_cap_is_413_and_leaves_nothing(glance, settings, image, name):
    settings.IMAGE_SIZE_CAP = 4
    answer = glance.put(f"/images/{image}/{name}", b"12345", kind=OCTETS)
    assert answer.status == 413
    assert TOO_LARGE in answer.text
    shown = glance.show(image)
    assert (shown["status"], shown["size"]) == ("queued", None)
    assert left(settings) == []
    assert glance.put(f"/images/{image}/file", b"1234", kind=OCTETS).status == 204


@pytest.mark.parametrize("name", ["file", "stage"])
def test_a_body_without_end_is_left_soon_after_the_cap(glance, settings, image, name):
    settings.IMAGE_SIZE_CAP = 3 * store.PIECE
    body = Endless()
    answer = chunked(glance, image, body, name)
    assert (answer.status, TOO_LARGE in answer.text) == (413, True)
    assert body.taken == 4 * store.PIECE
    assert glance.show(image)["status"] == "queued"
    assert left(settings) == []


def test_a_project_stores_no_more_than_its_quota(glance, settings, image):
    settings.USER_STORAGE_QUOTA = "10"
    glance.fill(b"1234567")
    answer = glance.put(f"/images/{image}/file", b"1234", kind=OCTETS)
    assert answer.status == 413
    assert FULL.format(4, 3) in answer.text
    assert glance.show(image)["status"] == "queued"
    assert len(left(settings)) == 1
    assert glance.put(f"/images/{image}/file", b"123", kind=OCTETS).status == 204


def test_what_others_store_takes_nothing_of_it(glance, carol, settings):
    settings.USER_STORAGE_QUOTA = "10"
    carol.fill(b"1234567")
    glance.fill(b"1234567")


def test_what_is_deleted_makes_room(glance, settings, image):
    settings.USER_STORAGE_QUOTA = "10"
    gone = glance.fill(b"1234567890")
    answer = chunked(glance, image, io.BytesIO(b""))
    assert (answer.status, FULL.format(None, 0) in answer.text) == (413, True)
    assert glance.delete(f"/images/{gone}").status == 204
    assert glance.put(f"/images/{image}/file", b"1234567890", kind=OCTETS).status == 204


def test_a_body_without_length_is_bounded_by_what_is_left(glance, settings, image):
    settings.USER_STORAGE_QUOTA = "2MB"
    body = Endless()
    answer = chunked(glance, image, body)
    assert answer.status == 413
    assert FULL.format(3 * store.PIECE, 2 * store.PIECE) in answer.text
    assert body.taken == 3 * store.PIECE
    assert (glance.show(image)["status"], left(settings)) == ("queued", [])
    assert chunked(glance, image, io.BytesIO(b"x" * 2 * store.PIECE)).status == 204


def test_two_uploads_at_once_do_not_share_what_is_left(glance, settings, image):
    settings.USER_STORAGE_QUOTA = "10"

    def read(size, pieces=[b"1234567", b""]):  # noqa: B006 - it is used up
        if len(pieces) == 2:
            glance.fill(b"1234567")
        return pieces.pop(0)

    with pytest.raises(quota.QuotaFull, match=r"data 7 will exceed the limit\. 3 bytes"):
        uploads.upload(image, read, size=7, owner=HERS)
    assert glance.show(image)["status"] == "queued"
    assert len(left(settings)) == 1


def test_an_import_above_the_quota_fails_as_a_task(glance, settings, image):
    settings.USER_STORAGE_QUOTA = "3"
    assert glance.put(f"/images/{image}/stage", b"1234", kind=OCTETS).status == 204
    answer = glance.post(f"/images/{image}/import", {"method": {"name": "glance-direct"}})
    assert answer.status == 202
    (task,) = glance.get(f"/images/{image}/tasks").json["tasks"]
    assert (task["status"], task["message"]) == ("failure", "Task failed due to Internal Error")
    shown = glance.show(image)
    assert (shown["status"], shown["os_glance_failed_import"]) == ("importing", "fast")
    assert left(settings) == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("3", "Size exceeds: expected 3 bytes, got 4 bytes"),
        ("9", "Size mismatch: expected 9 bytes, got 4 bytes"),
    ],
)
def test_more_or_less_than_was_said_is_refused(glance, settings, image, said, sentence):
    answer = glance.put(
        f"/images/{image}/file", b"1234", kind=OCTETS, X_Openstack_Image_Size=said,
        Transfer_Encoding="",
    )  # fmt: skip
    assert (answer.status, sentence in answer.text) == (400, True)
    assert (glance.show(image)["status"], left(settings)) == ("queued", [])


def test_what_is_staged_for_an_image_that_is_gone_is_dropped(glance, settings, image):
    def read(size, pieces=[b"1234", b""]):  # noqa: B006 - it is used up
        glance.delete(f"/images/{image}")
        return pieces.pop(0)

    with pytest.raises(uploads.ImageError, match="No image found"):
        uploads.stage(image, read, size=4)
    assert left(settings) == []


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("500", 500), ("7B", 7), ("2KB", 2048), ("1TB", 1024**4)]
)
def test_quotas_have_units(settings, text, number):
    settings.USER_STORAGE_QUOTA = text
    assert quota.check_settings() == []
    assert quota._read(text) == number


@pytest.mark.parametrize("text", ["", "-1", "1 GB", "1gb", "GB", "1.5GB"])
def test_what_is_no_quota_is_found_at_start(settings, text):
    settings.USER_STORAGE_QUOTA = text
    assert [error.id for error in quota.check_settings()] == ["image.E001"]
