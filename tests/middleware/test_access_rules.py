"""Access rules of application credentials."""

import pytest

from middleware.access_rules import allows


@pytest.mark.parametrize(
    ("rule", "path", "expected"),
    [
        ("/v2.1/servers", "/v2.1/servers", True),
        ("/v2.1/servers", "/v2.1/servers/1", False),
        ("/v2.1/servers", "/v2x1/servers", False),
        ("/v2.1/servers/*", "/v2.1/servers/1", True),
        ("/v2.1/servers/*", "/v2.1/servers/1/2", False),
        ("/v2.1/servers/{id}", "/v2.1/servers/1", True),
        ("/v2.1/{a}/{b}/x", "/v2.1/1/2/x", True),
        ("/v2.1/**", "/v2.1/servers/1/2", True),
        ("**", "/", True),
    ],
)
def test_paths(rule, path, expected):
    body = {
        "application_credential": {
            "access_rules": [{"method": "GET", "service": "compute", "path": rule}]
        },
        "catalog": [{"type": "compute"}],
    }
    assert allows(body, "GET", path, "compute") is expected


@pytest.mark.parametrize(("rules", "expected"), [(None, True), ([], False)])
def test_no_rules_limit_nothing_and_an_empty_list_everything(rules, expected):
    body = {"application_credential": {"access_rules": rules}, "catalog": [{"type": "compute"}]}
    assert allows(body, "GET", "/", "compute") is expected


@pytest.mark.parametrize(
    ("rest", "expected"), [({"catalog": []}, False), ({}, True), ({"catalog": None}, True)]
)
def test_a_service_must_be_in_the_catalog_if_there_is_one(rest, expected):
    rule = {"method": "GET", "service": "compute", "path": "**"}
    body = {"application_credential": {"access_rules": [rule]}, **rest}
    assert allows(body, "GET", "/", "compute") is expected


def test_everybody_may_ask_about_a_token():
    body = {"application_credential": {"access_rules": []}}
    assert allows(body, "GET", "/identity/v3/auth/tokens", "identity")
