"""Which pipeline a request is in."""

import pytest

from middleware.pipelines import UrlTable


@pytest.mark.parametrize(
    ("path", "pipeline"),
    [
        ("/", "versions"),
        ("/servers", "versions"),
        ("/v2.10", "versions"),
        ("/v2.1.json", "versions"),
        ("/V2.1", "versions"),
        ("/v2", "versions_v2"),
        ("/v2/", "versions_v2"),
        ("/v2.1", "versions_v21"),
        ("/v2.1/", "versions_v21"),
        ("/v2/x", "api_legacy"),
        ("/v2.1/x", "api"),
        ("/v2.1/v2/x", "api"),
        ("/identity", "identity"),
        ("/identity/v3", "identity"),
        ("/identityx", "versions"),
        ("/image", "documents"),
        ("/image/", "documents"),
        ("/image/versions", "documents"),
        ("/image/v2/images", "image"),
        ("/network/v2.0", "network"),
        ("/volume/v3", "volume"),
        ("/placement/", "placement_root"),
        ("/placement/traits", "placement"),
        ("/admin/", "admin"),
        ("/_cloud/ready", "cloud"),
        ("", "versions"),
    ],
)
def test_the_longest_prefix_counts(settings, path, pipeline):
    assert UrlTable(settings.URL_MAP).find(path).pipeline == pipeline


def test_several_slashes_count_as_one(get):
    assert get("//v2.1//a///shown".replace("//v2.1", "/v2.1")).json()["path"] == "/v2.1/a/shown"


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/json;version=2.1"},
        {"Accept": 'text/html, application/json;q=0.5;version="2.1"'},
        {"Content_Type": "application/json;version=2.1"},
        {"Content_Type": "application/json;version=2.1", "Accept": "application/json;version=2"},
    ],
)
def test_a_version_parameter_leads_to_the_version_document(get, headers):
    assert get("/anything", token=None, **headers).json()["version"]["id"] == "v2.1"


def test_a_version_parameter_does_not_beat_the_path(get):
    shown = get("/v2.1/shown", Accept="application/json;version=2").json()
    assert shown["pipeline"] == "api"


def test_an_unknown_version_in_content_type_hides_the_one_in_accept(get):
    answer = get("/x", Content_Type="a/b;version=9", Accept="application/json;version=2")
    assert answer.status_code == 415


def test_a_version_parameter_with_a_path_leads_to_the_api(get):
    shown = get("/shown", Accept='application/json;version="2.1/x"').json()
    assert (shown["pipeline"], shown["path"]) == ("api", "/v2.1/shown")


def test_a_version_parameter_needs_a_token_where_the_api_does(get):
    answer = get("/shown", token=None, Accept='application/json;version="2.1/x"')
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("path", "accept", "content_type"),
    [
        ("/v2.1/shown", None, "application/json"),
        ("/v2.1/shown", "*/*", "application/json"),
        ("/v2.1/shown", "application/*", "application/json"),
        ("/v2.1/shown", "text/html", "application/json"),
        ("/v2.1/shown", "application/atom+xml", "application/json"),
        (
            "/v2.1/shown",
            "application/vnd.openstack.compute+json",
            "application/vnd.openstack.compute+json",
        ),
        (
            "/v2.1/shown",
            "application/json;q=0.1, application/vnd.openstack.compute+json",
            "application/vnd.openstack.compute+json",
        ),
        ("/v2.1/shown", "application/vnd.openstack.compute+json;q=no", "application/json"),
    ],
)
def test_the_best_content_type_is_ours(get, path, accept, content_type):
    headers = {"Accept": accept} if accept else {}
    assert get(path, **headers).json()["best_content_type"] == content_type


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "application/atom+xml"),
        ("/v2.1/", "application/atom+xml"),
        ("/v2.1", "application/json"),
    ],
)
def test_atom_is_accepted_at_the_roots_only(get, path, content_type):
    assert get(path, Accept="application/atom+xml")["Content-Type"] == content_type


def test_a_suffix_asks_for_json(get):
    answer = get("/x.json", Accept="application/vnd.openstack.compute+json")
    assert answer["Content-Type"] == "application/json"


def test_head_has_the_length_of_get_and_no_body(ask):
    head, get = (ask(method, "/v2.1/") for method in ("HEAD", "GET"))
    assert (head.content, head["Content-Length"]) == (b"", get["Content-Length"])
