"""Request ids."""

import re

import pytest

ID = "req-00000000-0000-4000-8000-00000000000a"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", set()),
        ("/v2", {"x-openstack-request-id", "x-compute-request-id"}),
        ("/v2.1/shown", {"x-openstack-request-id", "x-compute-request-id"}),
        ("/identity/shown", {"x-openstack-request-id"}),
        ("/image/shown", {"x-openstack-request-id"}),
    ],
)
def test_which_headers_carry_it(get, path, headers):
    assert {name.lower() for name in get(path).headers if "request-id" in name.lower()} == headers


def test_both_headers_carry_the_id_of_the_context(get):
    answer = get("/v2.1/shown")
    assert answer["x-openstack-request-id"] == answer["x-compute-request-id"]
    assert answer["x-openstack-request-id"] == answer.json()["request_id"]


def test_each_request_has_its_own(get):
    first, second = (get("/v2")["x-openstack-request-id"] for _ in range(2))
    assert first != second
    assert re.fullmatch(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", first)


def test_an_inbound_id_is_the_global_one_and_is_not_echoed(get):
    answer = get("/v2.1/shown", X_Openstack_Request_Id=ID)
    assert answer.json()["global_request_id"] == ID
    assert answer["x-openstack-request-id"] != ID


@pytest.mark.parametrize("inbound", ["x", ID[4:], ID.upper(), ID + "0", ""])
def test_an_inbound_id_of_another_form_is_dropped(get, inbound):
    assert get("/v2.1/shown", X_Openstack_Request_Id=inbound).json()["global_request_id"] is None
