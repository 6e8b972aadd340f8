"""Users and groups."""


def test_a_user_is_shown_with_what_clients_made_up_and_without_the_password(admin):
    made = admin.make("user", name="u", password="secret", email="u@x.org")
    assert made["email"] == "u@x.org"
    assert "password" not in made
    assert set(made) == {
        "id", "name", "domain_id", "enabled", "password_expires_at", "options", "email", "links",
    }  # fmt: skip


def test_two_users_of_one_name_conflict_in_a_domain_only(admin):
    answer = admin.post("/users", {"user": {"name": "demo"}})
    assert (answer.status, answer.error) == (
        409,
        "Conflict occurred attempting to store user - Duplicate entry found with name demo "
        "at domain ID default.",
    )
    domain = admin.make("domain", name="d")["id"]
    assert admin.make("user", name="demo", domain_id=domain)["domain_id"] == domain


def test_attributes_that_were_made_up_are_changed_and_taken_away(admin):
    path = f"/users/{admin.make('user', name='u', email='a', phone='1')['id']}"
    changed = admin.patch(path, {"user": {"email": "b"}}).json["user"]
    assert (changed["email"], changed["phone"]) == ("b", "1")


def test_who_changes_a_user_is_told_twice_what_clients_made_up(admin):
    path = f"/users/{admin.make('user', name='u', email='a', description='d')['id']}"
    changed = admin.patch(path, {"user": {"name": "v"}}).json["user"]
    assert changed["extra"] == {"email": "a", "description": "d"}
    assert "extra" not in admin.get(path).json["user"]


def test_a_password_cannot_be_tried_out_on_who_is_not_there(keystone):
    body = {"user": {"original_password": "a", "password": "b"}}
    answer = keystone.post("/users/nobody/password", body)
    assert (answer.status, answer.error) == (
        401,
        "The request you have made requires authentication.",
    )


def test_a_domain_is_nobodys_default_project(admin):
    answer = admin.post("/users", {"user": {"name": "u", "default_project_id": "default"}})
    assert answer.error == "User's default project ID cannot be a domain ID: default"


def test_users_are_filtered_by_name_and_state(admin):
    admin.make("user", name="off", enabled=False)
    assert [row["name"] for row in admin.get("/users?enabled=false").json["users"]] == ["off"]
    assert admin.get("/users?name=").error == (
        "Invalid input for field/attribute name. Value: . '' should be non-empty"
    )
    assert admin.get("/users?password_expires_at=lt:2016-12-08T22:02:00Z").json["users"] == []
    assert admin.get("/users?password_expires_at=lt:never").status == 400


def test_an_option_locks_the_password(keystone, admin):
    user = admin.make("user", name="u", password="a", options={"lock_password": True})["id"]
    body = {"user": {"original_password": "a", "password": "b"}}
    answer = keystone.post(f"/users/{user}/password", body)
    assert answer.status == 400
    assert answer.error.startswith("You cannot change your password at this time")


def test_groups_have_members(admin):
    group = admin.make("group", name="g", description="d")
    user = admin.id("users", "demo")
    path = f"/groups/{group['id']}/users/{user}"
    assert admin.head(path).status == 404
    assert admin.put(path).status == 204
    assert admin.head(path).status == 204
    assert admin.get(f"/groups/{group['id']}/users").json["users"][0]["id"] == user
    (of_hers,) = admin.get(f"/users/{user}/groups").json["groups"]
    assert (of_hers["name"], of_hers["membership_expires_at"]) == ("g", None)
    assert admin.delete(path).status == 204
    answer = admin.delete(path)
    assert answer.error == f"User '{user}' not found in group '{group['id']}'"


def test_a_default_project_has_no_more_than_64_letters(admin):
    path = f"/users/{admin.make('user', name='u')['id']}"
    answer = admin.patch(path, {"user": {"default_project_id": "x" * 65}})
    assert answer.status == 400
    assert answer.error.endswith("exceeds the limit of column default_project_id(CHAR(64)).")


def test_a_groups_name_has_no_more_than_64_letters(admin):
    answer = admin.post("/groups", {"group": {"name": "x" * 65}})
    assert answer.status == 400
    assert answer.error.endswith("exceeds the limit of column name(CHAR(64)).")


def test_what_becomes_of_a_password_is_explained_at_length(keystone):
    answer = keystone.post("/users/nobody/password", {"user": {"original_password": "a"}})
    assert answer.status == 400
    assert answer.error.startswith("'password' is a required property\n\nFailed validating")


