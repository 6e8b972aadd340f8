"""What consumers may do with what users let them have, for how long, and who sees it."""

import json

import pytest

from cloud.identity import validation
from tests.identity.conftest import Keystone
from tests.identity.robot import FORBIDDEN, MEMBER, NOBODY, Robot, pair
from tests.identity.test_key_tokens import by_ec2_second


@pytest.fixture
def robot(admin):
    return Robot(admin)


# What it may do, and for how long


def test_what_was_lent_is_not_lent_on(robot, admin):
    access = robot.access([{"name": "admin"}])
    token = robot.token(access)
    user = admin.id("users", "admin")
    again = keystone_token(token.token)
    assert (again.status, again.error) == (
        403,
        f"{FORBIDDEN}: Using OAuth-scoped token to create another token. "
        "Create a new OAuth-scoped token instead.",
    )
    trust = {"trustor_user_id": user, "trustee_user_id": user, "impersonation": False}
    trusts = f"{FORBIDDEN}: Delegated tokens cannot manage trusts.."
    assert token.post("/OS-TRUST/trusts", {"trust": trust}).error == trusts
    assert token.get("/OS-TRUST/trusts").error == trusts
    base = f"/users/{user}"
    mine = {"application_credential": {"name": "mine"}}
    request = pair(robot.asks())
    for answer in (
        token.post(f"{base}/application_credentials", mine),
        token.get(f"{base}/application_credentials"),
        token.get(f"{base}/access_rules"),
        token.get(f"{base}/OS-OAUTH1/access_tokens"),
        token.get(f"{base}/OS-OAUTH1/access_tokens/{access.key}"),
        token.delete(f"{base}/OS-OAUTH1/access_tokens/{access.key}"),
        token.put(f"/OS-OAUTH1/authorize/{request.key}", {"roles": MEMBER}),
    ):
        assert (answer.status, answer.error) == (403, f"{FORBIDDEN}.")
    keys = token.post(f"{base}/credentials/OS-EC2", {"tenant_id": robot.project})
    assert keys.error == f"{FORBIDDEN}: Delegated tokens cannot access credentials directly."
    assert token.get(f"/OS-OAUTH1/consumers/{robot.key}").status == 200


def keystone_token(text):
    return Keystone().authenticate({"methods": ["token"], "token": {"id": text}})


@pytest.mark.parametrize("end", ["access token", "consumer"])
def test_tokens_end_with_what_they_came_by(robot, admin, end):
    access = robot.access()
    token = robot.token(access)
    assert validation.validate(token.token)
    path = f"/OS-OAUTH1/consumers/{robot.key}"
    if end == "access token":
        path = f"/users/{admin.id('users', 'admin')}/OS-OAUTH1/access_tokens/{access.key}"
    assert admin.delete(path).status == 204
    assert validation.validate(token.token) is None
    for answer in (
        admin.subject(token.token),
        token.get("/auth/projects"),
        robot.enters(access),
        keystone_token(token.token),
    ):
        assert (answer.status, answer.error) == (404, "Access token not found")


def test_roles_end_with_those_of_the_user(robot, admin):
    user, project = admin.id("users", "demo"), admin.id("projects", "demo")
    role = admin.id("roles", "admin")
    grant = f"/projects/{project}/users/{user}/roles/{role}"
    admin.put(grant)
    robot.boss, robot.project = Keystone().login("demo", "demo"), project
    access = robot.access([{"name": "admin"}])
    names = {role["name"] for role in robot.enters(access).json["token"]["roles"]}
    assert names == {"admin", "manager", "member", "reader"}
    admin.delete(grant)
    names = {role["name"] for role in robot.enters(access).json["token"]["roles"]}
    assert names == {"member", "reader"}
    admin.patch(f"/users/{user}", {"user": {"enabled": False}})
    assert robot.enters(access).status == 401
    admin.delete(f"/users/{user}")
    answer = robot.enters(access)
    assert (answer.status, answer.error) == (404, f"Could not find user: {user}.")


