"""Identity providers, protocols and mappings: the embedded Identity answers as a real Keystone."""

import json
import re
import urllib.error

import pytest

from tests.compat.keystone import RealKeystone, is_installed
from tests.compat.live import LiveCloud

pytestmark = [
    pytest.mark.auth,
    pytest.mark.skipif(not is_installed(), reason="tests/compat/keystone/setup.sh was not run"),
]

PROVIDERS = "/OS-FEDERATION/identity_providers"
MAPPINGS = "/OS-FEDERATION/mappings"
RULE = {"local": [{"user": {"name": "{0}"}}], "remote": [{"type": "HTTP_OIDC_SUB"}]}
RULES = {"rules": [RULE]}
PROJECTS = [{"name": "p", "roles": [{"name": "member"}], "domain": {"id": "default"}}]


def provider(**values):
    return {"identity_provider": values}


def mapping(*rules, **more):
    return {"mapping": {"rules": list(rules), **more}}


def rule(local, *remote):
    return {"local": [local], "remote": list(remote) or [{"type": "A"}]}


# One after another, because later ones need what earlier ones made.
STEPS = [
    ("GET", PROVIDERS, None),
    ("GET", f"{PROVIDERS}/none", None),
    ("PUT", f"{PROVIDERS}/acme", provider(enabled=True, remote_ids=["one", "two"])),
    ("PUT", f"{PROVIDERS}/acme", provider(enabled=True)),
    ("PUT", f"{PROVIDERS}/other", provider(remote_ids=["two"])),
    ("PUT", f"{PROVIDERS}/bare", {}),
    ("PUT", f"{PROVIDERS}/text", provider(enabled="maybe")),
    ("PUT", f"{PROVIDERS}/more", provider(colour="red")),
    ("PUT", f"{PROVIDERS}/twice", provider(remote_ids=["a", "a"])),
    ("PUT", f"{PROVIDERS}/long", provider(remote_ids=["a" * 65])),
    ("PUT", f"{PROVIDERS}/ttl", provider(authorization_ttl=-1)),
    ("PUT", f"{PROVIDERS}/nowhere", provider(domain_id="f" * 32)),
    ("PUT", f"{PROVIDERS}/here", provider(domain_id="default", description="ours")),
    ("GET", f"{PROVIDERS}/acme", None),
    ("HEAD", f"{PROVIDERS}/acme", None),
    ("GET", f"{PROVIDERS}?enabled=true", None),
    ("GET", f"{PROVIDERS}?id=here", None),
    ("PATCH", f"{PROVIDERS}/acme", provider(description="changed", remote_ids=["three"])),
    ("PATCH", f"{PROVIDERS}/acme", provider(remote_ids=["three", "four"])),
    ("PATCH", f"{PROVIDERS}/acme", provider()),
    ("PATCH", f"{PROVIDERS}/acme", {}),
    ("PATCH", f"{PROVIDERS}/acme", provider(domain_id="default")),
    ("PATCH", f"{PROVIDERS}/none", provider(enabled=True)),
    ("GET", MAPPINGS, None),
    ("GET", f"{MAPPINGS}/none", None),
    ("PUT", f"{MAPPINGS}/m", {"mapping": RULES}),
    ("PUT", f"{MAPPINGS}/m", {"mapping": RULES}),
    ("PUT", f"{MAPPINGS}/empty", {}),
    ("PUT", f"{MAPPINGS}/empty", mapping()),
    ("PUT", f"{MAPPINGS}/odd", mapping({"local": []})),
    ("PUT", f"{MAPPINGS}/odd", mapping({"local": [], "remote": []})),
    ("PUT", f"{MAPPINGS}/odd", mapping(rule({"user": {"name": 5}}))),
    ("PUT", f"{MAPPINGS}/odd", mapping(rule({"user": {"type": "strange"}}))),
    ("PUT", f"{MAPPINGS}/odd", mapping(rule({"group": {"name": "g"}}))),
    ("PUT", f"{MAPPINGS}/odd", mapping(rule({}, {"type": "A", "regex": True}))),
    ("PUT", f"{MAPPINGS}/odd", mapping(rule({}, {"type": "A", "any_one_of": "x"}))),
    ("PUT", f"{MAPPINGS}/odd", mapping(rule({"colour": "red"}))),
    ("PUT", f"{MAPPINGS}/old", mapping(rule({"projects": PROJECTS}))),
    ("PUT", f"{MAPPINGS}/two", mapping(rule({"projects": PROJECTS}), schema_version="2.0")),
    ("PUT", f"{MAPPINGS}/two-json", mapping(rule({"projects_json": "{0}"}), schema_version="2.0")),
    ("PUT", f"{MAPPINGS}/three", mapping(rule({"projects_json": "{0}"}), schema_version="3.0")),
    ("GET", f"{MAPPINGS}/two", None),
    ("GET", MAPPINGS, None),
    ("PATCH", f"{MAPPINGS}/m", mapping(RULE, RULE)),
    ("PATCH", f"{MAPPINGS}/m", {"mapping": {}}),
    ("PATCH", f"{MAPPINGS}/none", mapping(RULE)),
    ("GET", f"{PROVIDERS}/acme/protocols", None),
    ("GET", f"{PROVIDERS}/none/protocols", None),
    ("GET", f"{PROVIDERS}/acme/protocols/none", None),
    ("PUT", f"{PROVIDERS}/acme/protocols/openid", {"protocol": {"mapping_id": "none"}}),
    ("PUT", f"{PROVIDERS}/none/protocols/openid", {"protocol": {"mapping_id": "m"}}),
    ("PUT", f"{PROVIDERS}/acme/protocols/openid", {"protocol": {}}),
    ("PUT", f"{PROVIDERS}/acme/protocols/openid", {}),
    ("PUT", f"{PROVIDERS}/acme/protocols/openid", {"protocol": {"mapping_id": "m", "x": 1}}),
    ("PUT", f"{PROVIDERS}/acme/protocols/openid", {"protocol": {"mapping_id": "m"}}),
    ("PUT", f"{PROVIDERS}/acme/protocols/openid", {"protocol": {"mapping_id": "m"}}),
    ("GET", f"{PROVIDERS}/acme/protocols/openid", None),
    ("GET", f"{PROVIDERS}/acme/protocols", None),
    (
        "PATCH",
        f"{PROVIDERS}/acme/protocols/openid",
        {"protocol": {"mapping_id": "two", "remote_id_attribute": "X"}},
    ),
    ("PATCH", f"{PROVIDERS}/acme/protocols/openid", {"protocol": {"mapping_id": "none"}}),
    ("PATCH", f"{PROVIDERS}/acme/protocols/openid", {"protocol": {}}),
    ("PATCH", f"{PROVIDERS}/acme/protocols/none", {"protocol": {"mapping_id": "m"}}),
    ("GET", f"{PROVIDERS}/acme/protocols", None),
    ("GET", f"{PROVIDERS}/none/protocols/saml2/auth", None),
    ("POST", f"{PROVIDERS}/bare/protocols/saml2/auth", None),
    ("GET", f"{PROVIDERS}/none/protocols/mapped/auth", None),
    ("POST", f"{PROVIDERS}/bare/protocols/mapped/auth", None),
    ("POST", f"{PROVIDERS}/acme/protocols/mapped/auth", None),
    ("PUT", f"{PROVIDERS}/acme/protocols/mapped", {"protocol": {"mapping_id": "m"}}),
    ("POST", f"{PROVIDERS}/acme/protocols/mapped/auth", None),
    ("DELETE", f"{MAPPINGS}/two", None),
    ("DELETE", f"{MAPPINGS}/two", None),
    ("DELETE", f"{PROVIDERS}/acme/protocols/none", None),
    ("DELETE", f"{PROVIDERS}/acme/protocols/openid", None),
    ("DELETE", f"{PROVIDERS}/acme", None),
    ("DELETE", f"{PROVIDERS}/acme", None),
    ("GET", PROVIDERS, None),
]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """How a real Keystone and the embedded Identity answer: `both(token of whom, …)`."""
    keystone = RealKeystone(tmp_path_factory.mktemp("keystone")).start()
    cloud = LiveCloud(tmp_path_factory.mktemp("cloud")).start()
    project = keystone.make("project", name="demo", domain_id="default")
    keystone.person("demo", "password", project, "member")
    tokens = {
        "admin": (keystone.token, cloud.token("admin", "admin")),
        "demo": (keystone.issue("demo", "password", "demo"), cloud.token()),
        None: ("", None),
    }

    def real(method, path, body, token):
        keystone_token, keystone.token = keystone.token, None
        headers = {"X-Auth-Token": token} if token else {}
        try:
            _, answer = keystone.ask(method, path, body, **headers)
            return keystone.status, answer
        except urllib.error.HTTPError as exc:
            raw = exc.read()
            return exc.code, json.loads(raw) if raw else None
        finally:
            keystone.token = keystone_token

    def ask(who, method, path, body):
        theirs = real(method, path, body, tokens[who][0])
        status, _, ours = cloud.ask(method, f"/identity/v3{path}", body, tokens[who][1])
        return _plain(theirs, f"{keystone.url}/v3"), _plain(
            (status, ours), f"{cloud.base}/identity/v3"
        )

    yield ask
    cloud.stop()
    keystone.stop()


