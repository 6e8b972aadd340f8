"""Application credentials, credentials and trusts: what bodies and queries may bring."""

import json

import pytest

from tests.identity.conftest import Keystone, by_password

TRUSTS = "/OS-TRUST/trusts"
NOBODY = "0000000000004000800000000000ffff"
RULE = {"path": "/v2.1/servers", "method": "GET", "service": "compute"}


@pytest.fixture
def own(admin):
    """The path of demo's application credentials."""
    return f"/users/{admin.id('users', 'demo')}/application_credentials"


@pytest.fixture
def trust(admin, demo):
    """The body of a trust from demo to another user."""
    other = admin.make("user", name="other", password="secret")
    return {
        "trustor_user_id": admin.id("users", "demo"),
        "trustee_user_id": other["id"],
        "impersonation": True,
        "project_id": admin.id("projects", "demo"),
        "roles": [{"name": "member"}],
    }


# Application credentials


@pytest.mark.parametrize(
    "values",
    [
        {"x": 1},
        {"user_id": NOBODY},
        {"id": 5},
        {"system": []},
        {"roles": [{"id": NOBODY, "name": "member"}]},
        {"roles": [{}]},
        {"expires_at": "2099-01-01T00:00:00+01:00"},
    ],
)
def test_an_application_credential_is_made_of_what_it_has(demo, own, values):
    assert demo.post(own, {"application_credential": {"name": "c", **values}}).status == 400


def test_what_is_too_much_is_told_before_what_is_missing(demo, own):
    answer = demo.post(own, {"application_credential": {"x": 1}})
    assert "'x' was unexpected" in answer.error


def test_what_nobody_said_of_an_application_credential_is_null(demo, own):
    made = demo.make("application_credential", own, name="c", expires_at="")
    assert (made["unrestricted"], made["system"], made["expires_at"]) == (None, None, None)
    said = demo.make("application_credential", own, name="d", unrestricted=False, system="all")
    assert (said["unrestricted"], said["system"]) == (False, "all")


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"roles": [{"name": "member"}, {"name": "member"}]}, 409),
        ({"access_rules": [RULE, RULE]}, 409),
        ({"access_rules": [{**RULE, "x": "y"}]}, 400),
        ({"system": "x" * 65}, 400),
    ],
)
def test_a_role_or_a_rule_is_named_once(demo, own, values, status):
    assert demo.post(own, {"application_credential": {"name": "c", **values}}).status == status


def test_links_leave_out_whose_a_thing_is(demo, own):
    made = demo.make("application_credential", own, name="c", access_rules=[RULE])
    root = "http://testserver/identity/v3"
    assert made["links"]["self"] == f"{root}/application_credentials/{made['id']}"
    (listed,) = demo.get(own.replace("application_credentials", "access_rules")).json[
        "access_rules"
    ]
    assert listed["links"]["self"] == f"{root}/access_rules/{listed['id']}"


def test_a_rule_names_the_whole_path(keystone, demo, own):
    user = own.split("/")[2]
    rules = [
        {"path": "/identity/v3/users/*", "method": "GET", "service": "identity"},
        {"path": "/v3/projects", "method": "GET", "service": "identity"},
    ]
    made = demo.make("application_credential", own, name="c", access_rules=rules)
    lent = {"id": made["id"], "secret": made["secret"]}
    identity = {"methods": ["application_credential"], "application_credential": lent}
    text = keystone.authenticate(identity).headers["X-Subject-Token"]
    holder = Keystone(text)
    assert holder.get(f"/users/{user}").status == 200
    assert holder.get("/projects").status == 401
    # Keystone: what a token is may always be asked.
    seen = holder.get("/auth/tokens", X_Subject_Token=text, OpenStack_Identity_Access_Rules="1.0")
    assert seen.status == 200


def test_a_restricted_token_deletes_none_that_is_not_there_either(keystone, demo, own):
    made = demo.make("application_credential", own, name="c")
    lent = {"id": made["id"], "secret": made["secret"]}
    identity = {"methods": ["application_credential"], "application_credential": lent}
    holder = Keystone(keystone.authenticate(identity).headers["X-Subject-Token"])
    assert holder.delete(f"{own}/{NOBODY}").status == 403
    assert demo.delete(f"{own}/{NOBODY}").status == 404


# Credentials


