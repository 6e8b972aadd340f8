"""The caller's context."""

import pytest

from middleware.keystone_context import roles_of
from tests.middleware import tokens


def test_it_holds_what_the_token_says(get):
    assert get("/v2.1/shown").json()["context"] == {
        "user_id": "demo",
        "project_id": tokens.PROJECT["id"],
        "roles": ["member", "reader"],
        "is_admin": False,
        "user_domain_id": "default",
        "project_domain_id": "default",
        "domain_id": None,
        "system_scope": None,
        "is_admin_project": True,
        "service_user_id": None,
        "service_project_id": None,
        "service_roles": [],
    }


@pytest.mark.parametrize(
    ("token", "is_admin"), [("demo", False), ("admin", True), ("Shouter", True)]
)
def test_the_role_admin_makes_an_administrator(get, token, is_admin):
    assert get("/v2.1/shown", token=token).json()["context"]["is_admin"] is is_admin


def test_a_token_of_the_system_has_no_project(get):
    context = get("/v2.1/shown", token="system").json()["context"]
    assert (context["system_scope"], context["project_id"]) == ("all", None)


@pytest.mark.parametrize("said", [True, False])
def test_whether_it_is_the_project_of_administrators_is_what_the_token_says(get, said, monkeypatch):
    """Keystone says so only where it has such a project; the role makes an administrator anyway."""
    monkeypatch.setitem(tokens.TOKENS, "admin", {**tokens.token("admin"), "is_admin_project": said})
    forged = {"X_Is_Admin_Project": str(not said)}
    context = get("/v2.1/shown", token="admin", **forged).json()["context"]
    assert (context["is_admin_project"], context["is_admin"]) == (said, True)


def test_the_body_of_the_token_is_at_hand(get):
    assert get("/v2.1/shown").json()["token"] == tokens.TOKENS["demo"]


def test_a_token_of_nobody_is_401_in_the_words_of_webob(get):
    answer = get("/v2.1/shown", token="nobody", Accept="application/json")
    assert answer.status_code == 401
    assert answer.json()["title"] == "Unauthorized"
    assert answer["WWW-Authenticate"] == 'Keystone uri="http://testserver/identity"'


@pytest.mark.parametrize(
    ("header", "expected"),
    [("", ((), False)), ("a, b", (("a", "b"), False)), ("x,Admin", (("x", "Admin"), True))],
)
def test_roles(header, expected):
    assert roles_of(header) == expected


@pytest.mark.parametrize("path", ["/identity/shown", "/_cloud/shown", "/admin/shown"])
def test_there_is_none_where_nobody_is_asked(get, path):
    assert get(path).json()["context"] is None
