"""Traces of osprofiler."""

import base64
import hashlib
import hmac
import json

import pytest

EVENTS = []


def note(event):
    EVENTS.append(event)


@pytest.fixture
def profiler(chain):
    chain.PROFILER_ENABLED = True
    chain.PROFILER_HMAC_KEYS = "other, key"
    chain.PROFILER_NOTIFIER = "tests.middleware.test_osprofiler.note"
    EVENTS.clear()


def signed(trace, key="key"):
    text = base64.urlsafe_b64encode(json.dumps(trace).encode())
    made = hmac.new(key.encode(), text, hashlib.sha1).hexdigest()
    return {"X_Trace_Info": text.decode(), "X_Trace_HMAC": made}


@pytest.mark.usefixtures("profiler")
@pytest.mark.parametrize(
    ("trace", "parent"), [({"base_id": "b"}, "b"), ({"base_id": "b", "parent_id": "p"}, "p")]
)
def test_a_signed_trace_is_followed(get, trace, parent):
    get("/v2.1/shown?a=b", **signed(trace))
    assert [event["name"] for event in EVENTS] == ["wsgi-start", "wsgi-stop"]
    assert EVENTS[0]["base_id"] == "b"
    assert EVENTS[0]["parent_id"] == parent
    assert EVENTS[0]["trace_id"] == EVENTS[1]["trace_id"]
    assert EVENTS[0]["info"]["request"] == {
        "path": "/v2.1/shown",
        "query": "a=b",
        "method": "GET",
        "scheme": "http",
    }


@pytest.mark.usefixtures("profiler")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed({"base_id": "b"}, "wrong"),
        signed({"parent_id": "p"}),
        signed({"base_id": "b", "extra": 1}),
        signed(["base_id"]),
        {**signed({"base_id": "b"}), "X_Trace_HMAC": ""},
        {**signed({"base_id": "b"}), "X_Trace_HMAC": "é"},
    ],
)
def test_any_other_passes_untouched(get, headers):
    assert get("/v2.1/shown", **headers).status_code == 200
    assert EVENTS == []


@pytest.mark.usefixtures("profiler")
def test_a_failure_ends_the_trace(get):
    get("/v2.1/failing", **signed({"base_id": "b"}))
    assert len(EVENTS) == 2


def test_it_is_off_by_default(get):
    EVENTS.clear()
    get("/v2.1/shown", **signed({"base_id": "b"}, "SECRET_KEY"))
    assert EVENTS == []
