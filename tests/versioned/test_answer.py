"""Answers say what Django's own say, plain or not."""

import pytest
from django.http import HttpResponse
from django.http.response import BadHeaderError, ResponseHeaders

from versioned.answer import Answer, Headers

TEXTS = ["", "plain", "two words", "caf\xe9", "\u0142", "a\tb", 7, b"bytes"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_header_is_kept_as_django_keeps_it(text):
    headers, djangos = Headers(), ResponseHeaders({})
    for each in (headers, djangos):
        each["X-A"] = text
        each["x-a"] = text
    assert list(headers.pairs()) == list(headers.items()) == list(djangos.items())
    assert headers["x-A"] == djangos["x-A"]


@pytest.mark.parametrize(("name", "text"), [("A\r\nB", "b"), ("A", "b\r\nC: d"), ("A", "b\n")])
def test_a_line_break_starts_no_other_header(name, text):
    with pytest.raises(BadHeaderError):
        Headers()[name] = text


def test_a_name_of_other_letters_is_none():
    with pytest.raises(UnicodeError):
        Headers()["\u0142"] = "b"


def test_headers_are_found_by_their_names_in_any_letters():
    headers = Headers()
    headers["Content-Type"] = "a"
    headers.setdefault("content-type", "b")
    assert "CONTENT-TYPE" in headers
    assert 7 not in headers
    del headers["content-type"]
    assert "Content-Type" not in headers


def test_an_answer_is_djangos_with_its_length():
    answer = Answer(b"{}", 201)
    djangos = HttpResponse(b"{}", status=201, content_type="application/json")
    djangos.headers["Content-Length"] = "2"
    assert answer.serialize() == djangos.serialize()
    assert vars(answer).keys() == vars(djangos).keys()
    assert answer.reason_phrase == "Created"
    answer.content = "later"
    assert b"".join(answer) == b"later"


def test_an_answer_may_have_no_length():
    assert "Content-Length" not in Answer(status=204, has_length=False).headers


def test_headers_are_taken_over_as_they_are():
    headers, others = Headers(), Headers()
    headers["Vary"], headers["X-A"] = "before", "a"
    others["vary"], others["X-B"] = "after", "b"
    headers.take(others)
    assert dict(headers.pairs()) == {"vary": "after", "X-A": "a", "X-B": "b"}
