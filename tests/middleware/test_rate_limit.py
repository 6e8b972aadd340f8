"""Tokens are given out at a rate."""

import pytest
from django.test import Client

from middleware.models import TokenRate
from middleware.rate_limit import Buckets, read_rate

pytestmark = pytest.mark.django_db
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


def test_full_buckets_are_forgotten():
    buckets = Buckets(1, 60)
    buckets.take("a", now=1000)
    buckets.take("b", now=1050)
    Buckets(1, 60).take("c", now=1070)
    assert set(TokenRate.objects.values_list("address", flat=True)) == {"b", "c"}


def asked(path=PATH, **environ):
    """Ask through a chain of its own, as another process has one."""
    client = Client(raise_request_exception=False)
    return client.post(path, b"{}", "application/json", **environ)


def test_who_asks_too_often_waits(chain):
    chain.TOKEN_RATE = "2/minute"
    answers = [asked().status_code for _ in range(3)]
    assert 429 not in answers[:2]
    assert answers[2] == 429
    last = asked()
    assert last.json()["error"]["code"] == 429
    assert 0 < int(last["Retry-After"]) <= 30
    assert Client(raise_request_exception=False).get(PATH).status_code != 429
    assert asked(REMOTE_ADDR="192.0.2.1").status_code != 429


@pytest.mark.parametrize(
    "path",
    [
        "/admin/login/",
        "/identity/v3/users/x/password",
        "/identity/v3/OS-FEDERATION/identity_providers/a/protocols/b/auth",
    ],
)
def test_other_ways_to_show_a_password_count_too(chain, path):
    chain.TOKEN_RATE = "1/hour"
    chain.ROOT_URLCONF = "computeproject.urls"
    asked()
    assert asked(path).status_code == 429


def test_behind_a_proxy_it_is_whom_the_proxy_saw(chain):
    chain.TOKEN_RATE = "1/hour"
    asked(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="made up")
    assert asked(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="made up again").status_code == 429
    chain.ENABLE_PROXY_HEADERS_PARSING = True
    first = {"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_FOR": "1.1.1.1, 192.0.2.7"}
    assert asked(**first).status_code != 429
    again = {**first, "HTTP_X_FORWARDED_FOR": "2.2.2.2, 192.0.2.7"}
    assert asked(**again).status_code == 429
    assert asked(**{**first, "HTTP_X_FORWARDED_FOR": "192.0.2.8"}).status_code != 429
