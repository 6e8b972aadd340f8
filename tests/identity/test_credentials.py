"""What stands for a user: application credentials, EC2 keys, trusts."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from cloud.identity import validation
from tests.identity.conftest import Keystone


def use(keystone, credential):
    """Log in with an application credential."""
    identity = {
        "methods": ["application_credential"],
        "application_credential": {"id": credential["id"], "secret": credential["secret"]},
    }
    return keystone.authenticate(identity)


@pytest.fixture
def own(admin):
    """The path of demo's application credentials."""
    return f"/users/{admin.id('users', 'demo')}/application_credentials"


def credential(client, path, **values):
    return client.make("application_credential", path, **{"name": "c", **values})


def test_an_application_credential_logs_in_on_its_project(keystone, demo, own):
    made = credential(demo, own)
    answer = use(keystone, made)
    token = answer.json["token"]
    assert token["project"]["name"] == "demo"
    assert {role["name"] for role in token["roles"]} == {"member", "reader"}
    assert token["application_credential"] == {
        "id": made["id"], "name": "c", "restricted": True,
    }  # fmt: skip
    assert "secret" not in demo.get(f"{own}/{made['id']}").json["application_credential"]
    assert use(keystone, {**made, "secret": "wrong"}).status == 401
    restricted = Keystone(answer.headers["X-Subject-Token"])
    assert restricted.post(own, {"application_credential": {"name": "d"}}).status == 403
    assert restricted.delete(f"{own}/{made['id']}").status == 403


def test_nobody_makes_or_sees_them_for_another(admin, demo, own):
    assert admin.post(own, {"application_credential": {"name": "c"}}).status == 403
    made = credential(demo, own)
    assert admin.get(f"{own}/{made['id']}").status == 200


def test_it_has_no_role_that_its_user_has_not(demo, own):
    body = {"application_credential": {"name": "c", "roles": [{"name": "admin"}]}}
    answer = demo.post(own, body)
    assert answer.status == 400
    assert answer.error == (
        "Invalid application credential: Cannot create an application credential with "
        "unassigned role"
    )
    reader = credential(demo, own, roles=[{"name": "reader"}])
    assert [role["name"] for role in reader["roles"]] == ["reader"]


