"""No operation of any service is open without a good token, or changes anything when it refuses."""

import re

import pytest

from tests.client import Api
from tests.contract import world
from tests.security import state
from tests.security.failures import Failures, keeps
from tests.security.operations import operations, path
from tests.security.rubbish import Maker, body_of, headers_of

# A console of type spice-direct looks for a free port.
pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
OPERATIONS = list(operations())


@pytest.fixture(scope="module")
def failures():
    with Failures() as failures:
        yield failures


# What anybody may ask without a token: which versions there are, and for a token.
OPEN = {
    "GET /identity",
    "GET /identity/",
    "GET /identity/v3",
    "GET /identity/v3/",
}
# Glance, Cinder: likewise, whatever the method (tests/oracle/neighbours), and whatever is nowhere.
ANY_METHOD = {"/image", "/image/", "/volume", "/volume/", "/volume/.*"}
# Identity judges tokens itself, and looks at some requests before.
IDENTITY_MAY_SAY = {400, 401, 404}
# Keystone: what nobody may have it refuses before it asks who asks.
NOBODYS = "/v3/auth/tokens/OS-PKI/revoked"


def is_open(asked, url):
    method = "GET" if asked.method == "HEAD" else asked.method
    if f"{method} {url}" in OPEN:
        return True
    # The services' own documents of versions stand outside of their pipelines.
    if url in ANY_METHOD:
        return True
    document = {"/image/versions", "/image/versions/", "/network", "/network/", "/network/?"}
    document |= {"/placement", "/placement/", "/v2.1/"}
    return asked.method in ("GET", "HEAD") and url in document


BAD = ("none", "empty", "garbage", "strange", "expired", "revoked")
PEOPLE = ("stranger", "reader", "member", "manager", "admin", "service")
# Who has no business changing anything of hers.
IDLE = {"stranger", "reader", "service"}


@pytest.mark.parametrize("asked", OPERATIONS, ids=str)
def test_without_a_good_token_nobody_gets_in(asked, besieged):
    url = path(asked, besieged)
    for kind in BAD:
        stranger = Api(besieged.bad[kind], None, "")
        before = state.writes()
        with world.undone():
            answer = stranger.ask(asked.method, url, body_of(asked), headers=headers_of(asked))
        if is_open(asked, url):
            assert answer.status < 500, f"{kind}: {answer}"
        elif asked.service == "identity" and asked.route == NOBODYS:
            assert answer.status == 403, f"{kind}: {answer}"
        elif asked.service == "identity":
            assert answer.status in IDENTITY_MAY_SAY, f"{kind}: {answer}"
        else:
            assert answer.status == 401, f"{kind}: {answer}"
        assert state.writes() == before, kind


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


# Neutron: a look makes what a project has by default.
MADE_BY_A_LOOK = {
    "network GET /v2.0/security-groups",
    "network GET /v2.0/auto-allocated-topology/{project_id}",
}


def may_change(who, asked):
    """Whether it is no wonder that somebody changed something."""
    if OWN.match(str(asked)) or str(asked) in MADE_BY_A_LOOK:
        return True
    if who == "service":
        return SERVICES_OWN.match(str(asked)) is not None
    # A stranger is a member elsewhere, and makes things there.
    is_new = "{" not in asked.route.replace("{project_id}", "")
    return who == "stranger" and asked.method == "POST" and is_new


@pytest.mark.parametrize("asked", OPERATIONS, ids=str)
def test_who_is_refused_changes_nothing_and_who_is_idle_does_neither(asked, besieged, failures):
    for who in PEOPLE:
        url = path(asked, besieged, who)
        api = besieged.people[who].api
        for seed in range(1 if asked.method in ("GET", "HEAD") else 3):
            body = body_of(asked, Maker(seed, besieged.known.values()), besieged.known)
            what = f"{who} {url} {body}"
            failures.seen.clear()
            before = state.writes()
            with world.undone():
                answer = api.ask(asked.method, url, body, headers=headers_of(asked))
                changed = state.has_changed(before, besieged.untouched)
            assert not failures.has_caused(answer), f"{what}: {answer}"
            # Identity says so of tokens that are asked about, too.
            assert answer.status != 401 or asked.service == "identity", f"{what}: {answer}"
            if not changed or keeps(asked):
                continue
            assert answer.status < 400, f"refused, and yet it changed: {what}: {answer}"
            assert who not in IDLE or may_change(who, asked), f"{what}: {answer}"
