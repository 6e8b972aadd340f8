"""Proxy headers: ignored, unless they are to be believed."""

import pytest


@pytest.fixture
def behind_proxy(chain):
    chain.ENABLE_PROXY_HEADERS_PARSING = True


def seen(answer):
    shown = answer.json()
    return shown["scheme"], shown["host"], shown["meta"]["REMOTE_ADDR"]


def test_they_are_ignored_by_default(get):
    answer = get("/v2.1/shown", Forwarded="proto=https;host=h;for=1.2.3.4")
    assert seen(answer) == ("http", "testserver", "127.0.0.1")


@pytest.mark.usefixtures("behind_proxy")
@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("proto=https;host=h;for=1.2.3.4", ("https", "h", "1.2.3.4")),
        ("Proto=https; Host=h:1, proto=http;host=other", ("https", "h:1", "127.0.0.1")),
        ("by=1.2.3.4", ("http", "testserver", "127.0.0.1")),
        ("proto=;nonsense", ("http", "testserver", "127.0.0.1")),
    ],
)
def test_the_first_entry_of_forwarded_counts(get, forwarded, expected):
    assert seen(get("/v2.1/shown", Forwarded=forwarded)) == expected


@pytest.mark.usefixtures("behind_proxy")
def test_the_older_headers_count_without_it(get):
    answer = get(
        "/v2.1/shown", X_Forwarded_Proto="https", X_Forwarded_Host="h", X_Forwarded_For="1, 2"
    )
    assert seen(answer) == ("https", "h", "1, 2")


@pytest.mark.usefixtures("behind_proxy")
def test_the_older_headers_do_not_count_beside_it(get):
    answer = get("/v2.1/shown", Host="testserver", Forwarded="proto=https", X_Forwarded_Host="h")
    assert seen(answer) == ("https", "testserver", "127.0.0.1")


@pytest.mark.usefixtures("behind_proxy")
def test_the_prefix_goes_before_links(get):
    version = get("/v2.1/", X_Forwarded_Prefix="/compute").json()["version"]
    assert version["links"][0]["href"] == "http://testserver/compute/v2.1/"
