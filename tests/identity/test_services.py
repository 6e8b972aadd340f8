"""Regions, services and endpoints: what bodies and queries may bring."""

import pytest

NOBODY = "0000000000004000800000000000ffff"


@pytest.fixture
def service(admin):
    return admin.make("service", type="metering")


def test_a_list_of_regions_knows_its_parents_only(admin):
    answer = admin.get("/regions?x=1")
    assert (answer.status, "'x' was unexpected" in answer.error) == (400, True)
    assert admin.get("/regions?limit=1").status == 400
    assert admin.get("/regions?parent_region_id=").status == 400
    assert admin.get("/regions?parent_region_id=RegionOne").json["regions"] == []


def test_a_region_has_a_short_description(admin):
    body = {"region": {"id": "north", "description": "x" * 256}}
    assert admin.post("/regions", body).status == 400
    admin.make("region", id="north")
    assert admin.patch("/regions/north", body).status == 400


def test_a_region_is_made_beside_whatever_else_a_body_holds(admin):
    assert admin.post("/regions", {"region": {"id": "north"}, "x": 1}).status == 201
    answer = admin.put("/regions/south", {"region": {"id": None}})
    assert answer.error == 'Conflicting region IDs specified: "south" != "None"'


def test_a_region_that_is_there_is_told_before_a_parent_that_is_not(admin):
    body = {"region": {"id": "RegionOne", "parent_region_id": "nowhere"}}
    assert admin.post("/regions", body).status == 409


def test_all_regions_cannot_be_put(admin):
    assert admin.put("/regions", {"region": {"id": "north"}}).status == 405


def test_no_id_is_the_same_id(admin, service):
    path = f"/services/{service['id']}"
    assert admin.patch(path, {"service": {"id": None, "name": "a"}}).status == 200
    assert admin.patch(path, {"service": {"id": NOBODY}}).error == "Cannot change ID"


@pytest.mark.parametrize("description", ["d", None, False, [1], {"a": "b"}])
def test_a_services_description_may_be_anything(admin, service, description):
    path = f"/services/{service['id']}"
    changed = admin.patch(path, {"service": {"description": description}}).json["service"]
    assert changed.get("description") == description
    assert admin.get(path).json["service"].get("description") == description


def test_policy_is_asked_before_a_body_without_anything_is_refused(admin, demo):
    for path in ("/services", "/endpoints", "/OS-EP-FILTER/endpoint_groups"):
        assert demo.post(path, {}).status == 403
        assert admin.post(path, {}).status == 400


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://x/%(tenant_id)5s", 201),
        ("http://x/$(compute_host)s", 201),
        ("http://x/%%", 201),
        ("http://x/100%", 400),
        ("http://x/%20", 400),
        ("http://x/%d", 400),
        ("http://x/%(other)s", 400),
        ("http://x/%(tenant_id)99999999999s", 400),
    ],
)
def test_all_signs_of_a_url_count(admin, service, url, status):
    body = {"endpoint": {"interface": "public", "service_id": service["id"], "url": url}}
    assert admin.post("/endpoints", body).status == status


def test_a_change_may_bring_any_url(admin, service):
    made = admin.make("endpoint", interface="public", service_id=service["id"], url="http://x")
    body = {"endpoint": {"url": "http://$(other)s"}}
    assert admin.patch(f"/endpoints/{made['id']}", body).status == 200


def test_a_region_that_an_endpoint_makes_has_no_long_name(admin, service):
    values = {"interface": "public", "service_id": service["id"], "url": "http://x"}
    answer = admin.post("/endpoints", {"endpoint": {**values, "region": "x" * 256}})
    assert answer.status == 400
    assert "exceeds the limit of column id(CHAR(255))." in answer.error


def test_an_endpoints_name_is_a_text(admin, service):
    values = {"interface": "public", "service_id": service["id"], "url": "http://x"}
    assert admin.post("/endpoints", {"endpoint": {**values, "name": None}}).status == 400
