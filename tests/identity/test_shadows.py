"""Whom a provider of Identity's own vouches for comes in by its mapping."""

import pytest

from cloud.identity.models import Assignment, Membership, Project, Role, Token, User
from tests.identity.conftest import Keystone

PROVIDER = "/OS-FEDERATION/identity_providers/acme"
SAID = {
    "max": {"SUB": "max", "GROUPS": "staff;devs", "HTTP_OIDC_ISS": "https://acme"},
    "again": {"SUB": "max", "GROUPS": "staff", "HTTP_OIDC_ISS": "https://acme"},
    "other": {"SUB": "eve", "GROUPS": "staff", "HTTP_OIDC_ISS": "https://elsewhere"},
    "silent": {"SUB": "eve", "GROUPS": "staff"},
    "guest": {"GROUPS": "guests", "HTTP_OIDC_ISS": "https://acme"},
    "demo": {"SUB": "demo", "KIND": "local", "HTTP_OIDC_ISS": "https://acme"},
    "list": {"SUB": "eve", "GROUPS": "['admins']", "HTTP_OIDC_ISS": "https://acme"},
}


def said(bearer):
    return SAID.get(bearer)


USER = {"local": [{"user": {"name": "{0}", "email": "{0}@acme"}}], "remote": [{"type": "SUB"}]}
GROUPS = {
    "local": [{"groups": "{0}", "domain": {"id": "default"}}],
    "remote": [{"type": "GROUPS", "blacklist": ["guests"]}],
}


def granting(*roles, domain=None):
    project = {"name": "theirs", "roles": [{"name": role} for role in roles]}
    if domain:
        project["domain"] = {"id": domain}
    return {"local": [{"projects": [project]}], "remote": [{"type": "SUB"}]}


@pytest.fixture
def acme(admin, settings):
    """A provider; `acme(rules)` maps its users by rules."""
    settings.FEDERATION_ASSERTION = "tests.identity.test_shadows.said"
    provider = {"enabled": True, "remote_ids": ["https://acme"]}
    assert admin.put(PROVIDER, {"identity_provider": provider}).status == 201

    def mapped(*rules, version="1.0"):
        mapping = {"rules": list(rules), "schema_version": version}
        assert admin.put("/OS-FEDERATION/mappings/m", {"mapping": mapping}).status == 201
        way = {"protocol": {"mapping_id": "m"}}
        assert admin.put(f"{PROVIDER}/protocols/openid", way).status == 201

    return mapped


def come(bearer):
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return Keystone().post(f"{PROVIDER}/protocols/openid/auth", **headers)


def user_of(answer):
    return User.objects.get(pk=answer.json["token"]["user"]["id"])


def scoped(answer, project):
    """A token of that user for a project of a name; its roles."""
    found = Project.objects.get(name=project, is_domain=False)
    identity = {"methods": ["token"], "token": {"id": answer.headers["X-Subject-Token"]}}
    again = Keystone().authenticate(identity, {"project": {"id": found.pk}})
    if again.status != 201:
        return again.status
    return sorted(role["name"] for role in again.json["token"]["roles"])


def test_a_user_is_made_in_the_providers_domain(acme, admin):
    acme(USER)
    answer = come("max")
    assert answer.status == 201
    token = answer.json["token"]
    domain_id = admin.get(PROVIDER).json["identity_provider"]["domain_id"]
    assert (token["user"]["name"], token["user"]["domain"]["id"]) == ("max", domain_id)
    assert token["methods"] == ["openid"]
    assert "project" not in token
    assert user_of(answer).extra == {"email": "max@acme"}
    assert user_of(come("max")).pk == user_of(answer).pk


def test_groups_are_those_that_are_said_now(acme, admin):
    acme(USER, GROUPS)
    for name in ("staff", "devs", "admins"):
        admin.make("group", name=name, domain_id="default")
    user = user_of(come("max"))
    groups = Membership.objects.filter(user=user).values_list("group__name", flat=True)
    assert sorted(groups) == ["devs", "staff"]
    by_hand = admin.id("groups", "admins")
    assert admin.put(f"/groups/{by_hand}/users/{user.pk}").status == 204
    come("again")
    # What somebody here has said stays.
    assert sorted(groups.all()) == ["admins", "staff"]


def test_no_claim_becomes_a_list_of_groups(acme, admin):
    acme(USER, GROUPS)
    admin.make("group", name="admins", domain_id="default")
    user = user_of(come("list"))
    assert not Membership.objects.filter(user=user).exists()


def test_projects_are_made_and_roles_granted(acme):
    acme(USER, granting("member", domain=None))
    answer = come("max")
    assert scoped(answer, "theirs") == ["member", "reader"]
    assert scoped(answer, "demo") == 401


@pytest.mark.parametrize(("version", "left"), [("2.0", {"member", "reader"}), ("3.0", {"reader"})])
def test_roles_that_are_not_said_any_more_go_since_3_0(acme, admin, version, left):
    acme(USER, granting("member", domain="default"), version=version)
    user = user_of(come("max"))
    rules = {"rules": [USER, granting("reader", domain="default")], "schema_version": version}
    assert admin.patch("/OS-FEDERATION/mappings/m", {"mapping": rules}).status == 200
    come("max")
    held = Assignment.objects.filter(actor_id=user.pk).values_list("role__name", flat=True)
    assert set(held) == left


@pytest.mark.parametrize(
    ("bearer", "status"),
    [(None, 401), ("bad", 401), ("guest", 401), ("other", 403), ("silent", 401)],
)
def test_others_are_refused(acme, bearer, status):
    acme(USER)
    people = User.objects.count()
    assert come(bearer).status == status
    assert User.objects.count() == people


@pytest.mark.parametrize("role", ["no-such-role", "theirs-only"])
def test_a_role_that_is_not_there_makes_nothing(acme, admin, role):
    Role.objects.create(name="theirs-only", domain_id="default")
    acme(USER, granting(role))
    answer = come("max")
    assert answer.status == (404 if role == "no-such-role" else 403)
    assert not User.objects.filter(name="max").exists()
    assert not Project.objects.filter(name="theirs").exists()


def test_a_disabled_provider_lets_nobody_in_nor_on(acme, admin):
    acme(USER, granting("member"))
    before = come("max")
    assert admin.patch(PROVIDER, {"identity_provider": {"enabled": False}}).status == 200
    assert come("max").status == 403
    assert scoped(before, "theirs") == 403


def test_a_local_user_is_one_who_is_here(acme):
    kind = {"name": "{0}", "type": "local", "domain": {"id": "default"}}
    acme({"local": [{"user": kind}], "remote": [{"type": "SUB"}]})
    assert come("demo").json["token"]["user"]["name"] == "demo"
    assert come("max").status == 401


def test_who_is_deleted_with_the_provider_is_gone_with_the_tokens(acme, admin):
    acme(USER, granting("member"))
    user = user_of(come("max"))
    assert admin.delete(PROVIDER).status == 204
    assert not User.objects.filter(pk=user.pk).exists()
    assert not Token.objects.filter(user_id=user.pk).exists()
    assert not Assignment.objects.filter(actor_id=user.pk).exists()
    assert come("max").status == 404


def test_a_rule_that_wants_what_is_not_there_is_the_clouds_own_fault(acme):
    acme({"local": [{"user": {"name": "{7}"}}], "remote": [{"type": "SUB"}]})
    answer = come("max")
    assert (answer.status, answer.error) == (
        500,
        "An unexpected error prevented the server from fulfilling your request.",
    )
