"""Domains and projects: trees, tags, and what may not be done to them."""

import pytest


def test_a_project_is_made_in_the_default_domain(admin):
    made = admin.make("project", name="  p  ", colour="red")
    assert made["name"] == "p"
    assert made["colour"] == "red"
    assert made["domain_id"] == made["parent_id"] == "default"
    assert made["links"]["self"].endswith(f"/identity/v3/projects/{made['id']}")
    assert (made["enabled"], made["is_domain"], made["tags"]) == (True, False, [])


def test_a_description_of_null_stays_null(admin):
    assert admin.make("project", name="p")["description"] == ""
    for kind in ("project", "domain"):
        assert admin.make(kind, name="none", description=None)["description"] is None


def test_two_projects_of_one_name_conflict(admin):
    answer = admin.post("/projects", {"project": {"name": "demo"}})
    assert answer.status == 409
    assert answer.error.startswith(
        "Conflict occurred attempting to store project - it is not permitted to have two projects "
        "with either the same name or same id in the same domain: name is demo, project id "
    )
    assert admin.post("/domains", {"domain": {"name": "Default"}}).status == 409


@pytest.mark.parametrize(
    ("project", "sentence"),
    [
        ({}, "'name' is a required property"),
        ({"name": ""}, "'' should be non-empty"),
        ({"name": "x" * 65}, "is too long"),
        ({"name": "p", "enabled": "maybe"}, "'maybe' is not one of [True, 'True'"),
        ({"name": "p", "parent_id": "nowhere"}, "Could not find project: nowhere."),
        ({"name": "p", "domain_id": "nowhere"}, "Could not find domain: nowhere."),
    ],
)
def test_a_bad_project_is_400(admin, project, sentence):
    answer = admin.post("/projects", {"project": project})
    assert answer.status == 400
    assert sentence in answer.error


def test_a_tree_is_shown_up_and_down(admin):
    top = admin.make("project", name="top")["id"]
    below = admin.make("project", name="below", parent_id=top)["id"]
    assert admin.get(f"/projects/{below}?parents_as_ids").json["project"]["parents"] == {
        top: {"default": None}
    }
    assert admin.get(f"/projects/{top}?subtree_as_ids").json["project"]["subtree"] == {below: None}
    assert admin.get(f"/projects/{top}?subtree_as_list").json["project"]["subtree"] == []
    both = admin.get(f"/projects/{top}?subtree_as_ids&subtree_as_list")
    assert both.status == 400


def test_a_tree_is_no_deeper_than_five(admin):
    parent = "default"
    for level in range(5):
        parent = admin.make("project", name=f"p{level}", parent_id=parent)["id"]
    answer = admin.post("/projects", {"project": {"name": "deepest", "parent_id": parent}})
    assert (answer.status, answer.error) == (
        403,
        f"Max hierarchy depth reached for {parent} branch.",
    )


def test_what_has_projects_below_is_not_deleted_nor_disabled(admin):
    top = admin.make("project", name="top")["id"]
    admin.make("project", name="below", parent_id=top)
    assert "since it is not a leaf in the hierarchy" in admin.delete(f"/projects/{top}").error
    answer = admin.patch(f"/projects/{top}", {"project": {"enabled": False}})
    assert (answer.status, "subtree contains enabled projects" in answer.error) == (403, True)


def test_a_domain_must_be_disabled_before_it_goes_with_all_that_is_in_it(admin):
    domain = admin.make("domain", name="d")["id"]
    project = admin.make("project", name="p", domain_id=domain)["id"]
    user = admin.make("user", name="u", domain_id=domain)["id"]
    answer = admin.delete(f"/domains/{domain}")
    assert answer.status == 403
    assert answer.error == "Cannot delete a domain that is enabled, please disable it first."
    admin.patch(f"/domains/{domain}", {"domain": {"enabled": False}})
    assert admin.delete(f"/domains/{domain}").status == 204
    for path in (f"/domains/{domain}", f"/projects/{project}", f"/users/{user}"):
        assert admin.get(path).status == 404


