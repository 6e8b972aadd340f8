"""What nobody caught."""

import json
import logging

import pytest

from middleware.authtoken import AuthToken

FAULT = {
    "computeFault": {
        "code": 500,
        "message": "The server has either erred or is incapable of performing the requested "
        "operation.",
    }
}


def test_an_exception_of_a_view_is_a_fault_without_its_text(get):
    answer = get("/v2.1/failing")
    assert (answer.status_code, answer.json()) == (500, FAULT)
    assert answer["Content-Type"] == "application/json; charset=UTF-8"


def test_an_exception_of_a_filter_is_the_same_fault(get, monkeypatch):
    monkeypatch.setattr(AuthToken, "handle", lambda self, request: 1 / 0)
    answer = get("/v2.1/shown")
    assert (answer.status_code, answer.json()) == (500, FAULT)


def test_it_has_its_request_id(get):
    assert "x-compute-request-id" in get("/v2.1/failing").headers


@pytest.mark.parametrize("is_filter", [False, True])
def test_it_is_logged_once_with_the_request_id(get, caplog, monkeypatch, is_filter):
    if is_filter:
        monkeypatch.setattr(AuthToken, "handle", lambda self, request: 1 / 0)
    with caplog.at_level(logging.INFO):
        answer = get("/v2.1/failing")
    errors = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.name for record in errors] == ["nova.api.openstack"]
    assert answer["x-openstack-request-id"] in errors[0].getMessage()
    assert errors[0].exc_info


def test_an_exception_may_say_its_status_and_that_it_is_safe(get, monkeypatch):
    class Teapot(Exception):
        code, safe = 418, True

    def fail(self, request):
        raise Teapot("short and stout")

    monkeypatch.setattr(AuthToken, "handle", fail)
    fault = {"computeFault": {"code": 418, "message": "Teapot: short and stout"}}
    assert get("/v2.1/shown").json() == fault


def test_neighbours_answer_in_the_words_of_webob(get):
    answer = get("/image/failing", Accept="application/json")
    assert answer.status_code == 500
    assert json.loads(answer.content)["title"] == "Internal Server Error"
