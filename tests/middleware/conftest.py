"""Requests through the whole chain, to views that show what it made of them."""

import pytest
from django.test import Client


@pytest.fixture(autouse=True)
def chain(settings):
    settings.ROOT_URLCONF = "tests.middleware.urls"
    settings.AUTHTOKEN_VALIDATOR = "tests.middleware.tokens.validate"
    return settings


@pytest.fixture
def ask(chain):
    """Ask as `demo`, or as `token=` says; other keywords are headers."""

    def asked(method, path, token="demo", body=b"", **headers):
        if token is not None:
            headers["X_Auth_Token"] = token
        if not body and "Content_Type" in headers:
            # Django's client leaves it out of a request without a body.
            headers["CONTENT_TYPE"] = headers["Content_Type"]
        return Client(raise_request_exception=False).generic(
            method,
            path,
            body,
            headers.pop("Content_Type", "application/json"),
            headers={name.replace("_", "-"): text for name, text in headers.items()},
        )

    return asked


@pytest.fixture
def get(ask):
    return lambda path, **how: ask("GET", path, **how)
