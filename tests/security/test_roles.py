"""Whom the real services would refuse is refused by the neighbours, and changes nothing.

real_rules.json says who that is: it is made of the real services' rules (real_rules.py).  Compute
has such a matrix of its own (tests/contract/test_roles.py).
"""

import json
import re
from pathlib import Path

import pytest

from tests.contract import world
from tests.security import state
from tests.security.operations import operations, path
from tests.security.rubbish import Maker, body_of, headers_of

pytestmark = pytest.mark.django_db
RULES = json.loads(Path(__file__).with_name("real_rules.json").read_text())
PEOPLE = ("stranger", "reader", "member", "manager", "admin", "service")


def key_of(asked):
    """What the real services call an operation, without versions and names of places."""
    route = re.sub(r"^/(v3|v2\.0|v2)(?=/|$)", "", asked.route)
    route = re.sub(r"\{[^}]*\}", "{}", route).rstrip("/?")
    if asked.service == "volume":
        route = re.sub(r"^/\{\}", "", route)
    method = "GET" if asked.method == "HEAD" else asked.method
    return f"{method} {route}{f' {asked.action}' if asked.action else ''}"


def rules_of(asked):
    return RULES.get(asked.service, {}).get(key_of(asked), {})


OPERATIONS = [each for each in operations() if each.service != "compute"]
KNOWN = [each for each in OPERATIONS if rules_of(each)]


# Where the rule is not all that there is to it.
BESIDE = {
    # Neutron: everybody may see the limits of the own project.
    "network GET /v2.0/quotas/{project_id}": {"reader", "member", "service"},
    # Neutron: the rule lets everybody in, and the code behind it nobody but administrators.
    "network GET /v2.0/qos/rule-types/{type}": set(PEOPLE) - {"admin"},
    # Neutron: what is shared is everybody's to see, and there are such pools.
    "network GET /v2.0/subnetpools": {"service"},
    # Cinder: the rule is about what is used, which is left out for others.
    "volume GET /v3/limits": {"service"},
    "volume GET /v3/{project_id}/limits": {"service"},
    # Keystone: without X-Subject-Token there is no token that would be one's own.
    "identity GET /v3/auth/tokens": set(PEOPLE),
    "identity HEAD /v3/auth/tokens": set(PEOPLE),
    # Keystone: nobody is told of revoked tokens any more.
    "identity GET /v3/auth/tokens/OS-PKI/revoked": set(PEOPLE),
    "identity HEAD /v3/auth/tokens/OS-PKI/revoked": set(PEOPLE),
    # Placement: readers see the usage of their project, which the request has to name.
    "placement GET /usages": {"stranger", "reader", "member", "manager"},
}


def is_empty(answer):
    """Neutron refuses no list: what somebody may not see is left out."""
    if answer.status != 200 or not isinstance(answer.json, dict):
        return False
    return all(value == [] for key, value in answer.json.items() if not key.endswith("_links"))


def is_about_another_project(answer):
    """Neutron says so before it asks any rule: who is no administrator acts for their own."""
    return answer.status == 400 and "other than the authenticated project" in answer.text


def test_most_operations_have_a_real_rule():
    """The others are versions' documents and what has no rule of its own."""
    assert len(KNOWN) > 700, sorted(str(each) for each in OPERATIONS if not rules_of(each))


@pytest.mark.parametrize("asked", KNOWN, ids=str)
def test_people_are_let_in_as_the_real_services_do(asked, besieged):
    people = [set(names.split()) for names in rules_of(asked).values()]
    beside = BESIDE.get(str(asked), set())
    let_in = set.intersection(*people) - beside
    refused = set(PEOPLE) - set.union(*people) - beside
    for seed in range(2):
        body = body_of(asked, Maker(seed, besieged.known.values()), besieged.known)
        headers = headers_of(asked)
        answers = {}
        for who in ("admin", *sorted(refused)):
            url = path(asked, besieged, who)
            written = state.writes()
            with world.undone():
                answer = besieged.people[who].api.ask(asked.method, url, body, headers=headers)
                answers[who] = answer.status
                if who in refused:
                    changed = state.has_changed(written, besieged.untouched)
                    assert not changed, f"{who} changed something: {url} {answer}"
            if who in refused:
                # A request that makes no sense is refused before anybody asks who makes it.
                senseless = answer.status == answers["admin"] in (400, 405, 409, 413, 415, 501)
                is_no = answer.status in (403, 404) or senseless
                if asked.service == "network":
                    is_no = is_no or is_about_another_project(answer)
                if asked.service == "network" and asked.method in ("GET", "HEAD"):
                    is_no = is_no or is_empty(answer)
                assert is_no, f"{who} {url} {body}: {answer}"
    if asked.method in ("GET", "HEAD"):
        for who in sorted(let_in):
            url = path(asked, besieged, who)
            with world.undone():
                answer = besieged.people[who].api.ask(asked.method, url, headers=headers_of(asked))
            assert answer.status not in (401, 403), f"{who} {url}: {answer}"