def test_keys_may_be_those_of_an_access_token(robot, admin):
    access = robot.access()
    blob = {"access": "a", "secret": "s", "access_token_id": access.key}
    values = {
        "type": "ec2",
        "blob": json.dumps(blob),
        "user_id": admin.id("users", "admin"),
        "project_id": robot.project,
    }
    made = admin.make("credential", **values)
    answer = admin.post("/ec2tokens", {"credentials": by_ec2_second(blob)})
    token = answer.json["token"]
    assert (token["methods"], token["OS-OAUTH1"]["access_token_id"]) == (
        ["ec2credential"],
        access.key,
    )
    assert [role["name"] for role in token["roles"]] == ["member", "reader"]
    refused = keystone_token(answer.headers["X-Subject-Token"])
    assert refused.error.startswith(f"{FORBIDDEN}: Using OAuth-scoped token")
    demo = admin.id("projects", "demo")
    assert admin.delete(f"/credentials/{made['id']}").status == 204
    admin.make("credential", **{**values, "project_id": demo})
    assert admin.post("/ec2tokens", {"credentials": by_ec2_second(blob)}).status == 401
    admin.delete(f"/OS-OAUTH1/consumers/{robot.key}")
    gone = admin.post("/ec2tokens", {"credentials": by_ec2_second(blob)})
    assert (gone.status, gone.error) == (404, "Access token not found")


# What a user let consumers do


def test_administrators_see_what_users_let_consumers_do(robot, admin, demo):
    access = robot.access()
    user, member = admin.id("users", "admin"), admin.id("roles", "member")
    base = f"/users/{user}/OS-OAUTH1/access_tokens"
    (shown,) = admin.get(base).json["access_tokens"]
    assert set(shown) == {
        *("id", "consumer_id", "authorizing_user_id", "project_id", "expires_at", "links")
    }
    assert (shown["id"], shown["consumer_id"]) == (access.key, robot.key)
    one = admin.get(f"{base}/{access.key}").json["access_token"]
    assert one == shown
    assert one["links"] == {
        "self": f"http://testserver/identity/v3{base}/{access.key}",
        "roles": f"http://testserver/identity/v3{base}/{access.key}/roles",
    }
    (role,) = admin.get(f"{base}/{access.key}/roles").json["roles"]
    assert (role["id"], "description" in role) == (member, False)
    assert admin.get(f"{base}/{access.key}/roles/{member}").json["role"] == role
    assert admin.get(f"{base}/{access.key}/roles/{NOBODY}").status == 404
    for name, path in (
        ("list_access_tokens", base),
        ("get_access_token", f"{base}/{access.key}"),
        ("list_access_token_roles", f"{base}/{access.key}/roles"),
        ("get_access_token_role", f"{base}/{access.key}/roles/{member}"),
    ):
        answer = demo.get(path)
        assert (answer.status, answer.error) == (403, f"{FORBIDDEN}: identity:{name}.")
    answer = demo.delete(f"{base}/{access.key}")
    assert (answer.status, answer.error) == (403, f"{FORBIDDEN}: identity:ec2_delete_credential.")


def test_an_access_token_is_not_anothers(robot, admin):
    access, member = robot.access(), admin.id("roles", "member")
    base = f"/users/{admin.id('users', 'demo')}/OS-OAUTH1/access_tokens"
    assert admin.get(base).json["access_tokens"] == []
    for path in (f"{base}/{access.key}", f"{base}/{access.key}/roles"):
        answer = admin.get(path)
        assert (answer.status, answer.error) == (404, "Could not find: %(target)s.")
    assert admin.get(f"{base}/{access.key}/roles/{member}").status == 401
    assert admin.delete(f"{base}/{access.key}").status == 401
    unknown = admin.get(f"{base}/{NOBODY}")
    assert (unknown.status, unknown.error) == (404, "Access token not found")
