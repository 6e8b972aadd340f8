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