def test_who_is_disabled_learns_it_by_the_right_password_only(keystone, admin):
    user = admin.make("user", name="u", password="a", enabled=False)["id"]
    path = f"/users/{user}/password"
    right = keystone.post(path, {"user": {"original_password": "a", "password": "b"}})
    wrong = keystone.post(path, {"user": {"original_password": "x", "password": "b"}})
    assert (right.status, wrong.status) == (401, 401)
    assert right.error == f"The account is disabled for user: {user}."
    assert wrong.error == "The request you have made requires authentication."


def test_nothing_that_clients_made_up_is_kept_as_nothing(admin):
    assert admin.make("user", name="u", phone=None)["phone"] is None
    assert admin.make("group", name="g", phone=None)["phone"] is None


def test_when_a_password_expires_is_nobodys_to_say(admin):
    made = admin.make("user", name="u", password_expires_at="never", federated=[])
    assert made["password_expires_at"] is None
    assert "federated" not in made


def test_users_of_a_provider_that_there_is_not_are_refused(admin):
    origin = {"idp_id": "x", "protocols": [{"protocol_id": "y", "unique_id": "z"}]}
    answer = admin.post("/users", {"user": {"name": "u", "federated": [origin]}})
    assert (answer.status, answer.error) == (400, "Could not find Identity Provider: x")


def test_comparators_mind_case_unless_they_say_otherwise(admin):
    admin.make("user", name="Uma")

    def found(query):
        return [row["name"] for row in admin.get(f"/users?{query}").json["users"]]

    assert found("name__startswith=um") == []
    assert found("name__istartswith=um") == ["Uma"]
    assert found("name__endswith=ma") == ["Uma"]
    assert "Uma" in found("domain_id__contains=def")
    assert admin.get("/users?enabled__contains=t").status == 400


def test_lists_know_their_markers_and_directions(admin):
    for collection in ("users", "groups"):
        answer = admin.get(f"/{collection}?marker=none")
        assert (answer.status, answer.error) == (404, "Marker none could not be found.")
        assert admin.get(f"/{collection}?sort_dir=up").status == 400
    assert admin.get("/groups?name=").status == 400


def test_times_of_expiry_need_neither_operator_nor_hour(admin):
    for query in ("2020-01-01T00:00:00Z", "lt:2020-01-01", "neq:2020-01-01T00:00:00Z"):
        answer = admin.get(f"/users?password_expires_at={query}")
        assert answer.json["users"] == []
    assert admin.get("/users?password_expires_at__contains=x").status == 400


def test_who_leaves_a_group_loses_every_token(keystone, admin):
    group, user = admin.make("group", name="g")["id"], admin.id("users", "demo")
    admin.put(f"/groups/{group}/users/{user}")
    demo = keystone.login("demo", "demo")
    admin.delete(f"/groups/{group}/users/{user}")
    assert demo.get("/auth/projects").status == 401


def test_a_group_with_grants_takes_its_members_tokens_with_it(keystone, admin):
    user, reader = admin.id("users", "demo"), admin.id("roles", "reader")
    for name, status in (("bare", 200), ("granted", 401)):
        group = admin.make("group", name=name)["id"]
        admin.put(f"/groups/{group}/users/{user}")
        if status == 401:
            project = admin.id("projects", "admin")
            admin.put(f"/projects/{project}/groups/{group}/roles/{reader}")
        demo = keystone.login("demo", "demo")
        admin.delete(f"/groups/{group}")
        assert demo.get("/auth/projects").status == status


def test_a_group_that_takes_anothers_name_is_told_of_the_domain_if_it_names_one(admin):
    admin.make("group", name="g")
    path = f"/groups/{admin.make('group', name='h')['id']}"
    answer = admin.patch(path, {"group": {"name": "g"}})
    assert answer.error.endswith("Duplicate entry found with name g.")
    answer = admin.patch(path, {"group": {"name": "g", "domain_id": "default"}})
    assert answer.error.endswith("Duplicate entry found with name g at domain ID default.")


def test_links_are_an_object(admin):
    answer = admin.post("/groups", {"group": {"name": "g", "links": "x"}})
    assert answer.status == 400


def test_the_members_of_a_group_know_no_marker(admin):
    group, user = admin.make("group", name="g")["id"], admin.id("users", "demo")
    admin.put(f"/groups/{group}/users/{user}")
    (member,) = admin.get(f"/groups/{group}/users?marker={user}").json["users"]
    assert member["id"] == user


def test_a_word_neither_enables_nor_disables_a_user(admin):
    user = admin.make("user", name="worded")
    for word in ("true", "false", "no", "", "1"):
        assert admin.patch(f"/users/{user['id']}", {"user": {"enabled": word}}).status == 400
    assert admin.get(f"/users/{user['id']}").json["user"]["enabled"] is True