def test_domains_are_projects_that_act_as_such(admin):
    domain = admin.make("domain", name="d", explicit_domain_id="a" * 8 + "0" * 24)
    assert "is_domain" not in domain
    assert admin.get(f"/projects/{domain['id']}").json["project"]["is_domain"] is True
    assert domain["id"] not in str(admin.get("/projects").json)
    assert admin.get("/projects?is_domain=true&name=d").json["projects"][0]["id"] == domain["id"]
    answer = admin.post("/domains", {"domain": {"name": "x", "explicit_domain_id": "short"}})
    assert answer.error == "Domain ID does not conform to required UUID format."


def test_tags_find_projects(admin):
    one = admin.make("project", name="one", tags=["a", "b"])["id"]
    two = admin.make("project", name="two", tags=["b"])["id"]

    def found(query):
        return {row["id"] for row in admin.get(f"/projects?{query}").json["projects"]}

    assert found("tags=a,b") == {one}
    assert found("tags-any=a,b") == {one, two}
    assert two in found("not-tags=a,b")
    assert not found("not-tags-any=a,b") & {one, two}
    made = admin.put(f"/projects/{two}/tags/a%0Ab")
    assert (made.status, made.headers["Location"].rpartition("/")[2]) == (201, "a%0Ab")
    assert admin.delete(f"/projects/{two}/tags/a%0Ab").status == 204
    assert admin.put(f"/projects/{two}/tags/c").status == 201
    assert admin.get(f"/projects/{two}/tags").json["tags"] == ["b", "c"]
    assert admin.get(f"/projects/{two}/tags/a").status == 404
    none = admin.put(f"/projects/{two}/tags", {})
    assert none.error.startswith("{} is not of type 'array'\n\nFailed validating 'type' in schema:")
    assert admin.put(f"/projects/{two}/tags/").status == 400
    assert admin.put(f"/projects/{two}/tags", {"tags": ["z"]}).json["tags"] == ["z"]
    assert admin.delete(f"/projects/{two}/tags").status == 204
    assert admin.put(f"/projects/{two}/tags/{'x' * 256}").status == 400


def test_lists_are_filtered_by_comparators_and_paged(admin):
    names = [row["name"] for row in admin.get("/projects?name__contains=demo").json["projects"]]
    assert sorted(names) == ["alt_demo", "demo"]
    first = admin.get("/projects?limit=3").json
    assert (len(first["projects"]), first["truncated"]) == (3, True)
    rest = admin.get("/projects?" + first["links"]["next"].split("?")[1]).json
    assert len(rest["projects"]) == 1
    assert rest["links"]["next"] is None


def test_an_immutable_project_says_so(admin):
    path = f"/projects/{admin.make('project', name='p', options={'immutable': True})['id']}"
    assert admin.delete(path).status == 403
    assert admin.patch(path, {"project": {"name": "q"}}).status == 403
    assert admin.patch(path, {"project": {"options": {"immutable": False}}}).status == 200
    assert admin.delete(path).status == 204


@pytest.mark.parametrize("field", ["enabled", "is_domain"])
def test_words_are_no_booleans_of_projects(admin, field):
    answer = admin.post("/projects", {"project": {"name": "p", field: "True"}})
    assert answer.status == 400
    assert answer.error.endswith("'True' is not of type 'boolean'")


def test_a_change_without_a_project_changes_nothing(admin):
    made = admin.make("project", name="p")
    changed = admin.patch(f"/projects/{made['id']}", {})
    assert changed.json["project"] == {**made, "extra": {}}
    assert admin.post("/projects", {}).error == "'project' is a required property"


def test_a_disabled_project_below_a_disabled_one_is_changed_only_if_it_stays_disabled(admin):
    top = admin.make("project", name="top")["id"]
    low = admin.make("project", name="low", parent_id=top)["id"]
    for project in (low, top):
        admin.patch(f"/projects/{project}", {"project": {"enabled": False}})
    answer = admin.patch(f"/projects/{low}", {"project": {"name": "n"}})
    assert answer.error == f"Cannot enable project {low} since it has disabled parents"
    kept = admin.patch(f"/projects/{low}", {"project": {"name": "n", "enabled": False}})
    assert kept.status == 200
    assert admin.put(f"/projects/{low}/tags/x").status == 403


