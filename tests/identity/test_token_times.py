"""A token at the edges of its time: issued by another clock, at its last moment, in mid-request."""

from datetime import timedelta

import pytest

from cloud.identity import timestamps, tokens
from cloud.identity.models import Token
from compute.models import Server
from tests.api.servers import settle
from tests.client import Api
from tests.identity.conftest import Keystone

MOMENT = timedelta(microseconds=1)
WINDOW = timedelta(hours=48)
LISTS = (
    *("/v2.1/servers", "/image/v2/images", "/network/v2.0/networks", "/volume/v3/volumes"),
    "/placement/resource_providers",
)


@pytest.fixture
def clock(monkeypatch):
    """Identity's clock, stopped: `clock.at(moment)` puts it right."""

    class Clock:
        moment = timestamps.now()

        def at(self, moment):
            self.moment = moment

    clock = Clock()
    monkeypatch.setattr(timestamps, "now", lambda: clock.moment)
    return clock


@pytest.fixture
def row(clock, demo):
    """The row of demo's token, issued as the clock stands."""
    return Token.objects.get(pk=tokens.digest(demo.token))


@pytest.fixture
def service(keystone, clock):
    """A token of nova's that outlives everything here."""
    token = keystone.login("nova", "service").token
    far = clock.moment + timedelta(days=30)
    Token.objects.filter(pk=tokens.digest(token)).update(expires_at=far)
    return token


def asked(path, token, service=None):
    headers = {"X-Service-Token": service} if service else {}
    return Api(token, None, "").ask("GET", path, headers=headers).status


@pytest.mark.parametrize("path", LISTS)
def test_a_token_is_good_up_to_its_last_moment(keystone, clock, path):
    token = keystone.login("admin", "admin").token
    end = Token.objects.get(pk=tokens.digest(token)).expires_at
    for moment, status in ((end - MOMENT, 200), (end, 401), (end + MOMENT, 401)):
        clock.at(moment)
        assert asked(path, token) == status, moment


def test_identity_counts_to_the_same_moment(demo, admin, clock, row):
    Token.objects.exclude(pk=row.pk).update(expires_at=row.expires_at + timedelta(days=30))
    for moment, status in ((row.expires_at - MOMENT, 200), (row.expires_at, 404)):
        clock.at(moment)
        assert admin.subject(demo.token).status == status, moment
    assert demo.get("/auth/projects").status == 401


def test_a_token_of_a_clock_that_is_ahead_is_good(demo, clock, row):
    """Keystone: only the end of a token is looked at; one of a faster machine is good at once."""
    clock.at(row.issued_at - timedelta(minutes=5))
    assert asked("/v2.1/servers", demo.token) == 200


@pytest.mark.parametrize("path", LISTS[:4])
def test_a_service_goes_on_for_two_days_with_what_was_begun(demo, clock, row, service, path):
    end = row.expires_at
    for moment, status in ((end, 200), (end + WINDOW - MOMENT, 200), (end + WINDOW, 401)):
        clock.at(moment)
        assert asked(path, demo.token) == 401, moment
        assert asked(path, demo.token, service) == status, moment


def test_who_is_no_service_does_not_go_on(keystone, demo, clock, row, settings):
    clock.at(row.expires_at)
    other = keystone.login("alt_demo", "alt_demo").token
    assert asked("/v2.1/servers", demo.token, other) == 401
    settings.SERVICE_TOKEN_ROLES_REQUIRED = False
    assert asked("/v2.1/servers", demo.token, other) == 401


def test_a_service_token_that_has_ended_helps_nobody(keystone, demo, clock, row):
    old = keystone.login("nova", "service").token
    clock.at(Token.objects.get(pk=tokens.digest(old)).expires_at)
    assert asked("/v2.1/servers", demo.token, old) == 401


def test_a_revoked_token_is_not_merely_an_old_one(demo, clock, row, service):
    assert Keystone(demo.token).delete("/auth/tokens", X_Subject_Token=demo.token).status == 204
    clock.at(row.expires_at)
    assert asked("/v2.1/servers", demo.token, service) == 401


@pytest.mark.usefixtures("cloud_of_servers")
def test_what_was_accepted_before_the_end_goes_on_after_it(demo, clock, row):
    """A boot and a snapshot reach Image, Network and Placement long after their request."""
    api = Api(demo.token, "2.37")
    image = Api(demo.token, None, "").get("/image/v2/images").json["images"][0]["id"]
    body = {"name": "slow", "imageRef": image, "flavorRef": "1", "networks": "auto"}
    answer = api.post("/servers", {"server": body})
    assert answer.status == 202, answer
    clock.at(row.expires_at + timedelta(minutes=1))
    assert api.get("/servers").status == 401
    settle()
    server = Server.objects.get(uuid=answer.json["server"]["id"])
    assert (server.vm_state, server.task_state) == ("active", None)
    clock.at(row.expires_at - MOMENT)
    path = f"/servers/{server.uuid}/action"
    assert api.post(path, {"createImage": {"name": "kept"}}).status == 202
    clock.at(row.expires_at + WINDOW + timedelta(days=1))
    settle()
    clock.at(row.issued_at)
    images = Api(demo.token, None, "").get("/image/v2/images?name=kept").json["images"]
    assert [each["status"] for each in images] == ["active"]


@pytest.fixture
def cloud_of_servers(db):
    from compute.seed import seed

    seed()
