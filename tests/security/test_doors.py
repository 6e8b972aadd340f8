"""No operation of any service is open to those without a good token, or changed by readers."""

import re

import pytest

from tests.client import Api
from tests.contract import world
from tests.security import state
from tests.security.operations import operations, path
from tests.security.rubbish import Maker, body_of, headers_of

pytestmark = pytest.mark.django_db
OPERATIONS = list(operations())

# What anybody may ask without a token: which versions there are, and for a token.
OPEN = {
    "GET /identity",
    "GET /identity/",
    "GET /identity/v3",
    "GET /identity/v3/",
}
# Identity judges tokens itself, and looks at some requests before.
IDENTITY_MAY_SAY = {400, 401, 404}


def is_open(asked, url):
    method = "GET" if asked.method == "HEAD" else asked.method
    if f"{method} {url}" in OPEN:
        return True
    # The services' own documents of versions stand outside of their pipelines.
    document = {"/image", "/image/", "/image/versions", "/network", "/network/", "/volume"}
    document |= {"/volume/", "/placement", "/placement/", "/v2.1/"}
    document |= {"/image/versions/", "/network/?"}
    return asked.method in ("GET", "HEAD") and url in document


@pytest.mark.parametrize("kind", ["none", "empty", "garbage", "strange", "expired", "revoked"])
@pytest.mark.parametrize("asked", OPERATIONS, ids=str)
def test_without_a_good_token_nobody_gets_in(asked, kind, besieged):
    url = path(asked, besieged)
    if is_open(asked, url):
        return
    stranger = Api(besieged.bad[kind], None, "")
    before = state.writes()
    with world.undone():
        answer = stranger.ask(asked.method, url, body_of(asked), headers=headers_of(asked))
    if asked.service == "identity":
        assert answer.status in IDENTITY_MAY_SAY, answer
    else:
        assert answer.status == 401, answer
    assert state.writes() == before


# Everybody has these of their own.
OWN = re.compile(
    r"compute \w+ /os-keypairs|identity \w+ /v3/(auth/tokens|users/\{user_id\}/)"
    r"|identity \w+ /v3/(OS-TRUST/trusts|credentials)"
)
# Nova and Neutron: what services do for one another; Placement: services are who it is for.
SERVICES_OWN = re.compile(
    r"placement |network (DELETE|PUT|POST) /v2.0/ports|compute POST /os-(server-external-events"
    r"|assisted-volume-snapshots)|volume \w+ .*attachments"
)


def may_change(who, asked):
    """Whether it is no wonder that somebody changed something."""
    if OWN.match(str(asked)):
        return True
    if who == "service":
        return SERVICES_OWN.match(str(asked)) is not None
    # A stranger is a member elsewhere, and makes things there.
    is_new = "{" not in asked.route.replace("{project_id}", "")
    return who == "stranger" and asked.method == "POST" and is_new


@pytest.mark.parametrize("who", ["reader", "service", "stranger"])
@pytest.mark.parametrize("asked", [each for each in OPERATIONS if each.method != "GET"], ids=str)
def test_who_may_change_nothing_changes_nothing(asked, who, besieged):
    url = path(asked, besieged)
    api = besieged.people[who].api
    before = state.digest()
    for seed in range(3):
        body = body_of(asked, Maker(seed, besieged.known.values()), besieged.known)
        with world.undone():
            answer = api.ask(asked.method, url, body, headers=headers_of(asked))
            changed = state.digest() != before
        assert answer.status != 500, answer
        if changed and not (answer.status < 400 and may_change(who, asked)):
            assert answer.status >= 400, f"{url} {body}: {answer}"
            raise AssertionError(f"refused, and yet it changed something: {url} {body}: {answer}")
