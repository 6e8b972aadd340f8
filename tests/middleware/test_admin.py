"""Django's own filters are the admin site's."""

import pytest
from django.test import Client


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/admin/shown", True), ("/v2.1/shown", False), ("/identity/shown", False)],
)
def test_only_the_admin_site_has_sessions_and_users(get, path, expected):
    shown = get(path).json()
    assert (shown["session"], shown["user"]) == (expected, expected)


def test_only_the_admin_site_has_security_headers(get):
    assert "X-Content-Type-Options" in get("/admin/shown").headers
    assert "X-Content-Type-Options" not in get("/v2.1/shown").headers


def test_the_api_needs_no_csrf_token():
    client = Client(enforce_csrf_checks=True)
    headers = {"X-Auth-Token": "demo"}
    assert client.post("/v2.1/shown", headers=headers).status_code == 200
    assert client.post("/admin/shown").status_code == 403
