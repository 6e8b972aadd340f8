"""Identity providers, mappings and kept policies: what bodies, ids and queries may bring."""

import pytest

PROVIDERS = "/OS-FEDERATION/identity_providers"
RULES = [{"local": [{"user": {"name": "{0}"}}], "remote": [{"type": "NAME"}]}]


def provider(**values):
    return {"identity_provider": {"domain_id": "default", **values}}


@pytest.mark.parametrize("enabled", ["true", "", "off"])
def test_a_provider_is_enabled_by_no_text(admin, enabled):
    assert admin.put(f"{PROVIDERS}/idp", provider(enabled=enabled)).status == 400
    admin.put(f"{PROVIDERS}/idp", provider())
    changed = {"identity_provider": {"enabled": enabled}}
    assert admin.patch(f"{PROVIDERS}/idp", changed).status == 400
    urls = {"auth_url": "http://a", "sp_url": "http://b", "enabled": enabled}
    path = "/OS-FEDERATION/service_providers/sp"
    assert admin.put(path, {"service_provider": urls}).status == 400


def test_which_provider_there_is_twice_is_not_told(admin):
    admin.put(f"{PROVIDERS}/idp", provider(remote_ids=["one"]))
    again = admin.put(f"{PROVIDERS}/idp", provider())
    assert again.error.endswith("store identity_provider - Duplicate entry: None.")
    other = admin.put(f"{PROVIDERS}/other", provider(remote_ids=["one"]))
    assert other.error.endswith("store identity_provider - Duplicate remote ID: None.")


def test_ids_are_short(admin):
    long = "x" * 65
    urls = {"auth_url": "http://a", "sp_url": "http://b"}
    for path, body in (
        (f"{PROVIDERS}/{long}", provider()),
        (f"/OS-FEDERATION/service_providers/{long}", {"service_provider": urls}),
        (f"/OS-FEDERATION/mappings/{long}", {"mapping": {"rules": RULES}}),
    ):
        answer = admin.put(path, body)
        assert answer.status == 400
        assert answer.error.endswith("exceeds the limit of column id(CHAR(64)).")


def test_a_list_asks_for_what_is_enabled_in_known_words(admin):
    assert admin.get(f"{PROVIDERS}?enabled=x").status == 400
    assert admin.get(f"{PROVIDERS}?enabled=true").json["identity_providers"] == []


def test_policy_is_asked_before_a_kept_policy_is_judged(admin, demo):
    assert demo.post("/policies", {}).status == 403
    answer = admin.post("/policies", {})
    assert answer.status == 400
    assert answer.error.startswith("'blob' is a required property\n\nFailed validating")
    made = admin.make("policy", "/policies", type="a", blob="b")
    assert admin.patch(f"/policies/{made['id']}", {"policy": {}}).status == 400


def test_a_policy_of_a_service_is_for_endpoints_with_a_nearer_one_too(admin):
    near, far = (admin.make("policy", "/policies", type="a", blob=blob) for blob in "nf")
    service = admin.make("service", type="metering")
    values = {"interface": "public", "service_id": service["id"], "url": "http://x"}
    made = admin.make("endpoint", **values)
    admin.put(f"/policies/{near['id']}/OS-ENDPOINT-POLICY/endpoints/{made['id']}")
    admin.put(f"/policies/{far['id']}/OS-ENDPOINT-POLICY/services/{service['id']}")
    for policy in (near, far):
        answer = admin.get(f"/policies/{policy['id']}/OS-ENDPOINT-POLICY/endpoints")
        assert [row["id"] for row in answer.json["endpoints"]] == [made["id"]]
    nearest = admin.get(f"/endpoints/{made['id']}/OS-ENDPOINT-POLICY/policy").json["policy"]
    assert nearest["id"] == near["id"]


def test_a_list_of_mappings_knows_no_pages(admin):
    admin.put("/OS-FEDERATION/mappings/map", {"mapping": {"rules": RULES}})
    answer = admin.get("/OS-FEDERATION/mappings?limit=x")
    assert [row["id"] for row in answer.json["mappings"]] == ["map"]


def test_a_service_providers_prefix_may_be_empty(admin):
    path = "/OS-FEDERATION/service_providers/sp"
    urls = {"auth_url": "http://a", "sp_url": "http://b"}
    body = {"service_provider": {**urls, "relay_state_prefix": ""}}
    assert admin.put(path, body).json["service_provider"]["relay_state_prefix"] == ""
    null = {"service_provider": {"relay_state_prefix": None}}
    assert admin.patch(path, null).status == 400
    answer = admin.put(path, {"service_provider": {"x": 1}})
    assert answer.error.endswith("'auth_url' is a required property")
