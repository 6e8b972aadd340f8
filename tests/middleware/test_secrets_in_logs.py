"""Neither passwords nor tokens are written to a log."""

import logging

import pytest

SECRET = "hush-hush-password"
TOKEN = "gAAAAAhush-hush-token"


def bodies():
    domain = {"id": "default"}
    for name in ("admin", "nobody"):
        user = {"name": name, "password": SECRET, "domain": domain}
        identity = {"methods": ["password"], "password": {"user": user}}
        yield {"auth": {"identity": identity}}
        yield {"auth": {"identity": {**identity, "methods": ["password", 5]}}}
        yield {"auth": {"identity": {**identity, "password": {"user": [user]}}}}
    yield {"auth": {"identity": {"methods": ["token"], "token": {"id": TOKEN}}}}
    secret = {"id": "x", "secret": SECRET}
    methods = ["application_credential"]
    yield {"auth": {"identity": {"methods": methods, "application_credential": secret}}}


@pytest.fixture
def everything(settings):
    """What all loggers say at their most talkative."""
    settings.ROOT_URLCONF = "computeproject.urls"
    settings.AUTHTOKEN_VALIDATOR = "cloud.identity.validation.validate"
    said = []

    class Listener(logging.Handler):
        def emit(self, record):
            said.append(self.format(record))

    root, listener = logging.getLogger(), Listener()
    levels = {
        logger: logger.level
        for logger in (root, *map(logging.getLogger, list(logging.root.manager.loggerDict)))
        if not logger.name.startswith("django.db")
    }
    for logger in levels:
        logger.setLevel(logging.DEBUG)
    root.addHandler(listener)
    yield said
    root.removeHandler(listener)
    for logger, level in levels.items():
        logger.setLevel(level)


@pytest.mark.django_db
def test_secrets_stay_out_of_logs(everything, client):
    from cloud.identity.seed import seed

    seed(SECRET)
    client.raise_request_exception = False
    for body in bodies():
        answer = client.post("/identity/v3/auth/tokens", body, "application/json")
        assert answer.status_code in (201, 400, 401, 404)
    token = client.post("/identity/v3/auth/tokens", next(bodies()), "application/json")
    good = token.headers["X-Subject-Token"]
    for text in (good, TOKEN):
        for path in ("/v2.1/servers", "/identity/v3/users", "/network/v2.0/networks"):
            client.get(path, headers={"X-Auth-Token": text, "X-Subject-Token": text})
            client.get(path, headers={"X-Auth-Token": text, "X-Service-Token": text})
        client.get(
            "/identity/v3/auth/tokens", headers={"X-Auth-Token": good, "X-Subject-Token": text}
        )
    client.get("/v2.1/servers", headers={"Authorization": f"Bearer {TOKEN}"})
    assert any(everything), "nothing was logged at all"
    for line in everything:
        for secret in (SECRET, TOKEN, good):
            assert secret not in line, line
