"""The request log."""

import logging
import re

import pytest


@pytest.fixture
def line(ask, caplog):
    def logged(method, path, **how):
        with caplog.at_level(logging.INFO, "nova.api.openstack.requestlog"):
            ask(method, path, **how)
        return caplog.messages[-1]

    return logged


def test_it_is_the_line_of_nova(line):
    form = (
        r'127\.0\.0\.1 "GET /v2\.1/versioned\?limit=1" status: 200 len: \S+ '
        r"microversion: 2\.1 time: \d+\.\d{6}"
    )
    assert re.fullmatch(form, line("GET", "/v2.1/versioned?limit=1"))


@pytest.mark.parametrize(
    ("method", "path", "part"),
    [
        ("GET", "/v2.1/nope", "status: 404 len: 52 microversion: - "),
        ("POST", "/servers", '"POST /servers" status: 300 '),
        ("GET", "/v2/versioned", "microversion: 2.1 "),
        ("GET", "/v2.1/a%20b", '"GET /v2.1/a b"'),
        ("GET", "/v2.1/a%0Ab", '"GET /v2.1/a\\nb"'),
    ],
)
def test_what_it_says_of(line, method, path, part):
    assert part in line(method, path)


def test_it_logs_who_is_refused(line):
    assert "status: 401 " in line("GET", "/v2.1/shown", token=None)


def test_nothing_is_written_below_info(get, caplog):
    get("/v2.1/shown")
    assert not caplog.messages


@pytest.mark.parametrize(
    ("path", "secret"),
    [
        ("/v2.1/os-console-auth-tokens/hush", "hush"),
        ("/console/novnc?path=%3Ftoken%3Dhush", "hush"),
        ("/console/spice?a=b&token=hush&c=d", "hush"),
        ("/admin/oidc/callback/?code=hush&state=quiet", "hush"),
        ("/admin/oidc/callback/?code=quiet&state=hush", "hush"),
    ],
)
def test_what_opens_doors_is_hashed(line, path, secret):
    said = line("GET", path)
    assert secret not in said
    assert "{SHA256}" in said
