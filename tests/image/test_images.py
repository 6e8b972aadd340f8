"""Image records: made, shown, changed, deleted."""

import pytest

from tests.cast import ELSEWHERE, HERS
from tests.image.conftest import OLD_PATCH


def test_an_image_shows_its_own_properties_beside_the_others(glance):
    answer = glance.post("/images", {"name": "one", "hw_disk_bus": "scsi", "tags": ["b", "a"]})
    assert answer.status == 201
    assert answer.headers["Location"] == f"http://testserver/v2/images/{answer.json['id']}"
    stores = "fast,os_glance_staging_store,os_glance_tasks_store"
    assert answer.headers["OpenStack-image-store-ids"] == stores
    assert answer.headers["OpenStack-image-import-methods"] == "glance-direct"
    shown = answer.json
    assert (shown["hw_disk_bus"], shown["tags"], shown["status"]) == ("scsi", ["a", "b"], "queued")
    assert (shown["owner"], shown["visibility"], shown["schema"]) == (
        HERS, "shared", "/v2/schemas/image",
    )  # fmt: skip
    assert "stores" not in shown


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({"disk_format": "floppy"}, 400, "Provided object does not match schema &#x27;image&#x27;"),
        ({"min_disk": "1"}, 400, "is not of type"),
        ({"min_ram": -1}, 400, "Cannot be a negative value"),
        ({"min_ram": 2**31}, 400, "value out of range, must not exceed 2147483647."),
        ({"name": "😀"}, 400, "Name can&#x27;t contain 4 byte unicode characters."),
        ({"hw": "😀"}, 400, "Hw can&#x27;t contain 4 byte unicode characters."),
        ({"😀": "hw"}, 400, "Property names can&#x27;t contain 4 byte unicode."),
        ({"tags": ["😀"]}, 400, "Param values can&#x27;t contain 4 byte unicode."),
        ({"my_number": 4}, 400, "is not of type"),
        ({"id": "no-uuid"}, 400, "does not match"),
        ({"checksum": "0"}, 403, "is read-only."),
        ({"stores": "fast"}, 403, "Attribute &#x27;stores&#x27; is read-only."),
        ({"deleted": "True"}, 403, "is reserved."),
        ({"os_glance_x": "1"}, 403, "is reserved."),
        ({"visibility": "public"}, 403, "complete publicize_image action."),
        ({"owner": "somebody"}, 403, "You are not permitted to create images owned by"),
        ({f"p{n}": "v" for n in range(129)}, 413, "Attempted: 129, Maximum: 128"),
        ({"tags": [str(n) for n in range(129)]}, 413, "Attempted: 129, Maximum: 128"),
    ],
)
def test_a_bad_image_is_refused(glance, body, status, sentence):
    answer = glance.post("/images", body)
    assert answer.status == status
    assert sentence in answer.text


def test_an_id_is_taken_only_once(glance):
    image_id = "8d3f4b1e-1111-4222-8333-444455556666"
    assert glance.make(id=image_id) == image_id
    assert glance.post("/images", {"id": image_id}).status == 409


def test_the_id_of_an_image_that_is_gone_is_not_given_again(glance):
    gone = glance.make()
    assert glance.delete(f"/images/{gone}").status == 204
    answer = glance.post("/images", {"id": gone})
    assert (answer.status, f"Image ID {gone} already exists!" in answer.text) == (409, True)


def test_who_adds_an_owner_gives_the_image_away(glance, admin):
    image_id = glance.make(visibility="private")
    replaced = glance.patch(image_id, {"op": "replace", "path": "/owner", "value": ELSEWHERE})
    assert (replaced.status, "Access was denied to this resource." in replaced.text) == (403, True)
    assert glance.patch(image_id, {"op": "add", "path": "/owner", "value": HERS}).status == 200
    away = glance.patch(image_id, {"op": "add", "path": "/owner", "value": ELSEWHERE})
    assert (away.status, f"image {image_id} not visible" in away.text) == (403, True)
    assert admin.show(image_id)["owner"] == ELSEWHERE


def test_a_patch_without_changes_asks_nobody(glance):
    image_id = glance.make()
    assert glance.as_("rita").patch(image_id).status == 200


def test_visibility_is_asked_for_before_the_image(glance):
    image_id = glance.make(visibility="community")
    change = {"op": "replace", "path": "/visibility", "value": "public"}
    answer = glance.as_("carol").patch(image_id, change)
    assert (answer.status, "publicize_image" in answer.text) == (403, True)


@pytest.mark.parametrize("path", ["/file", "/members", "/tags/x", ""])
def test_a_body_where_none_is_expected_is_refused(glance, path):
    image_id = glance.make()
    method = "PUT" if path == "/tags/x" else "GET"
    answer = glance.ask(method, f"/images/{image_id}{path}", {"x": "y"})
    assert answer.status == 400
    assert "A body is not expected with this request." in answer.text


