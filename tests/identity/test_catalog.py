"""Regions, services and endpoints, and what tokens show of them."""

from cloud.identity import validation


def urls(token, kind):
    (service,) = (item for item in token["catalog"] if item["type"] == kind)
    return {item["interface"]: item["url"] for item in service["endpoints"]}


def test_urls_are_those_of_the_host_that_was_asked(admin):
    at_home = admin.subject(admin.token).json["token"]
    assert urls(at_home, "compute")["public"] == "http://testserver/v2.1"
    project = at_home["project"]["id"]
    assert urls(at_home, "volumev3")["internal"] == f"http://testserver/volume/v3/{project}"
    elsewhere = validation.catalog(project, "https://cloud:9000")
    assert urls({"catalog": elsewhere}, "identity")["admin"] == "https://cloud:9000/identity"


def test_where_there_is_no_project_its_urls_are_left_out(keystone):
    system = keystone.login("admin", scope={"system": {"all": True}})
    token = keystone.ask("GET", "/auth/tokens", X_Auth_Token=system.token,
                         X_Subject_Token=system.token).json["token"]  # fmt: skip
    assert urls(token, "block-storage") == {}
    assert urls(token, "image")["public"] == "http://testserver/image"
    assert system.get("/auth/catalog").status == 403


def test_an_endpoint_has_both_names_of_its_region(demo):
    (endpoint, *_) = demo.get("/auth/catalog").json["catalog"][0]["endpoints"]
    assert endpoint["region"] == endpoint["region_id"] == "RegionOne"
    assert set(endpoint) == {"id", "interface", "region", "region_id", "url"}


def test_a_change_shows_in_tokens_at_once(admin):
    service = admin.make("service", type="metering", name="ceilometer")["id"]
    endpoint = admin.make(
        "endpoint", service_id=service, interface="public", url="http://m/$(project_id)s",
        region="RegionTwo",
    )  # fmt: skip
    token = admin.subject(admin.token).json["token"]
    assert urls(token, "metering")["public"] == f"http://m/{token['project']['id']}"
    admin.patch(f"/endpoints/{endpoint['id']}", {"endpoint": {"enabled": False}})
    assert urls(admin.subject(admin.token).json["token"], "metering") == {}
    assert admin.get("/regions/RegionTwo").status == 200


def test_bad_endpoints_are_400(admin):
    service = admin.id("services", "nova")
    good = {"service_id": service, "interface": "public", "url": "http://x"}
    for bad in (
        {"interface": "private"},
        {"url": "nonsense"},
        {"url": "http://x/$(host)s"},
        {"service_id": "none"},
        {"region_id": "none"},
        {"enabled": "False"},
    ):
        assert admin.post("/endpoints", {"endpoint": {**good, **bad}}).status == 400, bad


def test_regions_form_trees_without_circles(admin):
    admin.make("region", id="a")
    admin.make("region", id="b", parent_region_id="a")
    assert admin.put("/regions/c", {"region": {}}).status == 201
    assert admin.post("/regions", {"region": {"id": "a"}}).status == 409
    answer = admin.patch("/regions/a", {"region": {"parent_region_id": "b"}})
    assert "would create a circular region hierarchy." in answer.error
    assert admin.delete("/regions/RegionOne").status == 403
    assert admin.delete("/regions/a").status == 204
    assert admin.get("/regions/b").status == 404


def test_projects_have_endpoints_one_by_one_and_by_group(admin):
    project = admin.id("projects", "demo")
    endpoint = admin.get("/endpoints?interface=public").json["endpoints"][0]["id"]
    path = f"/OS-EP-FILTER/projects/{project}/endpoints"
    assert admin.put(f"{path}/{endpoint}").status == 204
    assert admin.head(f"{path}/{endpoint}").status == 204
    group = admin.make(
        "endpoint_group", "/OS-EP-FILTER/endpoint_groups", name="g", filters={"interface": "admin"}
    )["id"]
    assert admin.put(f"/OS-EP-FILTER/endpoint_groups/{group}/projects/{project}").status == 204
    assert len(admin.get(path).json["endpoints"]) == 8
    assert admin.delete(f"{path}/{endpoint}").status == 204
    assert len(admin.get(path).json["endpoints"]) == 7


def test_policies_are_for_endpoints_services_and_regions(admin):
    policy = admin.make("policy", "/policies", type="t", blob="b")["id"]
    endpoint = admin.get("/endpoints").json["endpoints"][0]
    path = f"/policies/{policy}/OS-ENDPOINT-POLICY/services/{endpoint['service_id']}"
    assert admin.get(path).status == 404
    assert admin.put(path).status == 204
    found = admin.get(f"/endpoints/{endpoint['id']}/OS-ENDPOINT-POLICY/policy")
    assert found.json["policy"]["id"] == policy
    assert len(admin.get(f"/policies/{policy}/OS-ENDPOINT-POLICY/endpoints").json["endpoints"]) == 3
