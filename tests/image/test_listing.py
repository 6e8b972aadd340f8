"""Lists of images: who sees what, filters, sorting, pages, and sharing."""

import pytest

from tests.cast import ELSEWHERE, HERS


def test_a_project_sees_its_own_and_what_is_public(glance, carol, admin):
    hers = [glance.make(visibility=each) for each in ("private", "shared")]
    community = glance.make(visibility="community")
    public = admin.make(visibility="public")
    assert set(glance.ids()) == {*hers, community, public}
    assert set(carol.ids()) == {public}
    assert set(carol.ids("?visibility=community")) == {community}
    assert carol.get(f"/images/{community}").status == 200
    for image_id in hers:
        for method, path in (
            ("GET", ""), ("DELETE", ""), ("GET", "/file"), ("GET", "/members"), ("PUT", "/tags/x"),
            ("POST", "/actions/deactivate"),
        ):  # fmt: skip
            assert carol.ask(method, f"/images/{image_id}{path}").status == 404


def test_a_member_is_no_number_that_a_database_has_no_room_for(glance):
    image_id = glance.make()
    for odd in (2**70, -(2**70), ["x"], {"x": 1}):
        assert glance.post(f"/images/{image_id}/members", {"member": odd}).status == 400
    assert glance.get(f"/images/{image_id}/members").json["members"] == []


def test_a_shared_image_is_seen_by_a_member_and_listed_once_accepted(glance, carol):
    image_id = glance.make()
    made = glance.post(f"/images/{image_id}/members", {"member": ELSEWHERE})
    assert (made.status, made.json["status"]) == (200, "pending")
    assert carol.get(f"/images/{image_id}").status == 200
    assert carol.ids() == []
    assert carol.ids("?visibility=shared&member_status=pending") == [image_id]
    answer = carol.put(f"/images/{image_id}/members/{ELSEWHERE}", {"status": "accepted"})
    assert answer.json["status"] == "accepted"
    assert carol.ids() == [image_id]
    assert carol.delete(f"/images/{image_id}").status == 403
    assert glance.delete(f"/images/{image_id}/members/{ELSEWHERE}").status == 204
    assert carol.get(f"/images/{image_id}").status == 404


def test_only_a_member_answers_an_offer(glance, carol):
    image_id = glance.make()
    glance.post(f"/images/{image_id}/members", {"member": ELSEWHERE})
    path = f"/images/{image_id}/members/{ELSEWHERE}"
    assert glance.put(path, {"status": "accepted"}).status == 403
    assert carol.put(path, {"status": "perhaps"}).status == 400
    assert carol.post(f"/images/{image_id}/members", {"member": HERS}).status == 403


def test_members_are_offered_an_image_once_and_only_a_shared_one(glance):
    image_id = glance.make()
    path = f"/images/{image_id}/members"
    assert glance.post(path, {}).status == 400
    assert glance.post(path, {"member": ""}).status == 400
    assert glance.post(path, {"member": ELSEWHERE}).status == 200
    assert glance.post(path, {"member": ELSEWHERE}).status == 409
    private = glance.make(visibility="private")
    assert glance.post(f"/images/{private}/members", {"member": ELSEWHERE}).status == 403


def test_filters(glance):
    small = glance.fill(b"12", name="small", kind="a", tags=["x", "y"])
    large = glance.fill(b"12345", name="large, too", kind="b", tags=["x"])
    hidden = glance.make(os_hidden=True)
    for query, expected in {
        "name=small": {small},
        "kind=b": {large},
        "kind=b&name=small": set(),
        "tag=x": {small, large},
        "tag=x&tag=y": {small},
        "size_min=3": {large},
        "size_max=3": {small},
        'name=in:small,"large, too"': {small, large},
        "name=eq:small": {small},
        "status=in:queued,active": {small, large},
        "os_hidden=true": {hidden},
        "created_at=gte:2000-01-01T00:00:00": {small, large},
        "created_at=lt:2000-01-01T00:00:00Z": set(),
        "protected=true": set(),
        "container_format=bare": {small, large},
    }.items():
        assert set(glance.ids(f"?{query}")) == expected, query


@pytest.mark.parametrize(
    "query",
    [
        "limit=x", "limit=-1", "marker=nothing", "sort=colour", "sort_key=colour", "sort=name:up",
        "sort=name&sort_key=id", "visibility=none", "member_status=some", "os_hidden=perhaps",
        "protected=1", "size_min=x", "created_at=soon", "name=like:x", "changes-since=2000-01-01",
        "sort_key=name&sort_key=id&sort_key=size&sort_dir=asc&sort_dir=desc",
    ],
)  # fmt: skip
def test_a_bad_query_is_refused(glance, query):
    assert glance.get(f"/images?{query}").status == 400


def test_a_list_is_paged_to_its_end(glance):
    made = [glance.make(name=f"{n % 2}") for n in range(5)]
    seen, path = [], "/images?limit=2&sort=name:asc,created_at:desc"
    while path:
        page = glance.get(path).json
        seen += [image["id"] for image in page["images"]]
        path = page.get("next", "").removeprefix("/v2")
    assert seen == [made[4], made[2], made[0], made[3], made[1]]


def test_nulls_do_not_get_lost_between_pages(glance):
    made = {glance.make(), glance.fill(b"1"), glance.make(), glance.fill(b"22")}
    for way in ("asc", "desc"):
        seen, path = [], f"/images?limit=1&sort_key=size&sort_dir={way}"
        while path:
            page = glance.get(path).json
            seen += [image["id"] for image in page["images"]]
            path = page.get("next", "").removeprefix("/v2")
        assert set(seen) == made
        assert len(seen) == 4


def test_a_list_costs_the_same_however_long(glance, django_assert_num_queries):
    for n in range(6):
        glance.make(tags=["a"], x=str(n))
    with django_assert_num_queries(3):  # images, their properties, their tags
        glance.ids()


def test_an_owner_with_whom_an_image_is_shared_too_answers_no_offer(glance):
    image_id = glance.make()
    glance.post(f"/images/{image_id}/members", {"member": HERS})
    answer = glance.put(f"/images/{image_id}/members/{HERS}", {"status": "accepted"})
    assert (answer.status, "modify_member" in answer.text) == (403, True)


def test_the_first_of_a_parameter_counts_and_the_others_filter(glance):
    first = glance.make(name="first", visibility="private")
    glance.make(name="second")
    assert glance.get("/images?limit=x&limit=2").status == 400
    assert glance.ids("?limit=2&limit=2") == []
    assert glance.ids("?name=second&name=first") == [first]
    assert glance.ids("?visibility=all&visibility=private") == [first]
    assert glance.ids("?visibility=") == []
    assert len(glance.ids("?deleted=true")) == 2
    assert glance.get("/images?name=%FF").status == 400
