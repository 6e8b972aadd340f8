"""Who may do what: members see what is theirs, domain managers run their domain, readers read."""

import pytest

LISTS = (
    "users", "groups", "projects", "domains", "roles", "role_assignments", "services",
    "endpoints", "policies", "role_inferences", "OS-TRUST/trusts", "OS-OAUTH1/consumers",
    "OS-EP-FILTER/endpoint_groups",
)  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_member_may_not_list_what_belongs_to_all(demo, name):
    answer = demo.get(f"/{name}")
    assert answer.status == 403
    assert answer.error.startswith(
        "You are not authorized to perform the requested action: identity:list_"
    )


@pytest.mark.parametrize("name", [*LISTS, "credentials", "limits", "registered_limits", "regions"])
def test_a_system_reader_lists_everything_and_changes_nothing(keystone, admin, name):
    user = admin.make("user", name="auditor", password="password")["id"]
    admin.put(f"/system/users/{user}/roles/{admin.id('roles', 'reader')}")
    auditor = keystone.login("auditor", scope={"system": {"all": True}})
    assert auditor.get(f"/{name}").status == 200
    assert auditor.post("/projects", {"project": {"name": "p"}}).status == 403


def test_a_member_sees_own_user_and_project_and_no_others(admin, demo):
    users = {name: admin.id("users", name) for name in ("demo", "alt_demo")}
    projects = {name: admin.id("projects", name) for name in ("demo", "alt_demo")}
    assert demo.get(f"/users/{users['demo']}").status == 200
    assert demo.get(f"/users/{users['alt_demo']}").status == 403
    assert demo.get("/users/none").status == 403
    assert demo.get(f"/projects/{projects['demo']}").status == 200
    assert demo.get(f"/projects/{projects['alt_demo']}").status == 403
    assert demo.get(f"/users/{users['demo']}/projects").status == 200
    assert demo.get(f"/users/{users['alt_demo']}/projects").status == 403
    assert demo.get(f"/users/{users['demo']}/groups").status == 200
    assert demo.patch(f"/users/{users['demo']}", {"user": {"email": "x"}}).status == 403
    path = f"/users/{users['alt_demo']}/application_credentials"
    assert demo.get(path).status == 403
    assert demo.get(f"/users/{users['alt_demo']}/credentials/OS-EC2").status == 403


def test_a_domains_manager_runs_that_domain_only(keystone, admin):
    domain = admin.make("domain", name="d")["id"]
    user = admin.make("user", name="boss", domain_id=domain, password="password")["id"]
    admin.put(f"/domains/{domain}/users/{user}/roles/{admin.id('roles', 'manager')}")
    identity = {
        "methods": ["password"],
        "password": {"user": {"id": user, "password": "password"}},
    }
    answer = keystone.authenticate(identity, {"domain": {"id": domain}})
    boss = type(keystone)(answer.headers["X-Subject-Token"])
    project = boss.make("project", name="p", domain_id=domain)["id"]
    member = boss.make("user", name="m", domain_id=domain)["id"]
    roles = {name: admin.id("roles", name) for name in ("member", "admin")}
    path = f"/projects/{project}/users/{member}/roles"
    assert boss.put(f"{path}/{roles['member']}").status == 204
    assert boss.put(f"{path}/{roles['admin']}").status == 403
    assert boss.post("/projects", {"project": {"name": "p", "domain_id": "default"}}).status == 403
    assert {row["domain_id"] for row in boss.get("/users").json["users"]} == {domain}
    assert [row["id"] for row in boss.get("/domains").json["domains"]] == [domain]


def test_a_service_validates_tokens_and_lists_nothing(keystone, admin, demo):
    user = admin.make("user", name="svc", password="password")["id"]
    project = admin.id("projects", "service")
    admin.put(f"/projects/{project}/users/{user}/roles/{admin.id('roles', 'service')}")
    service = keystone.login("svc", "service")
    assert service.subject(demo.token).status == 200
    assert service.get("/users").status == 403


def test_everybody_sees_regions_and_registered_limits(demo):
    assert demo.get("/regions/RegionOne").status == 200
    assert demo.get("/registered_limits").status == 200
    assert demo.get("/limits").json["limits"] == []


def test_the_body_is_judged_before_the_caller(keystone):
    assert keystone.post("/projects", {"project": {}}).status == 400


@pytest.mark.parametrize("name", ["domain", "role", "group", "limit"])
def test_that_there_is_none_is_no_secret_where_the_rule_asks_of_it(keystone, demo, name):
    path = f"/{name}s/none"
    assert keystone.delete(path).status == 401
    assert demo.delete(path).status == 404
    if name != "group":
        body = {"resource_limit": 1} if name == "limit" else {"description": "d"}
        assert demo.patch(path, {name: body}).status == 404
        assert demo.get(path).status == (403 if name in ("domain", "limit") else 404)


@pytest.mark.parametrize("name", ["domain", "role", "group"])
def test_what_there_is_stays_forbidden(admin, demo, name):
    made = admin.make(name, name="n")["id"]
    assert demo.delete(f"/{name}s/{made}").status == 403
    assert demo.patch(f"/{name}s/{made}", {name: {"description": "d"}}).status == 403


def test_whoever_is_in_a_domain_sees_that_domains_memberships(keystone, admin):
    admin.make("domain", name="d")
    domain = admin.id("domains", "d")
    places = {"here": domain, "away": "default"}
    groups = {
        name: admin.make("group", name=name, domain_id=at)["id"] for name, at in places.items()
    }
    users = {
        name: admin.make("user", name=name, domain_id=at, password="password")["id"]
        for name, at in places.items()
    }
    for group in groups.values():
        for user in users.values():
            assert admin.put(f"/groups/{group}/users/{user}").status == 204
    admin.put(f"/domains/{domain}/users/{users['here']}/roles/{admin.id('roles', 'reader')}")
    identity = {
        "methods": ["password"],
        "password": {"user": {"id": users["here"], "password": "password"}},
    }
    answer = keystone.authenticate(identity, {"domain": {"id": domain}})
    reader = type(keystone)(answer.headers["X-Subject-Token"])

    def seen(asker, path, what):
        return {row["name"] for row in asker.get(path).json[what]}

    assert seen(reader, f"/users/{users['here']}/groups", "groups") == {"here"}
    assert seen(reader, f"/groups/{groups['here']}/users", "users") == {"here"}
    assert reader.get(f"/users/{users['away']}/groups").status == 403
    assert seen(admin, f"/users/{users['here']}/groups", "groups") == {"here", "away"}
    assert seen(admin, f"/groups/{groups['here']}/users", "users") == {"here", "away"}
