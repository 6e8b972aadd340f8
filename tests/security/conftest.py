"""A world with something in every service, and those who knock."""

import secrets
from datetime import timedelta

import pytest

from tests.api.servers import settle
from tests.client import Api
from tests.contract import isolation, world


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/security/" in str(item.path):
            item.add_marker(pytest.mark.security)


class Besieged(isolation.World):
    """The neighbours' world with a server in it, and a token of every kind."""

    def __init__(self):
        super().__init__()
        for name, project, role in (
            ("reader", self.known["PROJECT"], "reader"),
            ("manager", self.known["PROJECT"], "manager"),
            ("service", self.known["PROJECT"], "service"),
        ):
            self._person(name, project, role)
        self.people["member"] = self.people["her"]
        self.people["admin"] = self.people["root-here"]
        self._server()
        self.bad = {
            "none": None,
            "empty": "",
            "garbage": "gAAAAA" + secrets.token_urlsafe(100),
            "strange": "ä\x7f{}'\"<>;--",
            "expired": self._expired(),
            "revoked": self._revoked(),
        }

    def _person(self, name, project, role):
        root = self.people["root"]
        user = {"name": f"the-{name}", "password": "password", "domain_id": "default"}
        made = root.ask("identity", "POST", "/v3/users", {"user": user}).json["user"]["id"]
        found = root.ask("identity", "GET", f"/v3/roles?name={role}").json["roles"][0]["id"]
        path = f"/v3/projects/{project}/users/{made}/roles/{found}"
        assert root.ask("identity", "PUT", path).status == 204
        self.people[name] = isolation.Asker(Api(None, None, ""), f"the-{name}", "demo")

    def _server(self):
        her = self.people["her"].api
        image = her.get("/image/v2/images?name=cirros-0.6.3-x86_64-disk").json["images"][0]["id"]
        body = {"name": "hers", "flavorRef": "1", "imageRef": image, "networks": "none"}
        version = {"OpenStack-API-Version": "compute 2.37"}
        answer = her.ask("POST", "/v2.1/servers", {"server": body}, headers=version)
        assert answer.status == 202, answer
        settle()
        server = answer.json["server"]["id"]
        assert her.post("/v2.1/os-keypairs", {"keypair": {"name": "hers"}}).status == 200
        group = {"server_group": {"name": "hers", "policies": ["affinity"]}}
        made = her.post("/v2.1/os-server-groups", group).json["server_group"]["id"]
        settle()
        self.compute = {
            "server_id": server,
            "servers": server,
            "flavors": "1",
            "flavor_id": "1",
            "os-keypairs": "hers",
            "os-server-groups": made,
            "images": image,
            "image_id": image,
            "os-simple-tenant-usage": self.known["PROJECT"],
            "os-quota-sets": self.known["PROJECT"],
            "metadata": "k",
            "tags": "t",
        }

    def _expired(self):
        from django.utils import timezone

        from cloud.identity import tokens
        from cloud.identity.models import Token

        text = isolation.Asker(Api(None, None, ""), "admin", "admin").api.who
        past = timezone.now() - timedelta(minutes=1)
        Token.objects.filter(pk=tokens.digest(text)).update(expires_at=past)
        return text

    def _revoked(self):
        asker = isolation.Asker(Api(None, None, ""), "admin", "admin")
        headers = {"X-Subject-Token": asker.api.who}
        path = "/identity/v3/auth/tokens"
        assert asker.api.ask("DELETE", path, headers=headers).status == 204
        return asker.api.who


@pytest.fixture(scope="module")
def besieged(django_db_setup, django_db_blocker):
    from compute.seed import seed

    with django_db_blocker.unblock(), world.undone():
        seed()
        yield Besieged()
