"""Guests of a cloud in process, and the proxy that asks for them."""

import hashlib
import hmac
import json

import pytest
from django.test import Client
from django.urls import set_urlconf

from compute.metadata_api.cache import cache
from tests.cast import HERS

SECRET = "between us"


def signature(text, secret=SECRET):
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


class Answer:
    def __init__(self, response):
        self.status = response.status_code
        self.type = response.headers.get("Content-Type")
        self.body = response.content
        self.text = response.content.decode("utf-8", "replace")

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def lines(self):
        return self.text.split("\n")


@pytest.fixture(autouse=True)
def nothing_remembered():
    cache.clear()


@pytest.fixture
def proxied(settings):
    settings.SERVICE_METADATA_PROXY = True
    settings.METADATA_PROXY_SHARED_SECRET = SECRET
    settings.METADATA_CACHE_EXPIRATION = 0
    return settings


@pytest.fixture
def ask(db):
    """Ask as a guest, by a proxy's headers; `headers` of value None are not sent."""

    client = Client(**{"kilonova.application": "metadata"})

    def asked(path, uuid=None, method="GET", body=b"", address="127.0.0.1", **headers):
        sent = {}
        if uuid is not None:
            sent = {
                "X-Instance-ID": uuid,
                "X-Tenant-ID": HERS,
                "X-Instance-ID-Signature": signature(uuid),
                "X-Forwarded-For": "192.0.2.1",
            }
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        sent = {name: value for name, value in sent.items() if value is not None}
        return Answer(client.generic(method, path, body, "", headers=sent, REMOTE_ADDR=address))

    yield asked
    # Django's test client leaves the application's in this thread.
    set_urlconf(None)


@pytest.fixture
def guest(proxied, ask):
    """`guest(uuid)(path)`: what that guest gets."""
    return lambda uuid: lambda path, **how: ask(path, uuid, **how)
