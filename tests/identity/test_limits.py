"""Unified limits, OAuth consumers and the configuration of domains."""

import pytest


def test_limits_need_a_registered_one(admin, demo):
    service, project = admin.id("services", "nova"), admin.id("projects", "demo")
    limit = {"service_id": service, "resource_name": "servers", "resource_limit": 5}
    missing = admin.post("/limits", {"limits": [{**limit, "project_id": project}]})
    assert (missing.status, missing.error) == (
        403,
        "Unable to create a limit that has no corresponding registered limit.",
    )
    registered = {"service_id": service, "resource_name": "servers", "default_limit": 10}
    (made,) = admin.post("/registered_limits", {"registered_limits": [registered]}).json[
        "registered_limits"
    ]
    assert admin.post("/registered_limits", {"registered_limits": [registered]}).status == 409
    (own,) = admin.post("/limits", {"limits": [{**limit, "project_id": project}]}).json["limits"]
    assert admin.post("/limits", {"limits": [{**limit, "project_id": project}]}).status == 409
    assert demo.get("/limits").json["limits"][0]["id"] == own["id"]
    changed = admin.patch(f"/limits/{own['id']}", {"limit": {"resource_limit": 7}})
    assert changed.json["limit"]["resource_limit"] == 7
    assert admin.delete(f"/registered_limits/{made['id']}").status == 403
    assert admin.delete(f"/limits/{own['id']}").status == 204
    assert admin.delete(f"/registered_limits/{made['id']}").status == 204
    assert admin.get("/limits/model").json["model"]["name"] == "flat"


def test_a_limit_outlives_its_service_and_its_region(admin):
    service = admin.make("service", type="dns", name="names")["id"]
    region = admin.make("region", description="Far")["id"]
    asked = {
        "service_id": service,
        "region_id": region,
        "resource_name": "zones",
        "default_limit": 1,
    }
    (made,) = admin.post("/registered_limits", {"registered_limits": [asked]}).json[
        "registered_limits"
    ]
    assert admin.delete(f"/services/{service}").status == 204
    assert admin.delete(f"/regions/{region}").status == 204
    left = admin.get(f"/registered_limits/{made['id']}").json["registered_limit"]
    assert (left["service_id"], left["region_id"]) == (service, region)
    assert admin.delete(f"/registered_limits/{made['id']}").status == 204


def test_consumers_show_their_secret_once(admin):
    made = admin.make("consumer", "/OS-OAUTH1/consumers", description="d")
    path = f"/OS-OAUTH1/consumers/{made['id']}"
    assert admin.post("/OS-OAUTH1/consumers").json["consumer"]["description"] is None
    assert made["secret"]
    assert "secret" not in admin.get(path).json["consumer"]
    assert admin.patch(path, {"consumer": {"secret": "mine"}}).status == 400
    assert admin.delete(path).status == 204
    assert admin.get(path).error == "Consumer not found"


def test_domains_have_options_of_their_own(admin):
    path = "/domains/default/config"
    config = {"identity": {"driver": "ldap"}, "ldap": {"url": "ldap://x", "password": "secret"}}
    made = admin.put(path, {"config": config})
    assert made.status == 201
    assert made.json["config"]["ldap"] == {"url": "ldap://x"}
    assert admin.put(path, {"config": config}).status == 200
    assert admin.get(f"{path}/identity/driver").json == {"config": {"driver": "ldap"}}
    changed = admin.patch(f"{path}/identity", {"config": {"identity": {"list_limit": 5}}})
    assert changed.json["config"]["identity"] == {"driver": "ldap", "list_limit": 5}
    assert admin.patch(f"{path}/identity", {"config": {"ldap": {"url": "x"}}}).status == 403
    assert admin.put(path, {"config": {"nova": {"x": 1}}}).status == 403
    for nonsense in ("x", ["identity"], 5):
        assert admin.put(path, {"config": nonsense}).status == 400
    assert admin.delete(f"{path}/identity/driver").status == 204
    assert admin.get(f"{path}/identity/driver").status == 404
    assert admin.delete(path).status == 204
    assert admin.get(path).status == 404
    assert admin.get("/domains/config/identity/driver/default").json == {
        "config": {"driver": "sql"}
    }