@pytest.mark.parametrize("value", [True, "0", 0])
def test_a_project_does_not_become_a_domain(admin, value):
    project = admin.make("project", name="p")["id"]
    answer = admin.patch(f"/projects/{project}", {"project": {"is_domain": value}})
    assert (answer.status, answer.error) == (400, "Update of `is_domain` is not allowed.")


def test_what_a_domain_is_does_not_change_with_it(admin):
    domain = admin.make("domain", name="d")["id"]
    for change in ({"is_domain": False}, {"parent_id": "default"}, {"domain_id": "default"}):
        changed = admin.patch(f"/domains/{domain}", {"domain": change})
        assert changed.status == 200
        assert changed.json["domain"].keys().isdisjoint(change)
    assert admin.get(f"/projects/{domain}").json["project"]["is_domain"] is True


@pytest.mark.parametrize(
    "domain", [{"description": "x" * 256}, {"explicit_domain_id": ""}, {"name": "x" * 65}]
)
def test_a_bad_domain_is_400(admin, domain):
    assert admin.post("/domains", {"domain": {"name": "d", **domain}}).status == 400


def test_no_domain_is_called_federated(admin):
    for kind, more in (("domain", {}), ("project", {"is_domain": True})):
        answer = admin.post(f"/{kind}s", {kind: {"name": "FEDERATED", **more}})
        assert (answer.status, answer.error) == (400, "Domain cannot be named FEDERATED")
    domain = admin.make("domain", name="d")["id"]
    assert admin.patch(f"/domains/{domain}", {"domain": {"name": "Federated"}}).status == 400


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("projects?domain_id=%20", 400),
        ("projects?parent_id=x", 400),
        ("projects?parent_id=11111111-1111-4111-8111-111111111111", 200),
        ("projects?domain_id__contains=efau", 200),
        ("projects?marker=x", 404),
        ("domains?enabled=maybe", 400),
        ("domains?name=", 400),
        ("domains?marker=x", 404),
    ],
)
def test_lists_judge_their_queries(admin, query, status):
    assert admin.get(f"/{query}").status == status


def test_tags_are_stripped_and_linked_as_keystone_does(admin):
    project = admin.make("project", name="p")["id"]
    path = f"/projects/{project}/tags"
    assert admin.put(path, {"tags": [" a ", "b"]}).json["tags"] == ["a", "b"]
    assert admin.put(f"{path}/%20c%20").status == 201
    found = admin.get(path).json
    assert found["tags"] == ["a", "b", "c"]
    assert found["links"]["self"].endswith("/identity/v3")
    again = admin.put(f"{path}/a")
    assert again.status == 400
    assert "has non-unique elements" in again.error
    made = admin.put(f"{path}/x")
    assert made.headers["Location"].endswith(f"/identity/v3/{project}/tags/x")
    assert admin.put(path, {"tags": ["x"], "more": 1}).status == 400


def test_an_immutable_project_keeps_its_tags(admin):
    project = admin.make("project", name="p", tags=["a"], options={"immutable": True})["id"]
    path = f"/projects/{project}/tags"
    for verb, answer in (
        ("create", admin.put(f"{path}/x")),
        ("update", admin.put(path, {"tags": []})),
        ("update", admin.delete(path)),
        ("delete", admin.delete(f"{path}/a")),
    ):
        assert answer.status == 403
        assert answer.error.startswith(f"Cannot {verb} project tags for {project}, project is")
    assert admin.get(path).json["tags"] == ["a"]


def test_filters_by_tags_build_on_each_other(admin):
    ids = {
        name: admin.make("project", name=name, tags=tags)["id"]
        for name, tags in (("one", ["a", "b"]), ("two", ["b"]), ("three", ["c"]))
    }

    def found(query):
        shown = {row["id"] for row in admin.get(f"/projects?{query}").json["projects"]}
        return {name for name, pk in ids.items() if pk in shown}

    assert found("tags=b&not-tags=a") == {"two"}
    assert found("tags=b&tags-any=a,c") == {"one"}
    assert found("tags=nope&not-tags=a") == {"two", "three"}
    assert found("not-tags=a&not-tags-any=a,c") == {"one", "two", "three"}
    assert found("tags=nope") == set()