def test_nothing_but_a_credentials_blob_changes(admin, demo):
    user = admin.id("users", "demo")
    made = demo.make("credential", type="cert", blob="a", user_id=user)
    path = f"/credentials/{made['id']}"
    assert demo.patch(path, {"credential": {"blob": "b"}}).json["credential"]["blob"] == "b"
    for values in ({"type": "x"}, {"project_id": NOBODY}, {"user_id": NOBODY}, {"x": 1}, {}):
        assert demo.patch(path, {"credential": {"blob": "c", **values}}).status == (
            400 if values else 200
        )
    assert demo.patch(path, {"credential": {"type": "x"}}).status == 400
    assert demo.patch(path, {"credential": {}}).error.endswith("'blob' is a required property")


def test_a_credentials_blob_is_a_text(admin, demo):
    user = admin.id("users", "demo")
    body = {"credential": {"type": "cert", "blob": {"a": "b"}, "user_id": user}}
    assert demo.post("/credentials", body).status == 400


def test_an_ec2_credential_says_of_its_project_perhaps_that_it_has_none(admin, demo):
    user, blob = admin.id("users", "demo"), json.dumps({"access": "a", "secret": "s"})
    values = {"type": "ec2", "blob": blob, "user_id": user}
    answer = demo.post("/credentials", {"credential": values})
    assert answer.error.endswith("'project_id' is a required property")
    assert demo.make("credential", **values, project_id=None)["project_id"] is None


def test_a_credentials_type_is_short(admin, demo):
    values = {"type": "x" * 256, "blob": "b", "user_id": admin.id("users", "demo")}
    answer = demo.post("/credentials", {"credential": values})
    assert answer.status == 400
    assert answer.error.endswith("exceeds the limit of column type(CHAR(255)).")


# Trusts


def test_a_trust_that_ends_is_made_once(demo, trust):
    ends = {**trust, "expires_at": "2099-01-01T00:00:00Z"}
    made = demo.make("trust", TRUSTS, **ends)
    assert demo.post(TRUSTS, {"trust": ends}).status == 409
    demo.delete(f"{TRUSTS}/{made['id']}")
    # Keystone: what was deleted counts.
    assert demo.post(TRUSTS, {"trust": ends}).status == 409
    assert demo.post(TRUSTS, {"trust": {**ends, "impersonation": False}}).status == 201
    for _ in range(2):
        assert demo.post(TRUSTS, {"trust": trust}).status == 201


def test_a_role_is_lent_once(demo, trust):
    assert demo.post(TRUSTS, {"trust": {**trust, "roles": trust["roles"] * 2}}).status == 409


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"roles": [{"name": ""}]}, 400),
        ({"roles": [{"name": "member", "id": NOBODY}]}, 400),
        ({"expires_at": "2099-01-01T00:00:00+01:00"}, 400),
        ({"redelegated_trust_id": 5}, 400),
        ({"redelegated_trust_id": "x"}, 404),
    ],
)
def test_a_trust_is_made_of_what_makes_sense(demo, trust, values, status):
    assert demo.post(TRUSTS, {"trust": {**trust, **values}}).status == status


def test_a_list_of_trusts_that_asks_for_anything_else_is_empty(admin, demo, trust):
    made = demo.make("trust", TRUSTS, **trust)
    assert [row["id"] for row in admin.get(TRUSTS).json["trusts"]] == [made["id"]]
    for query in ("x=1", "limit=x", "trustor_user_id="):
        assert admin.get(f"{TRUSTS}?{query}").json["trusts"] == []
    mine = demo.get(f"{TRUSTS}?trustor_user_id={trust['trustor_user_id']}&limit=x").json["trusts"]
    assert [row["id"] for row in mine] == [made["id"]]


def test_the_link_to_a_trusts_roles_leaves_out_where_trusts_are(demo, trust):
    made = demo.make("trust", TRUSTS, **trust)
    link = f"http://testserver/identity/v3/{made['id']}/roles"
    assert made["roles_links"]["self"] == link
    assert demo.get(f"{TRUSTS}/{made['id']}/roles").json["links"]["self"] == link


def test_a_trust_without_a_project_is_good_for_no_token(keystone, demo, trust):
    nowhere = {name: trust[name] for name in ("trustor_user_id", "trustee_user_id")}
    made = demo.make("trust", TRUSTS, **nowhere, impersonation=True)
    scope = {"OS-TRUST:trust": {"id": made["id"]}}
    answer = keystone.authenticate(by_password("other", "secret"), scope)
    assert (answer.status, answer.error) == (404, "Could not find project: None.")