def test_a_configuration_is_changed_where_the_url_says(admin):
    domain = admin.make("domain", name="d")["id"]
    path = f"/domains/{domain}/config"
    admin.put(path, {"config": {"ldap": {"url": "ldap://a"}}})
    for where, config, sentence in (
        (
            "/ldap",
            {"identity": {"driver": "ldap"}},
            "request to update group ldap, but config provided contains group identity instead",
        ),
        (
            "/ldap/url",
            {"user": "u"},
            "Trying to update option url in group ldap, but config provided contains option user "
            "instead",
        ),
        (
            "/ldap",
            {"ldap": {"url": "x"}, "identity": {"driver": "ldap"}},
            "Trying to update group ldap, so that, and only that, group must be specified in the "
            "config",
        ),
    ):
        answer = admin.patch(path + where, {"config": config})
        assert answer.error == f"Invalid domain specific configuration: {sentence}."


def test_everybody_learns_what_passwords_are_held_to(demo):
    path = "/domains/default/config/security_compliance"
    nothing = {"password_regex": None, "password_regex_description": None}
    assert demo.get(path).json == {"config": {"security_compliance": nothing}}
    assert demo.get(f"{path}/password_regex").json == {"config": {"password_regex": None}}
    for refused, sentence in (
        (f"{path}/lockout_duration", "values other than password_regex and password_regex_desc"),
        ("/domains/none/config/security_compliance", "information for any domain other than the"),
    ):
        answer = demo.get(refused)
        assert (answer.status, sentence in answer.error) == (403, True), answer


@pytest.fixture
def registered(admin):
    """The service of a registered limit."""
    service = admin.make("service", type="t", name="t")["id"]
    limit = {"service_id": service, "resource_name": "core", "default_limit": 1}
    assert admin.post("/registered_limits", {"registered_limits": [limit]}).status == 201
    return service


def test_a_domain_given_as_a_project_gets_a_limit_of_a_domain(admin, registered):
    limit = {"service_id": registered, "resource_name": "core", "resource_limit": 1}
    made = admin.post("/limits", {"limits": [{**limit, "project_id": "default"}]})
    assert made.status == 201
    (shown,) = made.json["limits"]
    assert (shown["project_id"], shown["domain_id"]) == (None, "default")


@pytest.mark.parametrize(
    "change", [{"service_id": "x"}, {"region_id": ""}, {"description": "x" * 256}]
)
def test_a_bad_registered_limit_is_400(admin, registered, change):
    limit = {"service_id": registered, "resource_name": "disk", "default_limit": 1, **change}
    assert admin.post("/registered_limits", {"registered_limits": [limit]}).status == 400


@pytest.mark.parametrize("query", ["service_id=x", "resource_name=", "region_id="])
def test_lists_of_limits_judge_their_queries(admin, query):
    assert admin.get(f"/limits?{query}").status == 400
    assert admin.get(f"/registered_limits?{query}").status == 400


def test_a_registered_limit_that_names_again_what_it_is_for_conflicts_with_itself(
    admin, registered
):
    (limit,) = admin.get(f"/registered_limits?service_id={registered}").json["registered_limits"]
    path = f"/registered_limits/{limit['id']}"
    same = admin.patch(path, {"registered_limit": {"resource_name": "core"}})
    assert same.status == 409
    assert admin.patch(path, {"registered_limit": {"resource_name": "disk"}}).status == 200
    assert admin.patch(path, {"registered_limit": {"default_limit": 5}}).status == 200


def test_a_change_of_a_limit_to_nothing_changes_nothing(admin, demo, registered):
    limit = {"service_id": registered, "resource_name": "core", "resource_limit": 1}
    limit |= {"domain_id": "default", "description": "d"}
    (made,) = admin.post("/limits", {"limits": [limit]}).json["limits"]
    for change in ({"resource_limit": 0}, {"description": None}, {"description": ""}):
        assert admin.patch(f"/limits/{made['id']}", {"limit": change}).json["limit"] == made
    assert admin.get("/limits?resource_name__contains=or").json["limits"] == [made]
    assert (demo.get("/limits/none").status, admin.get("/limits/none").status) == (403, 404)
