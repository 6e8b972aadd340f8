"""Who a provider vouches for gets an unscoped token, and the roles that are claimed."""

import pytest

PROJECT = {"id": "p" * 32, "name": "theirs", "domain": {"id": "default", "name": "Default"}}
PATH = "/identity/v3/OS-FEDERATION/identity_providers/{}/protocols/{}/auth"


def judge(token):
    """A bearer token is `user role`."""
    name, _, role = token.partition("-")
    if name == "bad":
        return None
    body = {"user": {"id": name, "name": name}, "roles": [{"name": role}] if role else []}
    return {**body, "project": PROJECT}


@pytest.fixture
def come(db, client, settings):
    from cloud.identity.seed import seed

    seed()
    settings.IDENTITY_PROVIDERS = {"acme": {"openid": "tests.identity.test_federation.judge"}}

    def come(bearer, provider="acme", protocol="openid"):
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return client.generic("POST", PATH.format(provider, protocol), headers=headers)

    return come


def scoped(client, token):
    scope = {"project": {"id": PROJECT["id"]}}
    identity = {"methods": ["token"], "token": {"id": token}}
    body = {"auth": {"identity": identity, "scope": scope}}
    return client.post("/identity/v3/auth/tokens", body, "application/json")


def roles(answer):
    return [role["name"] for role in answer.json()["token"]["roles"]]


def test_the_token_is_unscoped_and_can_be_scoped(come, client):
    answer = come("max-member")
    assert answer.status_code == 201
    token = answer.json()["token"]
    assert token["methods"] == ["openid"]
    assert "project" not in token
    assert token["user"]["domain"]["id"] == "acme"
    assert token["user"]["OS-FEDERATION"]["identity_provider"] == {"id": "acme"}
    answer = scoped(client, answer["X-Subject-Token"])
    assert roles(answer) == ["member", "reader"]
    assert answer.json()["token"]["methods"] == ["token", "openid"]


def test_roles_are_those_of_the_last_time(come, client):
    come("max-admin")
    token = come("max-reader")["X-Subject-Token"]
    assert roles(scoped(client, token)) == ["reader"]
    # Without a claim about roles what was granted stays.
    assert roles(scoped(client, come("max")["X-Subject-Token"])) == ["reader"]


def test_a_provider_vouches_for_nobody_elses_users(come):
    from cloud.identity.models import User

    admin = User.objects.get(name="admin")
    assert come(f"{admin.pk}-reader").status_code == 401


@pytest.mark.parametrize(
    ("bearer", "provider", "protocol", "status"),
    [
        (None, "acme", "openid", 401),
        ("bad", "acme", "openid", 401),
        ("max", "other", "openid", 404),
        ("max", "acme", "mapped", 404),
        ("max", "acme", "saml2", 401),
    ],
)
def test_others_are_refused(come, bearer, provider, protocol, status):
    assert come(bearer, provider, protocol).status_code == status


def test_a_disabled_user_gets_no_token(come):
    from cloud.identity.models import User

    come("max")
    User.objects.filter(pk="max").update(enabled=False)
    assert come("max").status_code == 401


def test_names_that_somebody_has_are_told_apart(come, monkeypatch):
    called = {"robot": "max", "max": "max", "other": "max"}

    def judged(token):
        return {"user": {"id": token, "name": called[token]}, "project": PROJECT}

    monkeypatch.setattr("tests.identity.test_federation.judge", judged)
    users = [come(token).json()["token"]["user"] for token in called]
    assert [(user["id"], user["name"]) for user in users] == [
        ("robot", "max"),
        ("max", "max-2"),
        ("other", "other"),
    ]
    # The second time they are who they were.
    assert come("max").json()["token"]["user"] == users[1]
