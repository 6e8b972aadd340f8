"""Images that administrators keep at hand."""

import pytest


def cached(admin):
    answer = admin.get("/cache")
    assert answer.status == 200, answer
    assert answer.json["queued_images"] == []
    return {entry["image_id"]: entry for entry in answer.json["cached_images"]}


@pytest.fixture
def image(glance):
    return glance.fill(b"bytes")


def test_an_image_is_taken_to_hand_once(admin, image):
    assert cached(admin) == {}
    for _ in range(2):
        answer = admin.put(f"/cache/{image}")
        assert (answer.status, answer.body) == (202, b"")
    (entry,) = cached(admin).values()
    assert set(entry) == {
        "id", "image_id", "last_accessed", "last_modified", "size", "hits", "checksum",
    }  # fmt: skip
    assert (entry["size"], entry["hits"]) == (5, 0)
    assert admin.get(f"/cache/nodes/{image}").json != []


def test_downloads_are_hits(glance, admin, image):
    admin.put(f"/cache/{image}")
    glance.get(f"/images/{image}/file")
    assert cached(admin)[image]["hits"] == 1


def test_an_image_is_let_go_of(admin, image):
    admin.put(f"/cache/{image}")
    assert admin.delete(f"/cache/{image}").status == 204
    assert cached(admin) == {}
    assert admin.delete(f"/cache/{image}").status == 204
    assert admin.get(f"/cache/nodes/{image}").json == []


def test_an_image_that_is_deleted_is_no_longer_at_hand(glance, admin, image):
    admin.put(f"/cache/{image}")
    assert glance.delete(f"/images/{image}").status == 204
    assert cached(admin) == {}


@pytest.mark.parametrize(("target", "left"), [("", 0), ("cache", 0), ("Queue", 1)])
def test_all_are_let_go_of(admin, image, target, left):
    admin.put(f"/cache/{image}")
    headers = {"x_image_cache_clear_target": target} if target else {}
    assert admin.delete("/cache", **headers).status == 204
    assert len(cached(admin)) == left


def test_something_else_is_not_let_go_of(admin):
    answer = admin.delete("/cache", x_image_cache_clear_target="disk")
    assert answer.status == 400
    assert "must be &#x27;cache&#x27;, &#x27;queue&#x27; or empty string." in answer.text


def test_only_images_with_data_are_taken_to_hand(admin):
    answer = admin.put(f"/cache/{admin.make()}")
    assert answer.status == 400
    assert "Only images with status active can be targeted for queueing" in answer.text


def test_what_is_not_there_is_404(admin):
    for ask in (admin.put, admin.delete):
        answer = ask("/cache/nothing")
        assert answer.status == 404
        assert "Image nothing not found." in answer.text
    assert admin.get("/cache/nodes/nothing").status == 404


def test_the_cache_is_the_administrators(glance, image):
    for answer in (
        glance.get("/cache"),
        glance.delete("/cache"),
        glance.put(f"/cache/{image}"),
        glance.delete(f"/cache/{image}"),
        glance.get(f"/cache/nodes/{image}"),
        glance.post("/cache/clean"),
        glance.post("/cache/prune"),
    ):
        assert answer.status == 403
        assert "You are not authorized to complete" in answer.text


def test_an_image_that_one_may_not_see_is_404(carol, image):
    assert carol.put(f"/cache/{image}").status == 404
    assert carol.delete(f"/cache/{image}").status == 404


def test_there_is_nothing_to_tidy_up(admin, image):
    admin.put(f"/cache/{image}")
    assert admin.post("/cache/clean").status == 200
    pruned = {"total_files_pruned": 0, "total_bytes_pruned": 0}
    assert admin.post("/cache/prune").json == pruned
    assert image in cached(admin)


def test_methods_that_are_none_are_told(admin, image):
    assert admin.post("/cache").headers["Allow"] == "GET, DELETE"
    assert admin.get(f"/cache/{image}").status == 405
