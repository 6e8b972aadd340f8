"""Tokens: issued for scopes, shown, and ended by whatever takes their ground away."""

import re
from datetime import timedelta

import pytest

from cloud.identity import validation
from cloud.identity.models import Token
from tests.identity.conftest import Keystone, by_password

DEMO = {"project": {"name": "demo", "domain": {"name": "Default"}}}
NOBODY = "The request you have made requires authentication."


def test_a_token_for_a_project_looks_as_keystones(keystone):
    answer = keystone.authenticate(by_password("demo"), DEMO)
    token = answer.json["token"]
    assert answer.status == 201
    assert answer.headers["X-Subject-Token"].startswith("gAAAAA")
    assert set(token) == {
        "methods", "user", "audit_ids", "expires_at", "issued_at",
        "project", "is_domain", "roles", "catalog",
    }  # fmt: skip
    assert token["methods"] == ["password"]
    assert token["user"]["domain"] == {"id": "default", "name": "Default"}
    assert token["user"]["password_expires_at"] is None
    assert token["project"]["name"] == "demo"
    assert [role["name"] for role in token["roles"]] == ["member", "reader"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", token["expires_at"])


def test_an_unscoped_token_has_neither_roles_nor_catalog(keystone):
    token = keystone.authenticate(by_password("demo")).json["token"]
    assert not {"project", "roles", "catalog"} & set(token)


def test_a_default_project_is_the_scope_of_who_asks_for_none(keystone, admin):
    demo = admin.id("projects", "demo")
    admin.patch(f"/users/{admin.id('users', 'demo')}", {"user": {"default_project_id": demo}})
    assert keystone.authenticate(by_password("demo")).json["token"]["project"]["id"] == demo
    explicit = keystone.authenticate(by_password("demo"), {"unscoped": {}})
    assert "project" not in explicit.json["token"]


def test_nocatalog_leaves_the_catalog_out(keystone):
    answer = keystone.authenticate(by_password("demo"), DEMO, "?nocatalog")
    assert "catalog" not in answer.json["token"]


def test_domain_and_system_are_scopes_too(keystone):
    domain = keystone.authenticate(by_password("admin"), {"domain": {"id": "default"}})
    assert domain.json["token"]["domain"] == {"id": "default", "name": "Default"}
    system = keystone.authenticate(by_password("admin"), {"system": {"all": True}})
    assert system.json["token"]["system"] == {"all": True}
    types = {service["type"] for service in system.json["token"]["catalog"]}
    assert {"compute", "block-storage", "volumev3"} <= types


@pytest.mark.parametrize(
    ("name", "password", "scope"),
    [
        ("demo", "wrong", None),
        ("nobody", "password", None),
        ("demo", "password", {"project": {"name": "admin", "domain": {"id": "default"}}}),
        ("demo", "password", {"project": {"id": "none"}}),
        ("demo", "password", {"domain": {"id": "default"}}),
        ("demo", "password", {"system": {"all": True}}),
    ],
)
def test_who_may_not_learns_nothing_but_401(keystone, name, password, scope):
    answer = keystone.authenticate(by_password(name, password), scope)
    assert (answer.status, answer.error) == (401, NOBODY)
    assert answer.headers["WWW-Authenticate"] == 'Keystone uri="http://testserver/identity"'


def test_an_unknown_method_is_answered_with_those_that_are_known(keystone):
    answer = keystone.authenticate({"methods": ["magic"], "magic": {}})
    assert answer.status == 401
    assert answer.json["error"]["identity"]["methods"] == [
        "application_credential", "ec2credential", "external", "mapped", "oauth1", "password",
        "token",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("auth", "sentence"),
    [
        (None, "Expecting to find auth in request body."),
        ({}, "'identity' is a required property\n\nFailed validating"),
        ({"identity": {}}, "'methods' is a required property"),
        ({"identity": {"methods": ["password"]}}, "Expecting to find password in identity."),
        (
            {"identity": {"methods": ["password"], "password": {"user": {"password": "x"}}}},
            "Invalid input for field identity/password/user: id or name must be present.",
        ),
        (
            {"identity": by_password("demo"), "scope": {"project": {}}},
            "Invalid input for field scope/project: id or name must be present.",
        ),
        (
            {"identity": by_password("demo"), "scope": {}},
            "Expecting to find system, project, domain, OS-TRUST:trust or unscoped in scope.",
        ),
    ],
)
def test_what_is_no_authentication_is_400(keystone, auth, sentence):
    answer = keystone.post("/auth/tokens", {"auth": auth})
    assert answer.status == 400
    assert sentence in answer.error


def test_a_token_is_exchanged_without_living_longer(keystone, admin):
    first = keystone.authenticate(by_password("demo"))
    text = first.headers["X-Subject-Token"]
    Token.objects.update(
        expires_at=Token.objects.order_by("-pk")[0].expires_at - timedelta(minutes=1)
    )
    second = keystone.authenticate({"methods": ["token"], "token": {"id": text}}, DEMO)
    old, new = keystone.login("demo", "demo").subject(text), second.json["token"]
    assert new["expires_at"] == old.json["token"]["expires_at"]
    assert set(new["methods"]) == {"token", "password"}
    assert new["audit_ids"][1] == old.json["token"]["audit_ids"][0]


def test_revoking_a_token_ends_those_made_from_it(keystone, admin):
    text = keystone.authenticate(by_password("demo")).headers["X-Subject-Token"]
    made = keystone.authenticate({"methods": ["token"], "token": {"id": text}}, DEMO)
    child = made.headers["X-Subject-Token"]
    assert admin.delete("/auth/tokens", X_Subject_Token=text).status == 204
    assert validation.validate(text) is None
    assert validation.validate(child) is None
    gone = admin.subject(child)
    assert (gone.status, gone.error) == (404, "Failed to validate token")


def test_members_show_and_revoke_their_own_tokens_only(keystone, demo, admin):
    assert demo.subject(demo.token).status == 200
    assert demo.subject(admin.token).status == 403
    assert demo.head("/auth/tokens", X_Subject_Token=demo.token).status == 200
    assert demo.delete("/auth/tokens", X_Subject_Token=admin.token).status == 403
    assert demo.delete("/auth/tokens", X_Subject_Token=demo.token).status == 204
    assert demo.get("/auth/projects").status == 401


def test_an_unknown_subject_is_404(admin):
    answer = admin.subject("gAAAAAnonsense")
    assert (answer.status, answer.error) == (404, "Could not recognize Fernet token")
    assert admin.get("/auth/tokens").error == "No token in the request"


def test_an_expired_token_is_shown_only_to_who_allows_it(demo, admin):
    token = Token.objects.get(pk=validation.tokens.digest(demo.token))
    Token.objects.filter(pk=token.pk).update(expires_at=token.issued_at - timedelta(hours=1))
    assert admin.subject(demo.token).status == 404
    assert admin.subject(demo.token, "?allow_expired=1").status == 200
    assert demo.get("/auth/projects").status == 401


def test_the_text_of_a_token_is_stored_nowhere(demo):
    for row in Token.objects.values():
        assert demo.token not in str(row)


# What ends a token


def test_a_lost_role_ends_the_token(admin, demo):
    project, user = admin.id("projects", "demo"), admin.id("users", "demo")
    path = f"/projects/{project}/users/{user}/roles/{admin.id('roles', 'member')}"
    assert validation.validate(demo.token) is not None
    assert admin.delete(path).status == 204
    assert validation.validate(demo.token) is None
    assert admin.put(path).status == 204
    assert validation.validate(demo.token) is not None


def test_a_new_role_shows_in_the_token_at_once(admin, demo):
    project, user = admin.id("projects", "demo"), admin.id("users", "demo")
    admin.put(f"/projects/{project}/users/{user}/roles/{admin.id('roles', 'manager')}")
    roles = {role["name"] for role in validation.validate(demo.token)["roles"]}
    assert roles == {"manager", "member", "reader"}


def test_disabling_the_user_ends_the_token_for_good(admin, demo):
    path = f"/users/{admin.id('users', 'demo')}"
    admin.patch(path, {"user": {"enabled": False}})
    assert validation.validate(demo.token) is None
    admin.patch(path, {"user": {"enabled": True}})
    assert validation.validate(demo.token) is None


def test_disabling_the_project_ends_the_token(admin, demo):
    admin.patch(f"/projects/{admin.id('projects', 'demo')}", {"project": {"enabled": False}})
    assert demo.get("/auth/projects").status == 404


def test_a_new_password_ends_the_token(keystone, admin, demo):
    path = f"/users/{admin.id('users', 'demo')}/password"
    body = {"user": {"original_password": "password", "password": "new"}}
    assert keystone.post(path, {"user": {**body["user"], "original_password": "x"}}).status == 401
    assert keystone.post(path, body).status == 204
    assert validation.validate(demo.token) is None
    assert keystone.authenticate(by_password("demo")).status == 401
    assert keystone.authenticate(by_password("demo", "new")).status == 201


def test_deleting_user_or_project_ends_the_token(admin, demo):
    admin.delete(f"/users/{admin.id('users', 'demo')}")
    assert validation.validate(demo.token) is None


# Cost


def test_a_known_token_costs_one_query(demo, django_assert_num_queries):
    validation.validate(demo.token)
    with django_assert_num_queries(1):
        assert validation.validate(demo.token)["project"]["name"] == "demo"


def test_nobody_without_a_token_gets_anything(keystone):
    answer = keystone.get("/users")
    assert (answer.status, answer.error) == (401, NOBODY)
    assert Keystone("gAAAAAnonsense").get("/users").status == 401


def test_projects_that_are_disabled_are_listed_among_ones_scopes(admin, demo):
    off = admin.make("project", name="off", enabled=False)["id"]
    role, user = admin.id("roles", "member"), admin.id("users", "demo")
    assert admin.put(f"/projects/{off}/users/{user}/roles/{role}").status == 204
    assert off in [row["id"] for row in demo.get("/auth/projects").json["projects"]]


def test_a_token_that_is_no_good_hinders_nobody_from_getting_another(keystone):
    answer = Keystone("nonsense").authenticate(by_password("demo"))
    assert answer.status == 201
    assert Keystone("nonsense").get("/auth/projects").status == 401


def test_an_empty_subject_is_no_token(keystone):
    demo = keystone.login("demo", "demo")
    answer = demo.subject("")
    assert (answer.status, answer.error) == (404, "No token in the request")
    assert demo.get("/auth/tokens").status == 403


def test_whose_project_is_disabled_is_told_so(keystone, admin):
    made = admin.make("project", name="shut")["id"]
    reader, demo = admin.id("roles", "reader"), admin.id("users", "demo")
    admin.put(f"/projects/{made}/users/{demo}/roles/{reader}")
    caller = keystone.login("demo", "shut")
    admin.patch(f"/projects/{made}", {"project": {"enabled": False}})
    sentence = f"Unable to validate token because project {made} is disabled"
    for answer in (admin.subject(caller.token), caller.get("/auth/projects")):
        assert (answer.status, answer.error) == (404, sentence)


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ([["password", "token"]], 401),
        ([["magic"]], 201),
        ([["password", "magic"]], 201),
        ([["token", "magic"]], 401),
    ],
)
def test_methods_that_there_are_not_count_for_nothing_in_a_users_rules(
    keystone, admin, rules, status
):
    path = f"/users/{admin.id('users', 'demo')}"
    admin.patch(path, {"user": {"options": {"multi_factor_auth_rules": rules}}})
    assert keystone.authenticate(by_password("demo")).status == status


def test_a_scope_may_be_a_word(keystone):
    answer = keystone.authenticate(by_password("admin"), "system")
    assert answer.json["token"]["system"] == {"all": True}
    answer = keystone.authenticate(by_password("admin"), "project")
    assert (answer.status, answer.error) == (400, "string indices must be integers, not 'str'")


def test_whose_application_credential_is_named_by_nobody_is_told(keystone):
    user = {"name": "nobody", "domain": {"id": "default"}}
    data = {"name": "x", "secret": "y", "user": user}
    answer = keystone.authenticate(
        {"methods": ["application_credential"], "application_credential": data}
    )
    assert (answer.status, answer.error) == (404, "Could not find user: nobody.")
