"""Users let consumers act: by the real clients, and answer by answer as a real Keystone does."""

import pytest
from keystoneauth1 import session
from keystoneauth1.extras.oauth1 import v3 as oauth1
from keystoneauth1.identity.v3 import Password
from keystoneclient.v3 import client

from tests.compat.keystone import ADMIN_PASSWORD, RealKeystone, is_installed
from tests.compat.live import Openstack
from tests.compat.oauth import Place, asking, using

CHAPTERS = (*asking.CHAPTERS, *using.CHAPTERS)
# Where Keystone breaks: ours are JSON, and have no 500 but for what is no Authorization of OAuth.
BREAKS = {
    "with Authorization ''": 500,
    "with Authorization 'Basic YTpi'": 500,
    "with Authorization 'OAuth'": 500,
    "with Authorization 'OAuth nonsense'": 500,
    "with Authorization 'Bearer x'": 500,
    "with a Basic one": 500,
    "with an empty one": 500,
    "with OAuth and nothing": 500,
    "signed by RSA": 401,
    "by an unknown consumer": 401,
    "with GET": 405,
    "with HEAD": 405,
}
# Its 405 has no envelope.
NOT_ALLOWED = {"with PUT", "with POST", "with PATCH"}
# Gives a disabled user a token that is good for nothing.
DEAD = {"who comes while the user is disabled"}


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    keystone = RealKeystone(tmp_path_factory.mktemp("keystone"))
    yield Place(keystone.start().url + "/v3", ADMIN_PASSWORD)
    keystone.stop()


@pytest.fixture(scope="module")
def ours(live):
    return Place(f"{live.base}/identity/v3", "password")


@pytest.mark.auth
@pytest.mark.skipif(not is_installed(), reason="tests/compat/keystone/setup.sh was not run")
def test_every_answer_is_keystones(real, ours):
    # One after another: the last chapter deletes those whom the others are about.
    differences = []
    for chapter in CHAPTERS:
        ours_told = [(step, ours.told(answer)) for step, answer in chapter(ours)]
        real_told = [(step, real.told(answer)) for step, answer in chapter(real)]
        assert [step for step, _ in ours_told] == [step for step, _ in real_told]
        for (step, said), (_, wanted) in zip(ours_told, real_told, strict=True):
            if said != wanted:
                known = (
                    (step in BREAKS and said[0] == BREAKS[step] and wanted[0] in (400, 500))
                    or (step in NOT_ALLOWED and said[0] == wanted[0] == 405)
                    or (step in DEAD and said[0] == 401)
                )
                if not known:
                    differences.append((chapter.__name__, step, said, wanted))
    assert not differences


def test_a_consumer_acts_by_the_command_line(shell, live, admin):
    consumer = admin.show("consumer", "create", "--description", "a robot")
    pair = ("--consumer-key", consumer["id"], "--consumer-secret", consumer["secret"])
    request = admin.show("request", "token", "create", *pair, "--project", "admin")
    key = ("--request-key", request["key"])
    agreed = admin.show("request", "token", "authorize", *key, "--role", "member")
    access = admin.show(
        *("access", "token", "create", *pair, *key, "--request-secret", request["secret"]),
        *("--verifier", agreed["oauth_verifier"]),
    )
    robot = Openstack(shell, live)
    robot.environment = {
        "OS_AUTH_TYPE": "v3oauth1",
        # The plug-in signs what it is told, and finds no version by itself.
        "OS_AUTH_URL": f"{live.base}/identity/v3",
        "OS_IDENTITY_API_VERSION": "3",
        "OS_CONSUMER_KEY": consumer["id"],
        "OS_CONSUMER_SECRET": consumer["secret"],
        "OS_ACCESS_KEY": access["key"],
        "OS_ACCESS_SECRET": access["secret"],
    }
    own, roots = robot.show("token", "issue"), admin.show("token", "issue")
    assert own["project_id"] == roots["project_id"]
    assert "public" in {row["Name"] for row in robot.show("network", "list")}
    assert "identity:list_consumers" in robot.refused("consumer", "list")
    admin.say("consumer", "delete", consumer["id"])
    assert "Access token not found" in robot.refused("token", "issue")


def test_a_consumer_acts_by_the_library(live):
    domain = {"user_domain_id": "default", "project_domain_id": "default"}
    url = f"{live.base}/identity/v3"
    root = Password(url, username="admin", password="password", project_name="admin", **domain)
    keystone = client.Client(session=session.Session(root))
    consumer = keystone.oauth1.consumers.create(description="a robot")
    project = root.get_project_id(session.Session(root))
    request = keystone.oauth1.request_tokens.create(consumer.id, consumer.secret, project)
    (member,) = keystone.roles.list(name="member")
    verifier = keystone.oauth1.request_tokens.authorize(request.key, [member]).oauth_verifier
    access = keystone.oauth1.access_tokens.create(
        consumer.id, consumer.secret, request.key, request.secret, verifier
    )
    robot = oauth1.OAuth1(url, consumer.id, consumer.secret, access.key, access.secret)
    found = robot.get_access(session.Session(robot))
    assert found.oauth_access_token_id == access.key
    assert found.oauth_consumer_id == consumer.id
    assert found.project_id == project
    assert set(found.role_names) == {"member", "reader"}
