"""noauth2: development without Identity."""

import pytest
from django.core.checks import run_checks
from django.test import Client


@pytest.fixture(autouse=True)
def noauth(chain):
    chain.AUTH_STRATEGY = "noauth2"


@pytest.mark.parametrize(
    ("token", "user_id", "project_id", "is_admin"),
    [
        ("alice:p1", "alice", "p1", False),
        ("alice", "alice", "alice", False),
        ("admin:p1", "admin", "p1", True),
    ],
)
def test_a_token_is_a_user_and_a_project(get, token, user_id, project_id, is_admin):
    context = get("/v2.1/shown", token=token).json()["context"]
    found = (context["user_id"], context["project_id"], context["is_admin"])
    assert found == (user_id, project_id, is_admin)


@pytest.mark.parametrize(
    ("path", "url"),
    [("/v2.1/shown", "http://testserver/v2.1/shown"), ("/v2/x/", "http://testserver/v2/x/p1")],
)
def test_without_a_token_one_is_given(get, path, url):
    answer = get(path, token=None, X_Auth_User="alice", X_Auth_Project_Id="p1")
    assert (answer.status_code, answer["Content-Type"]) == (204, "text/plain")
    assert answer["X-Auth-Token"] == "alice:p1"
    assert answer["X-Server-Management-Url"] == url


def test_nobody_in_particular_is_admin(get):
    assert get("/v2.1/shown", token=None)["X-Auth-Token"] == "admin:admin"


def test_check_says_so_loudly():
    assert "middleware.W001" in {message.id for message in run_checks()}


def test_it_is_not_there_by_default(get, chain):
    chain.AUTH_STRATEGY = "embedded"
    assert get("/v2.1/shown", token="alice:p1").status_code == 401


def test_other_machines_are_not_believed(chain):
    from django.test import Client

    def asked():
        client = Client(raise_request_exception=False)
        headers = {"X-Auth-Token": "admin:p"}
        return client.get("/v2.1/shown", headers=headers, REMOTE_ADDR="192.0.2.1").status_code

    assert asked() == 403
    chain.NOAUTH_BEYOND_LOOPBACK = True
    assert asked() == 200


@pytest.mark.parametrize(
    "environ",
    [
        {"REMOTE_ADDR": "192.0.2.1"},
        {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1, 192.0.2.1"},
        {"REMOTE_ADDR": "192.0.2.1", "HTTP_FORWARDED": "for=127.0.0.1"},
        {"REMOTE_ADDR": ""},
    ],
)
@pytest.mark.parametrize("believed", [False, True])
def test_no_header_makes_another_machine_this_one(chain, environ, believed):
    chain.ENABLE_PROXY_HEADERS_PARSING = believed
    assert Client().get("/v2.1/shown", **environ).status_code == 403
    chain.NOAUTH_BEYOND_LOOPBACK = True
    assert Client().get("/v2.1/shown", **environ).status_code == 204
