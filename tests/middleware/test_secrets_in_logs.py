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


@pytest.mark.django_db
def test_secrets_of_services_stay_out_of_logs(everything, settings):
    """Passwords of servers and users, keys of transfers and consoles, with all work done."""
    from compute.seed import seed
    from tests.api.servers import settle
    from tests.client import Api
    from tests.contract.isolation import Asker

    seed()
    nobody = Api(None, None, "")
    her, root = Asker(nobody, "demo", "demo"), Asker(nobody, "admin", "demo")
    secrets = {SECRET, her.api.who, root.api.who}

    def ask(who, method, path, body=None):
        headers = {"OpenStack-API-Version": "compute 2.37"} if path.startswith("/v2.1") else None
        answer = who.api.ask(method, path, body, headers=headers)
        assert answer.status < 300, answer
        settle()
        return answer.json if answer.text else None

    image = ask(her, "GET", "/image/v2/images")["images"][0]["id"]
    server = {"name": "n", "imageRef": image, "flavorRef": "1", "networks": "none"}
    made = ask(her, "POST", "/v2.1/servers", {"server": {**server, "adminPass": SECRET}})
    path = f"/v2.1/servers/{made['server']['id']}"
    for body in (
        {"changePassword": {"adminPass": SECRET}},
        {"rebuild": {"imageRef": image, "adminPass": SECRET}},
        {"rescue": {"adminPass": SECRET}},
    ):
        ask(her, "POST", f"{path}/action", body)
    ask(her, "POST", f"{path}/action", {"unrescue": None})
    console = {"remote_console": {"protocol": "vnc", "type": "novnc"}}
    url = ask(her, "POST", f"{path}/remote-consoles", console)["remote_console"]["url"]
    secrets.add(url.rpartition("%3D")[2])
    ask(root, "GET", f"/v2.1/os-console-auth-tokens/{url.rpartition('%3D')[2]}")
    pair = ask(her, "POST", "/v2.1/os-keypairs", {"keypair": {"name": "k"}})["keypair"]
    secrets |= set(pair.get("private_key", "").split("\n")[1:3])
    volume = ask(her, "POST", f"/volume/v3/{her.project}/volumes", {"volume": {"size": 1}})
    transfer = {"transfer": {"volume_id": volume["volume"]["id"]}}
    offered = ask(her, "POST", f"/volume/v3/{her.project}/os-volume-transfer", transfer)
    secrets.add(offered["transfer"]["auth_key"])
    user = {"name": "somebody", "password": SECRET, "domain_id": "default"}
    somebody = ask(root, "POST", "/identity/v3/users", {"user": user})["user"]["id"]
    changed = {"user": {"original_password": SECRET, "password": SECRET + "2"}}
    her.api.ask("POST", f"/identity/v3/users/{somebody}/password", changed)
    her.api.ask("POST", f"/identity/v3/users/{her.user}/password", changed)
    credential = {"name": "c", "secret": SECRET}
    path = f"/identity/v3/users/{her.user}/application_credentials"
    ask(her, "POST", path, {"application_credential": credential})
    pair = {"type": "ec2", "blob": f'{{"access": "a", "secret": "{SECRET}"}}', "user_id": her.user}
    her.api.ask("POST", "/identity/v3/credentials", {"credential": pair})
    assert any(everything)
    for line in everything:
        for secret in secrets:
            assert secret not in line, line[:300]
