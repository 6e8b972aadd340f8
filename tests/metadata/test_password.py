"""The password that a guest tells once, and its users read."""

import pytest

from tests.cast import HERS
from tests.domain.servers import server

pytestmark = pytest.mark.django_db
PATH = "/openstack/latest/password"


@pytest.fixture
def uuid(proxied):
    return server(project_id=HERS).uuid


def test_it_is_told_once_and_read_through_the_api(ask, uuid, api):
    answer = ask(PATH, uuid)
    assert (answer.status, answer.body, answer.type) == (200, b"", "text/html; charset=UTF-8")
    answer = ask(PATH, uuid, method="POST", body=b"c2VjcmV0")
    assert (answer.status, answer.body) == (200, b"")
    assert ask(PATH, uuid).text == "c2VjcmV0"
    assert api.get(f"/servers/{uuid}/os-server-password").json == {"password": "c2VjcmV0"}
    answer = ask(PATH, uuid, method="POST", body=b"other")
    assert answer.status == 409
    assert "There was a conflict when trying to complete your request." in answer.text
    assert api.delete(f"/servers/{uuid}/os-server-password").status == 204
    assert ask(PATH, uuid, method="POST", body=b"other").status == 200
    assert ask(PATH, uuid).text == "other"


def test_within_the_cache_a_second_one_is_taken(ask, uuid, proxied):
    proxied.METADATA_CACHE_EXPIRATION = 15
    assert ask(PATH, uuid, method="POST", body=b"one").status == 200
    assert ask(PATH, uuid).text == ""
    assert ask(PATH, uuid, method="POST", body=b"two").status == 200


@pytest.mark.parametrize(
    ("method", "body", "status", "sentence"),
    [
        ("POST", b"x" * 1020, 200, ""),
        ("POST", b"x" * 1021, 400, "Request is too large."),
        ("POST", b"\xff\xfe", 500, ""),
        ("PUT", b"x", 400, "GET and POST only are supported."),
        ("HEAD", b"", 400, ""),
    ],
)
def test_what_is_taken(ask, uuid, method, body, status, sentence):
    answer = ask(PATH, uuid, method=method, body=body)
    assert answer.status == status
    assert sentence in answer.text


def test_versions_before_it_have_none(ask, uuid):
    assert ask("/openstack/2012-08-10/password", uuid, method="POST", body=b"x").status == 404
