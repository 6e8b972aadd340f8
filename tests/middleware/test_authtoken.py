"""Tokens."""

import json

import pytest

from tests.middleware import tokens

BODY = {
    "error": {
        "code": 401,
        "title": "Unauthorized",
        "message": "The request you have made requires authentication.",
    }
}


@pytest.mark.parametrize("token", [None, "", "unknown", "expired"])
def test_without_a_good_token_it_is_401(get, token):
    answer = get("/v2.1/shown", token=token)
    assert answer.status_code == 401
    assert answer.content == json.dumps(BODY).encode()
    assert answer["Content-Type"] == "application/json"
    assert answer["WWW-Authenticate"] == 'Keystone uri="http://testserver/identity"'


def test_the_challenge_may_name_another_place(get, chain):
    chain.WWW_AUTHENTICATE_URI = "http://keystone"
    assert get("/v2.1/x", token=None)["WWW-Authenticate"] == 'Keystone uri="http://keystone"'


def test_the_token_may_come_as_storage_token(get):
    assert get("/v2.1/shown", token=None, X_Storage_Token="demo").status_code == 200


@pytest.mark.parametrize("path", ["/", "/v2", "/v2.1/", "/identity/shown", "/_cloud/shown"])
def test_some_need_no_token(get, path):
    assert get(path, token=None).status_code == 200


def test_a_token_becomes_headers(get):
    meta = get("/v2.1/shown").json()["meta"]
    found = {key.removeprefix("HTTP_X_"): meta[key] for key in meta if key.startswith("HTTP_X_")}
    catalog = json.loads(found.pop("SERVICE_CATALOG"))
    assert found == {
        "AUTH_TOKEN": "demo",
        "IDENTITY_STATUS": "Confirmed",
        "IS_ADMIN_PROJECT": "True",
        "USER_ID": "demo",
        "USER_NAME": "demo",
        "USER_DOMAIN_ID": "default",
        "USER_DOMAIN_NAME": "Default",
        "PROJECT_ID": tokens.PROJECT["id"],
        "PROJECT_NAME": "demo",
        "PROJECT_DOMAIN_ID": "default",
        "PROJECT_DOMAIN_NAME": "Default",
        "ROLES": "member,reader",
        "ROLE": "member,reader",
        "USER": "demo",
        "TENANT": "demo",
        "TENANT_ID": tokens.PROJECT["id"],
        "TENANT_NAME": "demo",
    }
    assert catalog == [
        {
            "type": "compute",
            "name": "nova",
            "endpoints": [{"region": "R", "publicURL": "http://c"}],
        }
    ]


@pytest.mark.parametrize(
    "forged",
    [
        {"X_Roles": "admin"},
        {"X_Role": "admin"},
        {"X_User_Id": "root"},
        {"X_Domain_Id": "default"},
        {"X_Service_Roles": "service"},
        {"X_Service_User_Id": "nova"},
        {"X_Is_Admin_Project": "True"},
        {"OpenStack_System_Scope": "all"},
    ],
)
def test_forged_headers_are_gone(get, forged):
    plain, seen = get("/v2.1/shown").json(), get("/v2.1/shown", **forged).json()
    assert seen["context"] == plain["context"]


def test_forged_headers_do_not_replace_a_token(get):
    headers = {"X_User_Id": "root", "X_Roles": "admin", "X_Identity_Status": "Confirmed"}
    assert get("/v2.1/shown", token=None, **headers).status_code == 401


@pytest.mark.parametrize("service_token", ["unknown", "demo", "admin"])
def test_a_service_token_must_be_good_and_of_a_service(get, service_token):
    assert get("/v2.1/shown", X_Service_Token=service_token).status_code == 401


def test_a_good_service_token_is_described_beside_the_user(get):
    context = get("/v2.1/shown", X_Service_Token="service").json()["context"]
    assert (context["user_id"], context["service_user_id"]) == ("demo", "service")
    assert context["service_roles"] == ["service"]


def test_any_good_service_token_may_do(get, chain):
    chain.SERVICE_TOKEN_ROLES_REQUIRED = False
    assert get("/v2.1/shown", X_Service_Token="demo").status_code == 200


def test_a_service_token_alone_is_not_enough(get):
    assert get("/v2.1/shown", token=None, X_Service_Token="service").status_code == 401


def test_a_service_may_use_an_expired_token(get):
    assert get("/v2.1/shown", token="expired", X_Service_Token="service").status_code == 200


def test_an_identity_service_that_cannot_be_reached_is_503(get):
    answer = get("/v2.1/shown", token="unreachable", Accept="application/json")
    assert answer.status_code == 503
    assert "The Keystone service is temporarily unavailable." in answer.json()["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v2.1/a/shown", 200),
        ("GET", "/v2.1/a/b/shown", 401),
        ("POST", "/v2.1/a/shown", 401),
        ("GET", "/image/a/shown", 401),
    ],
)
def test_access_rules_limit_a_token(ask, method, path, status):
    assert ask(method, path, "limited").status_code == status


def test_a_changed_body_changes_the_headers(get, monkeypatch):
    get("/v2.1/shown")
    monkeypatch.setitem(tokens.TOKENS, "demo", tokens.token("admin"))
    assert get("/v2.1/shown").json()["context"]["user_id"] == "admin"
