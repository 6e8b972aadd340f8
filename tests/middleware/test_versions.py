"""The version documents, byte for byte."""

import pytest

from compute.api.history import NEWEST
from versioned.versions import show

LAST = show(NEWEST)
V20 = '"id": "v2.0", "status": "DEPRECATED"'
V21 = '"id": "v2.1", "status": "CURRENT"'
OLD = f'{V20}, "version": "", "min_version": "", "updated": "2025-07-04T12:00:00Z"'
NEW = f'{V21}, "version": "{LAST}", "min_version": "2.1", "updated": "2013-07-23T11:33:21Z"'


def link(path):
    return f'{{"rel": "self", "href": "http://testserver/{path}"}}'


def media(version):
    return (
        '"media-types": [{"base": "application/json", '
        f'"type": "application/vnd.openstack.compute+json;version={version}"}}]'
    )


def described(head, path, version):
    html = '{"rel": "describedby", "type": "text/html", "href": "http://docs.openstack.org/"}'
    return f'{{"version": {{{head}, "links": [{link(path)}, {html}], {media(version)}}}}}'


ROOT = (
    f'{{"versions": [{{{OLD}, "links": [{link("v2/")}]}}, {{{NEW}, "links": [{link("v2.1/")}]}}]}}'
)
LEGACY = described(OLD, "v2/", "2")
CURRENT = described(NEW, "v2.1/", "2.1")


def choices(path):
    return (
        f'{{"choices": [{{{V20}, "links": [{link("v2/" + path)}], {media("2")}}}, '
        f'{{{V21}, "links": [{link("v2.1/" + path)}], {media("2.1")}}}]}}'
    )


@pytest.mark.parametrize(
    ("path", "status", "content"),
    [
        ("/", 200, ROOT),
        ("/?x=1", 200, ROOT),
        ("/v2", 200, LEGACY),
        ("/v2/", 200, LEGACY),
        ("/v2.1", 200, CURRENT),
        ("/v2.1/", 200, CURRENT),
        ("/servers", 300, choices("servers")),
        ("/servers/?x=1", 300, choices("servers")),
        ("/v9/a%20b/%C3%A9", 300, choices("v9/a%20b/%C3%A9")),
    ],
)
def test_documents(get, path, status, content):
    answer = get(path, token=None)
    assert (answer.status_code, answer.content.decode()) == (status, content)
    assert answer["Content-Length"] == str(len(answer.content))


@pytest.mark.parametrize("path", ["/", "/v2", "/v2.1", "/servers"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_any_method_is_answered(ask, method, path):
    assert ask(method, path, None).status_code in (200, 300)


@pytest.mark.parametrize(
    ("asked", "told"), [(None, "2.1"), ("compute 2.90", "2.90"), ("compute latest", LAST)]
)
def test_v21_has_version_headers(get, asked, told):
    headers = {"OpenStack_API_Version": asked} if asked else {}
    answer = get("/v2.1/", **headers)
    assert answer["OpenStack-API-Version"] == f"compute {told}"
    assert answer["X-OpenStack-Nova-API-Version"] == told
    assert answer["Vary"] == "OpenStack-API-Version, X-OpenStack-Nova-API-Version"


@pytest.mark.parametrize("path", ["/", "/v2", "/v2/"])
def test_the_others_have_none_and_read_none(get, path):
    answer = get(path, OpenStack_API_Version="compute 2.999")
    assert answer.status_code == 200
    assert not {"OpenStack-API-Version", "Vary"} & {*answer.headers}


def test_a_version_out_of_range_is_406_with_that_version_in_headers(get):
    answer = get("/v2.1/", OpenStack_API_Version="compute 2.999")
    message = f"Version 2.999 is not supported by the API. Minimum is 2.1 and maximum is {LAST}."
    assert answer.status_code == 406
    assert answer.json() == {"computeFault": {"code": 406, "message": message}}
    assert answer["OpenStack-API-Version"] == "compute 2.999"


@pytest.mark.parametrize("told", ["", "2.1,", ",", "2.1,compute 2.90"])
def test_of_several_older_headers_the_last_one_counts(get, told):
    answer = get("/v2.1/", X_OpenStack_Nova_API_Version=told)
    assert answer.status_code == 400
    last = told.rpartition(",")[2]
    assert answer.json()["badRequest"]["message"] == (
        f"API Version String {last} is of invalid format. Must be of format MajorNum.MinorNum."
    )


def test_a_bad_version_is_400_without_versions_in_headers(get):
    answer = get("/v2.1/", OpenStack_API_Version="compute abc")
    assert answer.status_code == 400
    assert "OpenStack-API-Version" not in answer.headers


@pytest.mark.parametrize(
    ("path", "body", "content_type", "status"),
    [
        ("/", b"<a/>", "text/xml", 415),
        ("/v2.1/", b"<a/>", "text/xml", 415),
        ("/v2.1/", b"{}", "Application/JSON", 415),
        ("/x", b"{bad", "application/json", 400),
        ("/v2/", b"{bad", "text/plain", 400),
        ("/v2.1/", b"3", "application/json", 200),
    ],
)
def test_a_body_must_be_json_even_here(ask, path, body, content_type, status):
    assert ask("POST", path, None, body, Content_Type=content_type).status_code == status


@pytest.mark.parametrize(
    ("host", "shown"),
    [("example.org", "example.org"), ("example.org:80", "example.org"), ("h:81", "h:81")],
)
def test_links_name_the_host_without_its_usual_port(get, host, shown):
    link = get("/v2/", Host=host).json()["version"]["links"][0]["href"]
    assert link == f"http://{shown}/v2/"
