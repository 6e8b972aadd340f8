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
