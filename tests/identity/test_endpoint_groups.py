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
