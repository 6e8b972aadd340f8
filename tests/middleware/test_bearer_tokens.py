"""Claims of a bearer token are read by a table."""

import pytest

from middleware.bearer_tokens import body_of, fingerprint, roles_of
from middleware.openid import bearer_token


def test_claims_become_the_body_of_a_token():
    body = body_of(
        {
            "sub": "u1",
            "preferred_username": "ada",
            "roles": ["member"],
            "project_id": "p1",
            "project_name": "one",
            "exp": 1700000000,
            "iat": 1600000000,
        }
    )
    assert body["user"] == {
        "id": "u1",
        "name": "ada",
        "domain": {"id": "openid", "name": "openid"},
    }
    assert body["project"] == {
        "id": "p1",
        "name": "one",
        "domain": {"id": "default", "name": "Default"},
    }
    assert [role["name"] for role in body["roles"]] == ["member", "reader"]
    assert body["expires_at"] == "2023-11-14T22:13:20.000000Z"


def test_the_table_may_lead_into_objects(settings):
    settings.OIDC_CLAIMS = {"user_id": "who.id", "roles": "realm_access.roles"}
    settings.OIDC_ROLES = {"cloud-admin": "admin"}
    body = body_of({"who": {"id": "u1"}, "realm_access": {"roles": ["cloud-admin", "admin"]}})
    assert body["user"]["name"] == "u1"
    assert [role["name"] for role in body["roles"]] == ["admin", "manager", "member", "reader"]
    assert "project" not in body


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": ""},
        {"sub": 5},
        {"sub": "x" * 65},
        {"sub": "a b"},
        {"sub": "a,b"},
        {"sub": "u", "project_id": "../p"},
        {"sub": "u", "project_id": ["p"]},
    ],
)
def test_nobody_is_made_of_claims_that_make_no_sense(claims):
    assert body_of(claims) is None


@pytest.mark.parametrize(
    ("claimed", "roles"),
    [
        (None, []),
        ("member", ["member", "reader"]),
        ("reader, other", ["reader", "other"]),
        (["a,admin"], []),
        ([{"name": "admin"}, 5], []),
        (5, []),
    ],
)
def test_roles_are_names(claimed, roles):
    assert roles_of(claimed) == roles


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Bearer", None),
        ("Bearer ", None),
        ("Basic abc", None),
        ("", None),
    ],
)
def test_a_bearer_token_stands_in_its_header(header, token):
    assert bearer_token({"HTTP_AUTHORIZATION": header}) == token


def test_logs_get_a_hash():
    assert fingerprint("abc").startswith("{SHA256}ba7816bf")