def test_it_ends_with_its_time_and_with_the_users_role(keystone, admin, demo, own):
    soon = datetime.now(UTC) + timedelta(minutes=1)
    made = credential(demo, own, expires_at=soon.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    token = use(keystone, made).json["token"]
    assert token["expires_at"][:19] == made["expires_at"][:19]
    past = demo.post(
        own, {"application_credential": {"name": "d", "expires_at": "2020-01-01T00:00:00"}}
    )
    assert past.error.startswith("The 'expires_at' must not be before now.")
    project, user = admin.id("projects", "demo"), admin.id("users", "demo")
    admin.delete(f"/projects/{project}/users/{user}/roles/{admin.id('roles', 'member')}")
    assert use(keystone, made).status == 404


def test_access_rules_narrow_it_and_are_kept(keystone, demo, own):
    rule = {"service": "compute", "method": "GET", "path": "/v2.1/servers/{id}"}
    made = credential(demo, own, access_rules=[rule])
    text = use(keystone, made).headers["X-Subject-Token"]
    token = validation.validate(text)
    assert validation.permits(token, "compute", "GET", "/v2.1/servers/1")
    assert not validation.permits(token, "compute", "GET", "/v2.1/servers/1/ips")
    assert not validation.permits(token, "compute", "POST", "/v2.1/servers/1")
    assert Keystone(text).get("/auth/projects").status == 401
    rules = own.replace("application_credentials", "access_rules")
    (kept,) = demo.get(rules).json["access_rules"]
    answer = demo.delete(f"{rules}/{kept['id']}")
    assert (answer.status, answer.error) == (403, "May not delete access rule in use")
    assert demo.delete(f"{own}/{made['id']}").status == 204
    assert demo.delete(f"{rules}/{kept['id']}").status == 204
    assert validation.validate(text) is None


def test_access_rules_are_shown_in_the_order_in_which_they_were_given(keystone, demo, own):
    rules = [
        {"service": "compute", "method": method, "path": path}
        for path in ("/z", "/a", "/m")
        for method in ("PUT", "GET", "POST")
    ]
    made = credential(demo, own, access_rules=rules)

    def told(shown):
        return [{name: rule[name] for name in rules[0]} for rule in shown["access_rules"]]

    (listed,) = demo.get(own).json["application_credentials"]
    token = validation.validate(use(keystone, made).headers["X-Subject-Token"])
    assert told(made) == told(listed) == told(token["application_credential"]) == rules


def test_access_rules_are_listed_as_they_were_made(demo, own):
    paths = [f"/v2.1/{name}" for name in ("servers", "flavors", "limits", "images", "extensions")]
    for path in paths:
        credential(
            demo,
            own,
            name=path,
            access_rules=[{"service": "compute", "method": "GET", "path": path}],
        )
    url = own.replace("application_credentials", "access_rules")
    listed = demo.get(url).json["access_rules"]
    assert [rule["path"] for rule in listed] == paths
    rest = demo.get(f"{url}?marker={listed[1]['id']}&limit=2").json["access_rules"]
    assert [rule["path"] for rule in rest] == paths[2:4]


def test_who_does_not_know_access_rules_is_not_told_the_token(keystone, admin, demo, own):
    rule = {"service": "compute", "method": "GET", "path": "/"}
    text = use(keystone, credential(demo, own, access_rules=[rule])).headers["X-Subject-Token"]
    assert admin.subject(text).status == 404
    known = admin.get("/auth/tokens", X_Subject_Token=text, OpenStack_Identity_Access_Rules="1.0")
    assert known.status == 200


def test_ec2_keys_are_made_shown_and_deleted(admin, demo):
    user, project = admin.id("users", "demo"), admin.id("projects", "demo")
    path = f"/users/{user}/credentials/OS-EC2"
    answer = demo.post(path, {"tenant_id": project})
    made = answer.json["credential"]
    assert answer.status == 201
    assert made["links"]["self"].endswith(f"{path}/{made['access']}")
    assert demo.get(path).json["credentials"] == [made]
    assert demo.get("/credentials?type=ec2").json["credentials"][0]["user_id"] == user
    assert demo.delete(f"{path}/{made['access']}").status == 204
    assert demo.get(f"{path}/{made['access']}").status == 404


@pytest.mark.parametrize("odd", [None, "", "nope", 5, True, [1], [], {}])
def test_ec2_keys_of_what_is_no_project_are_not_made(admin, demo, odd):
    path = f"/users/{admin.id('users', 'demo')}/credentials/OS-EC2"
    answer = demo.post(path, {"tenant_id": odd})
    assert (answer.status, answer.error) == (404, f"Could not find project: {odd}.")
    assert demo.get(path).json["credentials"] == []


def test_null_is_no_body(keystone, admin):
    path = f"/users/{admin.id('users', 'admin')}/credentials/OS-EC2"
    sent = Client().post(
        f"/identity/v3{path}", "null", "application/json", headers={"X-Auth-Token": admin.token}
    )
    assert sent.status_code == 400
    assert "valid JSON" in sent.json()["error"]["message"]


def test_credentials_are_their_users(keystone, admin, demo):
    user = admin.id("users", "demo")
    body = {"user_id": user, "type": "cert", "blob": "x"}
    made = demo.make("credential", **body)
    other = keystone.login("alt_demo", "alt_demo")
    assert other.get(f"/credentials/{made['id']}").status == 403
    assert other.get("/credentials").json["credentials"] == []
    assert other.post("/credentials", {"credential": body}).status == 403
    changed = demo.patch(f"/credentials/{made['id']}", {"credential": {"blob": "y"}})
    assert changed.json["credential"]["blob"] == "y"


@pytest.fixture
def lent(admin, demo):
    """A trust from demo to alt_demo."""
    return {
        "trustor_user_id": admin.id("users", "demo"),
        "trustee_user_id": admin.id("users", "alt_demo"),
        "project_id": admin.id("projects", "demo"),
        "impersonation": False,
        "roles": [{"name": "member"}],
    }


def trusted(keystone, trust):
    text = keystone.login("alt_demo").token
    identity = {"methods": ["token"], "token": {"id": text}}
    return keystone.authenticate(identity, {"OS-TRUST:trust": {"id": trust["id"]}})


def test_a_trust_lends_a_role(keystone, demo, lent):
    trust = demo.make("trust", "/OS-TRUST/trusts", **lent)
    token = trusted(keystone, trust).json["token"]
    assert token["project"]["name"] == "demo"
    assert token["user"]["name"] == "alt_demo"
    assert token["OS-TRUST:trust"]["id"] == trust["id"]
    assert all(role["options"] == {"immutable": True} for role in token["roles"])
    assert [role["name"] for role in token["roles"]] == ["member", "reader"]


def test_with_impersonation_the_trustee_looks_like_the_trustor(keystone, demo, lent):
    trust = demo.make("trust", "/OS-TRUST/trusts", **{**lent, "impersonation": True})
    assert trusted(keystone, trust).json["token"]["user"]["name"] == "demo"


def test_a_trust_ends_with_the_role_with_its_uses_and_when_deleted(keystone, admin, demo, lent):
    once = demo.make("trust", "/OS-TRUST/trusts", **{**lent, "remaining_uses": 1})
    assert trusted(keystone, once).status == 201
    assert trusted(keystone, once).status == 401
    trust = demo.make("trust", "/OS-TRUST/trusts", **lent)
    text = trusted(keystone, trust).headers["X-Subject-Token"]
    assert demo.delete(f"/OS-TRUST/trusts/{trust['id']}").status == 204
    assert validation.validate(text) is None
    assert demo.get(f"/OS-TRUST/trusts/{trust['id']}").status == 404


def test_only_the_trustor_lends_and_only_what_is_held(admin, demo, lent):
    assert admin.post("/OS-TRUST/trusts", {"trust": lent}).status == 403
    answer = demo.post("/OS-TRUST/trusts", {"trust": {**lent, "roles": [{"name": "admin"}]}})
    assert answer.status == 404
