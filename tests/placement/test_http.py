"""What every answer of Placement has: versions, media types, faults, and who may ask."""

import pytest


def test_the_version_document_is_for_everybody(placement):
    for path in ("", "/"):
        answer = placement.get(path, None, roles=None)
        assert answer.status == 200
        assert answer.json == {
            "versions": [
                {
                    "id": "v1.0",
                    "max_version": "1.39",
                    "min_version": "1.0",
                    "status": "CURRENT",
                    "links": [{"rel": "self", "href": ""}],
                }
            ]
        }
        assert answer.headers["OpenStack-API-Version"] == "placement 1.0"
        assert answer.headers["Vary"] == "openstack-api-version"


def test_nothing_else_is_for_nobody(placement):
    answer = placement.get("/resource_providers", roles=None)
    assert answer.status == 401
    assert answer.error["title"] == "Unauthorized"


def test_latest_is_the_newest_version(placement):
    answer = placement.get("/resource_providers", "latest")
    assert answer.headers["OpenStack-API-Version"] == "placement 1.39"


@pytest.mark.parametrize(
    ("version", "status", "says"),
    [
        ("1.40", 406, "Unacceptable version header: 1.40"),
        ("0.5", 406, "Unacceptable version header: 0.5"),
        ("1.2.3", 400, "invalid version string: 1.2.3"),
        ("pony", 400, "invalid version string: pony"),
    ],
)
def test_versions_that_cannot_be_had(placement, version, status, says):
    answer = placement.get("/resource_providers", version)
    assert answer.status == status
    assert says in answer.detail
    assert ("max_version" in answer.error) is (status == 406)
    assert "OpenStack-API-Version" not in answer.headers


def test_an_error_has_a_code_since_1_23(placement):
    old = placement.get("/resource_providers/x", "1.22").error
    assert old == {
        "status": 404,
        "title": "Not Found",
        "detail": "The resource could not be found.\n\n No resource provider with uuid x found  ",
        "request_id": "req-1",
    }
    new = placement.get("/resource_providers/x", "1.23").error
    assert new == {**old, "code": "placement.undefined_code"}


def test_paths_that_are_not_there(placement):
    answer = placement.get("/cows/1")
    assert answer.status == 404
    assert answer.detail == "The resource could not be found.\n\n   "


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_methods_that_are_not_allowed(placement, method):
    answer = placement.ask(method, "/resource_providers")
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, POST"


def test_only_json_is_read(placement):
    answer = placement.client.generic(
        "POST",
        "/placement/resource_providers",
        b"name: x",
        content_type="text/plain",
        headers={"X-Roles": "admin"},
    )
    assert answer.status_code == 415
    answer = placement.client.generic(
        "POST", "/placement/resource_providers", b"{}", "", headers={"X-Roles": "admin"}
    )
    assert answer.status_code == 400
    assert b"content-type header required when content-length > 0" in answer.content


def test_only_json_is_written(placement):
    answer = placement.get("/resource_providers", accept="text/plain")
    assert answer.status == 406
    assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert "Only application/json is provided" in answer.text
    browser = "text/html,application/xml;q=0.9,*/*;q=0.8"
    assert placement.get("/resource_providers", accept=browser).status == 200
    answer = placement.get("/resource_providers/x", accept="text/html, */*")
    assert answer.status == 404
    assert "<h1>404 Not Found</h1>" in answer.text


def test_a_body_that_is_no_json(placement):
    answer = placement.post("/resource_providers", b"{nonsense")
    assert answer.status == 400
    assert "Malformed JSON: " in answer.detail


def test_a_body_that_does_not_fit(placement):
    answer = placement.post("/resource_providers", {"name": 1})
    assert answer.status == 400
    assert "JSON does not validate: 1 is not of type 'string'" in answer.detail


def test_what_is_fresh_says_so_since_1_15(placement):
    for path in ("/", "/resource_providers", "/traits", "/resource_classes"):
        old = placement.get(path, "1.14").headers
        assert "Last-Modified" not in old
        assert "Cache-Control" not in old
        new = placement.get(path, "1.15").headers
        assert new["Cache-Control"] == "no-cache"
        assert new["Last-Modified"].endswith("GMT")


@pytest.mark.parametrize("roles", ["member,reader", "manager,member,reader", "other"])
def test_users_may_not_ask(placement, roles):
    for path in ("/resource_providers", "/traits", "/allocation_candidates", "/allocations/x"):
        answer = placement.get(path, roles=roles)
        assert answer.status == 403
        assert "Policy does not allow placement:" in answer.detail


def test_services_may(placement):
    assert placement.get("/resource_providers", roles="service").status == 200


def test_a_system_token_may_not(placement):
    assert placement.get("/resource_providers", x_system="all").status == 403


def test_a_reader_sees_what_their_project_uses(placement):
    assert placement.get("/usages?project_id=p", roles="reader", x_project="p").status == 200
    assert placement.get("/usages?project_id=q", roles="reader", x_project="p").status == 403
    assert placement.get("/usages", roles="reader").status == 403
    assert placement.get("/usages?project_id=q", roles="admin").status == 200


def test_only_services_reshape(placement):
    assert placement.post("/reshaper", {}, roles="admin").status == 403
    assert placement.post("/reshaper", {}, roles="service").status == 400


def test_who_asks_comes_before_what(placement):
    assert placement.post("/resource_providers", {}, roles="member").status == 403
    path = "/resource_providers/x/inventories"
    assert placement.put(path, {"nonsense": 1}).status == 404


def test_what_is_no_inventory_is_refused(placement):
    for records in ({"": ""}, {"lower": 1}, {"": {"total": 1}}):
        body = {"resource_provider_generation": 0, "inventories": records}
        uuid = placement.post("/resource_providers", {"name": f"p {records}"}, "1.20").json["uuid"]
        answer = placement.put(f"/resource_providers/{uuid}/inventories", body, "1.39")
        assert answer.status == 400
        assert "No such resource class" in answer.text


def test_a_query_is_utf_8(placement):
    for path in ("/resource_providers?name=%ff", "/usages?%ff=x", "/traits?name=in:%ff"):
        answer = placement.get(path, "1.39")
        assert answer.status == 400
        assert "'utf-8' codec can't decode byte 0xff" in answer.text


def test_what_passes_all_handlers_is_not_said_to_vary(placement):
    unknown = "/resource_providers/00000000-0000-4000-8000-00000000ffff"
    assert "Vary" not in placement.get(unknown).headers
    assert "Vary" not in placement.get("/nowhere").headers
    assert "Vary" not in placement.get("/resource_providers", roles="reader").headers
    for path in (f"{unknown}/traits", "/traits/CUSTOM_NOPE"):
        answer = placement.get(path, "1.39")
        assert answer.status == 404
        assert answer.headers["Vary"] == "openstack-api-version"
