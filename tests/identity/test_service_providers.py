"""Clouds that take this one's word: administrators name them, and then every token does."""

import pytest

PATH = "/OS-FEDERATION/service_providers"
URLS = {"auth_url": "https://acme.example/v3/auth", "sp_url": "https://acme.example/Shibboleth.sso"}


def given(**values):
    return {"service_provider": values}


@pytest.fixture
def acme(admin):
    answer = admin.put(f"{PATH}/acme", given(**URLS, enabled=True))
    assert answer.status == 201, answer
    return answer.json["service_provider"]


def test_one_is_made_by_its_id(acme):
    assert acme == {
        "id": "acme",
        **URLS,
        "enabled": True,
        "description": None,
        "relay_state_prefix": "ss:mem:",
        "links": {"self": f"http://testserver/identity/v3{PATH}/acme"},
    }


def test_it_is_shown_listed_changed_and_deleted(admin, acme):
    assert admin.get(f"{PATH}/acme").json == {"service_provider": acme}
    admin.put(f"{PATH}/other", given(**URLS))
    assert [row["id"] for row in admin.get(PATH).json["service_providers"]] == ["acme", "other"]
    assert [row["id"] for row in admin.get(f"{PATH}?enabled=0").json["service_providers"]] == [
        "other"
    ]
    changed = admin.patch(f"{PATH}/acme", given(description="far", enabled=False))
    assert changed.json["service_provider"] == {**acme, "description": "far", "enabled": False}
    answer = admin.patch(f"{PATH}/acme", given(relay_state_prefix="p"))
    assert answer.json["service_provider"]["relay_state_prefix"] == "p"
    assert admin.delete(f"{PATH}/acme").status == 204
    for answer in (
        admin.get(f"{PATH}/acme"),
        admin.patch(f"{PATH}/acme", given(description="gone")),
        admin.delete(f"{PATH}/acme"),
    ):
        assert (answer.status, answer.error) == (404, "Could not find Service Provider: acme.")


def test_an_id_is_taken_once(admin, acme):
    answer = admin.put(f"{PATH}/acme", given(**URLS))
    assert (answer.status, answer.error) == (
        409,
        "Conflict occurred attempting to store service_provider - "
        "Duplicate entry found with ID acme.",
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"auth_url": URLS["auth_url"]}, "'sp_url' is a required property"),
        ({**URLS, "auth_url": "nowhere"}, "'nowhere' does not match '^[a-zA-Z0-9+.-]+:.+'"),
        ({**URLS, "colour": "red"}, "Additional properties are not allowed"),
    ],
)
def test_it_needs_two_urls_and_nothing_else(admin, values, message):
    answer = admin.put(f"{PATH}/acme", given(**values))
    assert answer.status == 400
    assert message in answer.error


def test_only_administrators_make_or_see_them(demo, acme):
    assert demo.put(f"{PATH}/mine", given(**URLS)).status == 403
    assert demo.get(PATH).error == (
        "You are not authorized to perform the requested action: identity:list_service_providers."
    )
    assert demo.get(f"{PATH}/acme").status == 403


def test_tokens_name_those_that_are_enabled(keystone, admin, demo, acme):
    named = [{"id": "acme", **URLS}]
    assert admin.subject(demo.token).json["token"]["service_providers"] == named
    unscoped = keystone.login("demo")
    assert admin.subject(unscoped.token).json["token"]["service_providers"] == named
    admin.patch(f"{PATH}/acme", given(enabled=False))
    assert "service_providers" not in admin.subject(demo.token).json["token"]
