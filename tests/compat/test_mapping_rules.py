"""Mapping rules make of an assertion what Keystone's own code makes of it."""

import json
import random
import subprocess
from copy import deepcopy
from pathlib import Path

import pytest

from cloud.identity import mapping_rules
from cloud.identity.errors import BadRequest, Unauthorized, Unexpected
from tests.compat.keystone import ENVIRONMENT, is_installed

pytestmark = [
    pytest.mark.auth,
    pytest.mark.skipif(not is_installed(), reason="tests/compat/keystone/setup.sh was not run"),
]
HERE = Path(__file__).parent / "keystone"

SAID = {
    "SUB": "max",
    "MAIL": "max@example.org",
    "GROUPS": "staff;devs;devs",
    "NUMBERS": "1;22;333",
    "EMPTY": "",
    "PROJECTS": json.dumps([{"name": "p", "roles": [{"name": "member"}]}]),
    "BROKEN": "[{",
}
DOMAIN = {"name": "Default"}
ROLES = [{"name": "member"}, {"name": "reader"}]
LOCALS = [
    {"user": {"name": "{0}"}},
    {"user": {"id": "{0}", "email": "{1}", "type": "ephemeral"}},
    {"user": {"name": "x-{0}-y", "domain": {"id": "d"}, "type": "local"}},
    {"user": {"name": "fixed"}, "group": {"id": "g1"}},
    {"group": {"name": "{0}", "domain": DOMAIN}},
    {"group": {"id": "{1}"}},
    {"groups": "{0}", "domain": DOMAIN},
    {"groups": "{1}", "domain": {"id": "d"}},
    {"groups": "['one', 'two']", "domain": DOMAIN},
    {"groups": "{0}"},
    {"group_ids": "{0}"},
    {"group_ids": "['a', 'b']"},
    {"projects": [{"name": "{0}", "roles": ROLES}]},
    {"projects": [{"name": "p", "roles": []}], "domain": {"id": "d"}},
    {"domain": {"id": "d"}},
    {},
]
# Keystone keeps in no order what a blacklist leaves, so that it leaves one thing here.
REMOTES = [
    {"type": "SUB"},
    {"type": "MAIL"},
    {"type": "GROUPS"},
    {"type": "MISSING"},
    {"type": "EMPTY"},
    {"type": "GROUPS", "any_one_of": ["staff"]},
    {"type": "GROUPS", "any_one_of": ["nobody"]},
    {"type": "GROUPS", "any_one_of": ["^st"], "regex": True},
    {"type": "GROUPS", "not_any_of": ["guests"]},
    {"type": "GROUPS", "not_any_of": ["staff"]},
    {"type": "MAIL", "not_any_of": [".*@example.com$"], "regex": True},
    {"type": "GROUPS", "whitelist": ["staff", "other"]},
    {"type": "GROUPS", "whitelist": ["other"]},
    {"type": "NUMBERS", "whitelist": ["2+"], "regex": True},
    {"type": "GROUPS", "blacklist": ["staff"]},
    {"type": "GROUPS", "blacklist": ["staff", "devs"]},
    {"type": "NUMBERS", "blacklist": ["^[12]"], "regex": True},
]


def cases():
    chance = random.Random(6)
    for version in mapping_rules.VERSIONS:
        for remote in REMOTES:
            for local in LOCALS:
                yield [{"local": [local], "remote": [remote]}], version, SAID
        for _ in range(400):
            rules = [
                {
                    "local": chance.sample(LOCALS, chance.randint(1, 3)),
                    "remote": chance.sample(REMOTES, chance.randint(1, 3)),
                }
                for _ in range(chance.randint(1, 3))
            ]
            yield rules, version, SAID
    for name in ("PROJECTS", "BROKEN", "SUB"):
        rules = [{"local": [{"projects_json": "{0}"}], "remote": [{"type": name}]}]
        yield rules, "3.0", SAID


def ours(rules, version, said):
    try:
        mapping_rules.check({"rules": rules, "schema_version": version})
        found = mapping_rules.apply("m", deepcopy(rules), version, said)
    except (BadRequest, Unauthorized):
        return "nobody"
    except Unexpected:
        return "broken"
    return {
        "user": found.user,
        "group_ids": sorted(found.group_ids),
        "group_names": found.group_names,
        "projects": found.projects,
    }


def same(mine, theirs):
    """Whether both are the same, but for the order of what Keystone keeps in sets."""

    def plain(found):
        if isinstance(found, str):
            return found
        names = sorted({json.dumps(each, sort_keys=True) for each in found["group_names"]})
        projects = [_told(project) for project in found["projects"]]
        return {**found, "group_names": names, "user": _told(found["user"]), "projects": projects}

    return plain(mine) == plain(theirs)


def _told(thing):
    # Keystone: a domain of which nothing was said is None, which it fails on later.
    return {key: value for key, value in thing.items() if value is not None}


def test_rules_make_what_keystone_makes_of_them():
    asked = [list(case) for case in cases()]
    done = subprocess.run(
        [ENVIRONMENT / "bin" / "python", HERE / "evaluate.py"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    wrong = [
        f"{rules} {version}\n  Keystone: {theirs}\n  here:     {ours(rules, version, said)}"
        for (rules, version, said), theirs in zip(asked, told, strict=True)
        if not same(ours(rules, version, said), theirs)
    ]
    assert len(told) > 2000
    assert told.count("nobody") > 100
    assert told.count("broken") > 100
    assert not wrong, f"{len(wrong)} of {len(told)}\n" + "\n".join(wrong[:20])
