"""Endpoints are grouped by what they have in common, and projects have groups of them."""

import pytest

PATH = "/OS-EP-FILTER/endpoint_groups"


@pytest.fixture
def group(admin):
    return admin.make("endpoint_group", PATH, name="public", filters={"interface": "public"})


def found(answer):
    return {row["interface"] for row in answer.json["endpoints"]}


def test_filters_are_needed_to_make_one(admin):
    for filters in ({}, {"filters": {}}):
        answer = admin.post(PATH, {"endpoint_group": {"name": "all", **filters}})
        assert answer.status == 400, answer


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"filters": {"enabled": True}}, "Expecting to find service_id or region_id or interface"),
        ({"filters": {"interface": "any"}}, "'any' is not one of ['admin', 'internal', 'public']"),
        ({"filters": {"region_id": "r"}, "colour": "red"}, "'colour' was unexpected"),
    ],
)
def test_other_filters_and_attributes_are_refused(admin, values, sentence):
    answer = admin.post(PATH, {"endpoint_group": {"name": "g", **values}})
    assert answer.status == 400
    assert sentence in answer.error


def test_filters_stand_in_place_of_those_before(admin, group):
    assert found(admin.get(f"{PATH}/{group['id']}/endpoints")) == {"public"}
    changed = {"endpoint_group": {"filters": {"region_id": "RegionOne"}}}
    answer = admin.patch(f"{PATH}/{group['id']}", changed)
    assert answer.json["endpoint_group"]["filters"] == {"region_id": "RegionOne"}


def test_a_group_that_is_changed_to_filter_nothing_has_every_endpoint(admin, group):
    answer = admin.patch(f"{PATH}/{group['id']}", {"endpoint_group": {"filters": {}}})
    assert answer.json["endpoint_group"]["filters"] == {}
    everything = found(admin.get(f"{PATH}/{group['id']}/endpoints"))
    assert everything == {"public", "internal", "admin"}


def test_the_list_knows_names_only(admin, group):
    assert admin.get(f"{PATH}?x=1").status == 400
    assert admin.get(f"{PATH}?name=other").json["endpoint_groups"] == []


def test_a_token_shows_the_endpoints_that_were_chosen_for_its_project(keystone, admin, group):
    def shown():
        catalog = keystone.login("demo", "demo").get("/auth/catalog").json["catalog"]
        return {row["interface"] for service in catalog for row in service["endpoints"]}

    project = admin.id("projects", "demo")
    assert shown() == {"public", "internal", "admin"}
    admin.put(f"{PATH}/{group['id']}/projects/{project}")
    assert shown() == {"public"}
    endpoints = admin.get("/endpoints?interface=admin").json["endpoints"]
    admin.put(f"/OS-EP-FILTER/projects/{project}/endpoints/{endpoints[0]['id']}")
    assert shown() == {"public", "admin"}
    admin.delete(f"{PATH}/{group['id']}/projects/{project}")
    (service,) = keystone.login("demo", "demo").get("/auth/catalog").json["catalog"]
    assert [row["id"] for row in service["endpoints"]] == [endpoints[0]["id"]]
