"""A world with something in every service, and those who knock."""

import secrets
from datetime import timedelta

import pytest

from tests.client import Api
from tests.contract import isolation, world
from tests.security import figures, servers, state


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
        self.compute = servers.make(self)
        self.bad = {
            "none": None,
            "empty": "",
            "garbage": "gAAAAA" + secrets.token_urlsafe(100),
            "strange": "ä\x7f{}'\"<>;--",
            "expired": self._expired(),
            "revoked": self._revoked(),
        }
        figures.names |= {token: kind for kind, token in self.bad.items() if token}
        figures.names |= {asker.api.who: name for name, asker in self.people.items()}
        # What there is before each request, since each is undone.
        self.untouched = state.digest()

    def _person(self, name, project, role):
        root = self.people["root"]
        user = {"name": f"the-{name}", "password": "password", "domain_id": "default"}
        made = root.ask("identity", "POST", "/v3/users", {"user": user}).json["user"]["id"]
        found = root.ask("identity", "GET", f"/v3/roles?name={role}").json["roles"][0]["id"]
        path = f"/v3/projects/{project}/users/{made}/roles/{found}"
        assert root.ask("identity", "PUT", path).status == 204
        self.people[name] = isolation.Asker(Api(None, None, ""), f"the-{name}", "demo")

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
