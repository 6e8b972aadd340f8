"""/v2 knows no microversions."""

import pytest

from middleware.legacy_v2 import LegacyV2


def test_version_headers_of_the_request_are_gone(get):
    shown = get("/v2/shown", OpenStack_API_Version="compute 2.9").json()
    assert "HTTP_OPENSTACK_API_VERSION" not in shown["meta"]
    assert shown["legacy_v2"]


def test_version_headers_of_the_response_are_gone(get):
    headers = get("/v2/versioned").headers
    assert not {"OpenStack-API-Version", "X-OpenStack-Nova-API-Version", "Vary"} & {*headers}


def test_v21_keeps_them(get):
    answer = get("/v2.1/versioned")
    assert answer["OpenStack-API-Version"] == "compute 2.1"
    assert not get("/v2.1/shown").json()["legacy_v2"]


@pytest.mark.parametrize(
    ("vary", "left"),
    [
        ("Origin", "Origin"),
        ("OpenStack-API-Version, Origin", "Origin"),
        ("A, X-OpenStack-Nova-API-Version, B", "A,B"),
    ],
)
def test_vary_keeps_the_rest(rf, vary, left):
    from django.http import HttpResponse

    request = rf.get("/v2/x")
    request.pipeline = "api_legacy"
    assert LegacyV2(lambda request: HttpResponse(headers={"Vary": vary}))(request)["Vary"] == left
