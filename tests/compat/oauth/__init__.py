"""One story of OAuth 1.0a that is told to any Identity: its chapters yield what was asked and said.

Ids, times and addresses are called by names, so that the answers of two services can be compared.
"""

import json
import re
import urllib.error
import urllib.request
import uuid
from types import SimpleNamespace
from urllib.parse import parse_qs

from oauthlib import oauth1

_DOMAIN = {"id": "default"}
_ID = re.compile(r"\b[0-9a-f]{32}\b")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|(?=\"))")
_FERNET = re.compile(r"gAAAAA[\w-]+=*")
_FORM = "application/x-www-form-urlencoded"
NOBODY = "0" * 32


class Place:
    """An Identity, and what the story made in it."""

    def __init__(self, base, password):
        self.base, self.names = base, {}
        self.admin = self.login("admin", password, "admin")
        self.system = self.login("admin", password)
        suffix = uuid.uuid4().hex[:8]
        self.project = self.make("project", name=f"works-{suffix}", domain_id="default")
        self.elsewhere = self.make("project", name=f"elsewhere-{suffix}", domain_id="default")
        self.roles = {
            role["name"]: role["id"] for role in self.asked("GET", "/roles").json["roles"]
        }
        self.person = self.make(
            "user", name=f"olga-{suffix}", password="olgas", domain_id="default"
        )
        self.other = self.make("user", name=f"otto-{suffix}", password="ottos", domain_id="default")
        for role in ("admin", "member"):
            path = f"/projects/{self.project}/users/{self.person}/roles/{self.roles[role]}"
            self.asked("PUT", path)
        path = f"/projects/{self.project}/users/{self.other}/roles/{self.roles['member']}"
        self.asked("PUT", path)
        self.names |= {value: name.upper() for name, value in self.roles.items()}
        self.names |= {suffix: "SUFFIX", self.project: "PROJECT", self.elsewhere: "ELSEWHERE"}
        self.names |= {self.person: "OLGA", self.other: "OTTO"}
        self.olga = self.login(f"olga-{suffix}", "olgas", f"works-{suffix}")
        self.otto = self.login(f"otto-{suffix}", "ottos", f"works-{suffix}")

    def login(self, user, password, project=None):
        """A token for a project, or for the system."""
        person = {"name": user, "password": password, "domain": _DOMAIN}
        identity = {"methods": ["password"], "password": {"user": person}}
        scope = {"system": {"all": True}}
        if project is not None:
            scope = {"project": {"name": project, "domain": _DOMAIN}}
        body = {"auth": {"identity": identity, "scope": scope}}
        return self.ask("POST", "/auth/tokens", body).headers["X-Subject-Token"]

    def make(self, kind, **values):
        return self.asked("POST", f"/{kind}s", {kind: values}).json[kind]["id"]

    # Asking

    def ask(self, method, path, body=None, token=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            headers["X-Auth-Token"] = token
        data = body
        if not isinstance(body, bytes | None):
            data = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        # urllib says by itself that what has a body is a form.
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as exc:
            answer = exc
        with answer:
            return Said(answer.status, answer.headers, answer.read().decode())

    def asked(self, method, path, body=None):
        answer = self.ask(method, path, body, self.admin)
        assert answer.status < 300, (method, path, answer.text)
        return answer

    def told(self, answer):
        """What an answer says, with names for what is another at each place."""
        kind = answer.headers.get("Content-Type")
        text = answer.text.replace(self.base.removesuffix("/v3"), "BASE")
        for value, name in self.names.items():
            text = text.replace(value, name)
        text = _FERNET.sub("TEXT", _TIME.sub("TIME", _ID.sub("ID", text)))
        if kind == "application/json" and text:
            said = json.loads(text)
            if "token" in said and "audit_ids" in said["token"]:
                del said["token"]["audit_ids"]
                roles = {role["name"]: role for role in said["token"].get("roles", ())}
                # Keystone: a role that comes by two ways is there twice.
                said["token"]["roles"] = [roles[name] for name in sorted(roles)]
            text = json.dumps(said, sort_keys=True)
        return answer.status, kind, answer.headers.get("WWW-Authenticate") is not None, text

    # Signing

    def sign(self, path, consumer, token=None, *, url=None, **how):
        """The Authorization of a request to a path, signed by a consumer."""
        if token is not None:
            how |= {"resource_owner_key": token.id, "resource_owner_secret": token.secret}
        how.setdefault("signature_method", oauth1.SIGNATURE_HMAC)
        client = oauth1.Client(consumer.id, client_secret=consumer.secret, **how)
        _, headers, _ = client.sign(url or self.base + path, http_method="POST")
        return headers["Authorization"]

    def consumer(self):
        made = self.asked("POST", "/OS-OAUTH1/consumers", {"consumer": {}}).json["consumer"]
        return SimpleNamespace(id=made["id"], secret=made["secret"])

    def asks(self, consumer, *, project=None, path="/OS-OAUTH1/request_token", **how):
        signature = self.sign(path, consumer, callback_uri="oob", **how)
        return self.ask(
            "POST", path, Authorization=signature, Requested_Project_Id=project or self.project
        )

    def request_token(self, consumer, **how):
        return pair(self.asks(consumer, **how))

    def authorizes(self, request, roles, token=None):
        path = f"/OS-OAUTH1/authorize/{request.id}"
        return self.ask("PUT", path, {"roles": roles}, token or self.olga)

    def exchanges(self, consumer, request, verifier, path="/OS-OAUTH1/access_token", **how):
        signature = self.sign(path, consumer, request, verifier=verifier, **how)
        return self.ask("POST", path, Authorization=signature)

    def access_token(self, consumer, *roles):
        """An access token that Olga gave, with the roles of these names."""
        request = self.request_token(consumer)
        named = [{"name": name} for name in roles or ("member",)]
        verifier = self.authorizes(request, named).json["token"]["oauth_verifier"]
        return pair(self.exchanges(consumer, request, verifier))

    def enters(self, consumer, access, body=None, *, path="/auth/tokens?nocatalog", **how):
        """Ask for a token with an access token."""
        # Keystone: the query is not signed.
        signature = self.sign(path.partition("?")[0], consumer, access, **how)
        identity = {"methods": ["oauth1"], "oauth1": {}}
        body = body or {"auth": {"identity": identity}}
        return self.ask("POST", path, body, Authorization=signature)

    def subject(self, text):
        return self.ask("GET", "/auth/tokens?nocatalog", token=self.admin, X_Subject_Token=text)


class Said:
    """An answer."""

    def __init__(self, status, headers, text):
        self.status, self.headers, self.text = status, headers, text

    @property
    def json(self):
        return json.loads(self.text)


def pair(answer):
    """The key and the secret that an answer gave."""
    assert answer.status == 201, answer.text
    found = parse_qs(answer.text)
    return SimpleNamespace(id=found["oauth_token"][0], secret=found["oauth_token_secret"][0])


def other(one, **values):
    return SimpleNamespace(**(vars(one) | values))
