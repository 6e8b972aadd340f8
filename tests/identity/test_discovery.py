"""What keystoneauth reads before it logs in."""

import pytest


@pytest.mark.parametrize("path", ["/identity", "/identity/"])
def test_the_root_offers_one_version_to_choose(keystone, path):
    answer = keystone.get(path)
    (version,) = answer.json["versions"]["values"]
    assert answer.status == 300
    assert answer.headers["Location"] == "http://testserver/identity/v3/"
    assert version["id"] == "v3.14"
    assert version["links"] == [{"rel": "self", "href": "http://testserver/identity/v3/"}]


@pytest.mark.parametrize("path", ["/identity/v3", "/identity/v3/"])
def test_the_version_describes_itself(keystone, path):
    answer = keystone.get(path)
    assert answer.status == 200
    assert answer.json["version"]["status"] == "stable"


def test_a_slash_at_the_end_says_nothing(admin):
    assert admin.get("/users/").json["users"]


def test_an_unknown_method_is_405(admin):
    assert admin.delete("/users").status == 405


def test_what_is_no_json_is_400(admin):
    answer = admin.post("/users", "not an object")
    assert answer.status == 400
    assert answer.error.startswith("Expecting to find valid JSON in request body.")