@pytest.mark.parametrize("path", ["/images", "/images/x", "/schemas/image", "/tasks"])
def test_get_does_not_stand_in_for_head(glance, path):
    answer = glance.ask("HEAD", path)
    assert (answer.status, answer.body) == (405, b"")


def test_what_is_no_ascii_in_a_path_is_taken_byte_by_byte(glance):
    image_id = glance.make()
    assert glance.put(f"/images/{image_id}/tags/é").status == 204
    assert glance.put(f"/images/{image_id}/tags/x%0A").status == 204
    assert glance.show(image_id)["tags"] == ["x", "Ã©"]


def test_only_an_administrator_makes_images_public_or_for_others(glance, admin):
    image_id = admin.make(visibility="public", owner=HERS)
    assert glance.show(image_id)["owner"] == HERS


def test_a_protected_image_is_not_deleted(glance):
    image_id = glance.make(protected=True)
    answer = glance.delete(f"/images/{image_id}")
    assert answer.status == 403
    assert f"Image {image_id} is protected and cannot be deleted." in answer.text


def test_a_deleted_image_is_gone_with_its_bytes(
    glance, settings, django_capture_on_commit_callbacks
):
    image_id = glance.fill()
    with django_capture_on_commit_callbacks(execute=True):
        assert glance.delete(f"/images/{image_id}").status == 204
    assert glance.get(f"/images/{image_id}").status == 404
    assert not (settings.IMAGE_STORE / image_id).exists()


def test_both_forms_of_patch_are_read(glance):
    image_id = glance.make(name="old", a="1")
    new = glance.patch(
        image_id,
        {"op": "replace", "path": "/name", "value": "new"},
        {"op": "add", "path": "/x~1y", "value": "2"},
        {"op": "remove", "path": "/a"},
    )
    assert new.status == 200
    assert (new.json["name"], new.json["x/y"]) == ("new", "2")
    assert "a" not in new.json
    old = glance.patch(image_id, {"add": "/b", "value": "3"}, kind=OLD_PATCH)
    assert old.json["b"] == "3"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"op": "test", "path": "/name", "value": "x"}, 400),
        ({"op": "add", "path": "name", "value": "x"}, 400),
        ({"op": "add", "path": "/a/b", "value": "x"}, 400),
        ({"op": "add", "path": "/name"}, 400),
        ({"op": "replace", "path": "/unknown", "value": "x"}, 409),
        ({"op": "remove", "path": "/unknown"}, 409),
        ({"op": "remove", "path": "/name"}, 403),
        ({"op": "replace", "path": "/size", "value": 1}, 403),
        ({"op": "add", "path": "/os_glance_x", "value": "x"}, 403),
        ({"op": "replace", "path": "/owner", "value": "x"}, 403),
        ({"op": "replace", "path": "/visibility", "value": "public"}, 403),
        ({"op": "replace", "path": "/min_disk", "value": "1"}, 400),
    ],
)
def test_a_bad_patch_is_refused(glance, change, status):
    assert glance.patch(glance.make(), change).status == status


def test_a_patch_of_another_media_type_is_told_which_there_are(glance):
    answer = glance.patch(glance.make(), kind="application/json")
    assert answer.status == 415
    assert "openstack-images-v2.1-json-patch" in answer.headers["Accept-Patch"]


def test_formats_are_set_only_while_an_image_is_queued(glance):
    image_id = glance.fill()
    change = {"op": "replace", "path": "/disk_format", "value": "qcow2"}
    assert glance.patch(image_id, change).status == 403


def test_tags_come_and_go(glance):
    image_id = glance.make()
    assert glance.put(f"/images/{image_id}/tags/x").status == 204
    assert glance.show(image_id)["tags"] == ["x"]
    assert glance.delete(f"/images/{image_id}/tags/x").status == 204
    assert glance.delete(f"/images/{image_id}/tags/x").status == 404


def test_a_deactivated_image_cannot_be_downloaded_but_by_an_administrator(glance, admin):
    image_id = glance.fill()
    assert glance.post(f"/images/{image_id}/actions/deactivate").status == 204
    assert glance.show(image_id)["status"] == "deactivated"
    assert glance.get(f"/images/{image_id}/file").status == 403
    assert admin.get(f"/images/{image_id}/file").status == 200
    assert glance.post(f"/images/{image_id}/actions/reactivate").status == 204
    assert glance.get(f"/images/{image_id}/file").status == 200


def test_an_image_without_data_cannot_be_deactivated(glance):
    assert glance.post(f"/images/{glance.make()}/actions/deactivate").status == 403


def test_a_reader_reads_and_no_more(glance):
    image_id = glance.fill()
    rita = glance.as_("rita")
    assert rita.show(image_id)["id"] == image_id
    assert rita.post("/images", {"name": "x"}).status == 403
    assert rita.patch(image_id, {"op": "add", "path": "/a", "value": "b"}).status == 403
    assert rita.delete(f"/images/{image_id}").status == 403
    assert rita.get(f"/images/{image_id}/file").status == 403
