"""Roles, implications, grants, and the list of assignments."""

import pytest


@pytest.fixture
def people(admin):
    """Ids: a domain's user, in a group, a project and one below it."""
    project = admin.make("project", name="p")["id"]
    found = {
        "user": admin.make("user", name="u")["id"],
        "group": admin.make("group", name="g")["id"],
        "project": project,
        "below": admin.make("project", name="b", parent_id=project)["id"],
        "role": admin.make("role", name="r")["id"],
    }
    admin.put(f"/groups/{found['group']}/users/{found['user']}")
    return found


def test_roles_are_made_changed_and_deleted(admin):
    role = admin.make("role", name="r")
    assert role["domain_id"] is None
    assert admin.post("/roles", {"role": {"name": "r"}}).status == 409
    path = f"/roles/{role['id']}"
    assert admin.patch(path, {"role": {"description": "d"}}).json["role"]["description"] == "d"
    assert admin.delete(path).status == 204
    assert admin.get(path).error == f"Could not find role: {role['id']}."


def test_a_domains_roles_are_listed_apart(admin):
    domain = admin.make("domain", name="d")["id"]
    role = admin.make("role", name="admin", domain_id=domain)
    assert [row["id"] for row in admin.get(f"/roles?domain_id={domain}").json["roles"]] == [
        role["id"]
    ]
    assert role["id"] not in str(admin.get("/roles").json)


def test_roles_follow_from_roles(admin, people):
    reader, role = admin.id("roles", "reader"), people["role"]
    path = f"/roles/{role}/implies/{reader}"
    made = admin.put(path)
    assert made.status == 201
    assert made.json["role_inference"]["implies"]["name"] == "reader"
    assert admin.put(path).status == 409
    assert admin.head(path).status == 204
    inferences = admin.get("/role_inferences").json["role_inferences"]
    assert len(inferences) == 4
    assert admin.put(f"/roles/{role}/implies/{admin.id('roles', 'admin')}").status == 403
    assert admin.delete(path).status == 204
    assert admin.get(path).error == f"{role} does not imply {reader}."


@pytest.mark.parametrize("kind", ["user", "group"])
def test_grants_are_given_checked_and_taken(admin, people, kind):
    for place in (f"projects/{people['project']}", "domains/default", "system"):
        path = f"/{place}/{kind}s/{people[kind]}/roles"
        assert admin.get(path).json["roles"] == []
        assert admin.put(f"{path}/{people['role']}").status == 204
        assert admin.put(f"{path}/{people['role']}").status == 204
        assert admin.head(f"{path}/{people['role']}").status == 204
        assert [row["name"] for row in admin.get(path).json["roles"]] == ["r"]
        assert admin.delete(f"{path}/{people['role']}").status == 204
        answer = admin.delete(f"{path}/{people['role']}")
        assert answer.status == 404
        assert answer.error.startswith(
            f"Could not find role assignment with role: {people['role']}, user or group: "
            f"{people[kind]}, project, domain, or system: "
        )


def test_an_inherited_grant_holds_below_and_not_here(keystone, admin, people):
    base = f"/OS-INHERIT/projects/{people['project']}/users/{people['user']}/roles"
    assert admin.put(f"{base}/{people['role']}/inherited_to_projects").status == 204
    assert admin.get(f"{base}/inherited_to_projects").json["roles"][0]["name"] == "r"
    query = f"/role_assignments?user.id={people['user']}"
    (item,) = admin.get(query).json["role_assignments"]
    assert item["scope"] == {
        "project": {"id": people["project"]}, "OS-INHERIT:inherited_to": "projects",
    }  # fmt: skip
    (effective,) = admin.get(f"{query}&effective").json["role_assignments"]
    assert effective["scope"]["project"]["id"] == people["below"]
    assert effective["links"]["assignment"].endswith(
        f"{base}/{people['role']}/inherited_to_projects"
    )
    admin.patch(f"/users/{people['user']}", {"user": {"password": "password"}})
    assert keystone.login("u", "b")
    with pytest.raises(AssertionError):
        keystone.login("u", "p")


def test_effective_assignments_come_from_groups_and_implications(admin, people):
    member, reader = admin.id("roles", "member"), admin.id("roles", "reader")
    admin.put(f"/projects/{people['project']}/groups/{people['group']}/roles/{member}")
    query = f"/role_assignments?effective&scope.project.id={people['project']}"
    found = admin.get(query).json["role_assignments"]
    assert [item["role"]["id"] for item in found] == [member, reader]
    assert all(item["user"]["id"] == people["user"] for item in found)
    assert found[0]["links"]["membership"].endswith(
        f"/groups/{people['group']}/users/{people['user']}"
    )
    assert "prior_role" in found[1]["links"]


def test_assignments_are_shown_with_names(admin, people):
    path = f"/projects/{people['project']}/users/{people['user']}/roles/{people['role']}"
    admin.put(path)
    (item,) = admin.get(f"/role_assignments?include_names&role.id={people['role']}").json[
        "role_assignments"
    ]
    domain = {"id": "default", "name": "Default"}
    assert item["user"] == {"id": people["user"], "name": "u", "domain": domain}
    assert item["scope"]["project"] == {"id": people["project"], "name": "p", "domain": domain}
    assert item["role"] == {"id": people["role"], "name": "r"}


def test_assignments_of_a_subtree_and_of_the_system(admin, people):
    admin.put(f"/projects/{people['below']}/users/{people['user']}/roles/{people['role']}")
    query = f"/role_assignments?include_subtree&scope.project.id={people['project']}"
    assert len(admin.get(query).json["role_assignments"]) == 1
    (system,) = admin.get("/role_assignments?scope.system=all").json["role_assignments"]
    assert system["scope"] == {"system": {"all": True}}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("scope.domain.id=a&scope.project.id=b", "Specify a domain or project, not both"),
        ("user.id=a&group.id=b", "Specify a user or group, not both"),
        (
            "effective&group.id=a",
            "Combining effective and group filter will always result in an empty list.",
        ),
        (
            "include_subtree",
            "'scope.project.id' is a dependency of 'include_subtree'",
        ),
    ],
)
def test_filters_that_exclude_each_other_are_400(admin, query, sentence):
    answer = admin.get(f"/role_assignments?{query}")
    assert (answer.status, answer.error) == (400, sentence)


def test_deleting_an_actor_or_a_target_takes_the_assignments_along(admin, people):
    for kind, place in (("user", "project"), ("group", "below")):
        admin.put(f"/projects/{people[place]}/{kind}s/{people[kind]}/roles/{people['role']}")
    admin.delete(f"/users/{people['user']}")
    admin.delete(f"/projects/{people['below']}")
    left = admin.get(f"/role_assignments?role.id={people['role']}").json["role_assignments"]
    assert left == []
