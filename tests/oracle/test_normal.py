"""What a comparison overlooks, and what it does not."""

import pytest

from tests.oracle.normal import Normaliser, differences, pick

ONE, TWO = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def normal(value):
    return Normaliser("http://127.0.0.1:1234").value(value)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([ONE, TWO, ONE], [TWO, ONE, TWO]),
        ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("req-" + ONE, "req-" + TWO),
        ("fa:16:3e:00:00:01", "fa:16:3e:00:00:02"),
        ({"b": ONE, "a": TWO}, {"a": TWO, "b": ONE}),
    ],
)
def test_these_are_the_same(left, right):
    assert differences(normal(left), normal(right)) == []


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([ONE, TWO], [ONE, ONE]),
        ({"a": 1}, {"a": 1, "b": None}),
        ([1], [1, 2]),
        (1, True),
        ("2013-07-23T11:33:21Z", "2026-01-01T00:00:00Z"),
    ],
)
def test_these_are_not(left, right):
    assert differences(normal(left), normal(right))


def test_headers_sent_twice_are_joined():
    found = Normaliser("http://h").headers([("Vary", "A"), ("vary", "B"), ("Date", "now")])
    assert found == {"vary": "A, B"}


def test_a_path_picks_a_part():
    assert pick({"a": [{"b-c": 1}]}, "$.a[0].b-c") == 1
