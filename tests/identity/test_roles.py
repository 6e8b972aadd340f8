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
    assert admin.get(f"{base}/inherited_to_projects").status == 404
    assert admin.get(f"{base}/{people['role']}/inherited_to_projects").status == 204
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
        (
            "user.id=a&group.id=b",
            "ImmutableMultiDict([('user.id', 'a'), ('group.id', 'b')]) is valid under each of "
            "{'required': ['group.id']}, {'required': ['user.id']}",
        ),
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


def test_names_of_roles_are_kept_as_they_are_given(admin):
    assert admin.make("role", name=" member ")["name"] == " member "


@pytest.mark.parametrize("role", [{"domain_id": ""}, {"domain_id": "a b"}])
def test_a_role_of_no_possible_domain_is_400(admin, role):
    assert admin.post("/roles", {"role": {"name": "r", **role}}).status == 400


def test_a_description_of_a_role_has_an_end(admin):
    role = admin.make("role", name="r")["id"]
    answer = admin.patch(f"/roles/{role}", {"role": {"description": "x" * 256}})
    assert answer.status == 400
    assert answer.error.endswith("exceeds the limit of column description(CHAR(255)).")


def test_a_name_that_is_taken_in_a_domain_is_told_with_it(admin):
    admin.make("role", name="r", domain_id="default")
    answer = admin.post("/roles", {"role": {"name": "r", "domain_id": "default"}})
    assert answer.error.endswith("Duplicate entry found with name r at domain ID default.")


@pytest.mark.parametrize("query", ["name=", "domain_id=", "domain_id=%20"])
def test_lists_of_roles_judge_their_queries(admin, query):
    assert admin.get(f"/roles?{query}").status == 400


def test_everybody_learns_that_a_role_is_not_there(demo):
    assert demo.get("/roles/none/implies").status == 404
    assert demo.put("/roles/none/implies/none").status == 404


def test_the_list_of_inferences_has_no_link(admin):
    assert admin.get("/role_inferences").json.keys() == {"role_inferences"}


def test_inherited_grants_tell_what_is_missing_to_those_who_may_grant(admin, demo):
    reader = admin.id("roles", "reader")
    end = f"roles/{reader}/inherited_to_projects"
    for base in ("projects/none/users/none", "domains/none/groups/none"):
        assert demo.put(f"/OS-INHERIT/{base}/{end}").status == 403
        assert admin.put(f"/OS-INHERIT/{base}/{end}").status == 404
    assert admin.get(f"/OS-INHERIT/domains/default/users/none/{end}").status == 404


@pytest.mark.parametrize(
    "query", ["role.id=%20", "group.id=", "scope.domain.id=a.b", "scope.project.id="]
)
def test_lists_of_assignments_judge_their_queries(admin, query):
    assert admin.get(f"/role_assignments?{query}").status == 400


def test_a_domain_has_its_grants_as_a_project_too(admin, people):
    reader = admin.id("roles", "reader")
    admin.put(f"/domains/default/users/{people['user']}/roles/{reader}")
    path = f"/projects/default/users/{people['user']}/roles"
    assert [row["id"] for row in admin.get(path).json["roles"]] == [reader]
    assert admin.delete(f"{path}/{reader}").status == 204
    assert admin.get(f"/domains/default/users/{people['user']}/roles").json["roles"] == []


def test_effective_assignments_leave_the_system_out(admin, people):
    user, reader = people["user"], admin.id("roles", "reader")
    admin.put(f"/system/users/{user}/roles/{reader}")
    assert admin.get(f"/role_assignments?user.id={user}&effective").json["role_assignments"] == []
    for query in ("scope.system=all", "scope.system=x", "scope.OS-INHERIT:inherited_to=projects"):
        (found,) = admin.get(f"/role_assignments?user.id={user}&{query}").json["role_assignments"]
        assert found["scope"] == {"system": {"all": True}}


def test_effective_assignments_of_nobody_are_404(admin):
    assert admin.get("/role_assignments?user.id=none").status == 200
    assert admin.get("/role_assignments?user.id=none&effective").status == 404
    assert admin.get("/role_assignments?scope.project.id=none&effective").status == 404