def _plain(answer, base):
    """An answer without what differs from run to run."""
    status, body = answer
    text = json.dumps(body, sort_keys=True).replace(base, "BASE")
    text = re.sub(r"\b[0-9a-f]{32}\b", "ID", text)
    # SQLite does not tell Keystone what is there twice.
    text = re.sub(r"(Duplicate (?:entry|remote ID)): \w+", r"\1: ID", text)
    body = json.loads(text)
    for rows in body.values() if isinstance(body, dict) else ():
        if isinstance(rows, list):
            rows.sort(key=lambda row: row["id"])  # nothing says in which order they come
        elif isinstance(rows, dict):
            rows.pop("identity", None)  # which other methods there are is configured
    return status, body


def test_every_step_is_answered_as_keystone_does(both):
    differences = []
    for method, path, body in STEPS:
        theirs, ours = both("admin", method, path, body)
        if theirs != ours:
            differences.append(f"{method} {path} {body}\n  Keystone: {theirs}\n  here:     {ours}")
    assert not differences, "\n".join(differences)


@pytest.mark.parametrize("who", [None, "demo"])
def test_others_may_not(both, who):
    asked = {(method, path): body for method, path, body in STEPS if "/auth" not in path}
    for (method, path), body in asked.items():
        theirs, ours = both(who, method, path, body)
        assert ours == theirs, f"{method} {path}"
        assert ours[0] in (401, 403, 400), f"{method} {path}"
