"""Tokens are given out at a rate."""

import pytest

from middleware.rate_limit import Buckets, read_rate

PATH = "/identity/v3/auth/tokens"


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("30/minute", (30, 60)),
        ("1/second", (1, 1)),
        ("5/hour", (5, 3600)),
        ("0/minute", None),
        ("many", None),
        ("5/fortnight", None),
    ],
)
def test_a_rate_is_a_number_and_a_unit(text, rate):
    assert read_rate(text) == rate


def test_a_bucket_empties_and_fills_again():
    buckets = Buckets(2, 60)
    assert [buckets.take("a", now=0), buckets.take("a", now=0)] == [0, 0]
    assert buckets.take("a", now=0) == 30
    assert buckets.take("b", now=0) == 0
    assert buckets.take("a", now=30) == 0
    assert buckets.take("a", now=30) > 0


def test_who_asks_too_often_waits(ask, chain):
    chain.TOKEN_RATE = "2/minute"
    # Each client of the tests has a chain of its own; one handler keeps its buckets.
    from django.test import Client

    client = Client(raise_request_exception=False)
    answers = [client.post(PATH, b"{}", "application/json").status_code for _ in range(3)]
    assert answers[0] != 429
    assert answers[2] == 429
    last = client.post(PATH, b"{}", "application/json")
    assert last.json()["error"]["code"] == 429
    assert 0 < int(last["Retry-After"]) <= 30
    assert client.get(PATH).status_code != 429
    elsewhere = client.post(PATH, b"{}", "application/json", REMOTE_ADDR="192.0.2.1")
    assert elsewhere.status_code != 429
