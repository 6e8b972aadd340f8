"""Paths that nobody has, methods that a path does not know, and what comes with a request."""

import pytest

from tests.identity.conftest import Keystone

BAD = "gAAAAABx"


@pytest.mark.parametrize("path", ["/nonsense", "/services/x/y", "/identity/v4"])
def test_what_is_nowhere_is_told_as_a_page(admin, path):
    for client in (admin, Keystone(), Keystone(BAD)):
        answer = client.get(path)
        assert answer.status == 404
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert b"<h1>Not Found</h1>" in answer.body


def test_a_method_that_is_not_allowed_is_told_with_those_that_are(admin):
    answer = admin.patch("/regions", {})
    assert (answer.status, answer.json) == (
        405,
        {"message": "The method is not allowed for the requested URL."},
    )
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    page = admin.delete("/identity/v3")
    assert (page.status, page.headers["Content-Type"]) == (405, "text/html; charset=utf-8")


def test_a_bad_token_is_none(keystone):
    nobody = Keystone(BAD)
    assert nobody.get("/identity/v3").status == 200
    # Keystone: what is asked for is judged before who asks.
    assert nobody.get("/regions?x=1").status == 400
    assert nobody.post("/regions", {}).status == 400
    answer = nobody.get("/regions")
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Keystone uri="http://testserver/identity"'


def test_a_broken_body_is_refused_whatever_the_method(admin):
    for method, path in (("GET", "/regions"), ("DELETE", "/regions/nowhere")):
        answer = admin.ask(method, path, [])
        assert answer.status == 400
        assert answer.error.startswith("Expecting to find valid JSON in request body.")


def test_a_list_links_to_itself_without_the_slash_at_its_end(admin):
    links = admin.get("/regions/").json["links"]
    assert links["self"] == "http://testserver/identity/v3/regions"
