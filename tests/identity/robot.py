"""A consumer, who signs what it asks for and acts with what users let it have."""

from types import SimpleNamespace
from urllib.parse import parse_qs

from django.test import Client
from oauthlib import oauth1

from tests.identity.conftest import Keystone

ROOT = "http://testserver/identity/v3"
REQUEST, ACCESS = "/OS-OAUTH1/request_token", "/OS-OAUTH1/access_token"
NOBODY = "0" * 32
MEMBER = [{"name": "member"}]
ANONYMOUS = "The request you have made requires authentication."
FORBIDDEN = "You are not authorized to perform the requested action"


def sign(consumer, token=None, *, at=REQUEST, url=None, **how):
    """The Authorization of a request that a consumer signs, with a token or without."""
    if token is not None:
        how |= {"resource_owner_key": token.key, "resource_owner_secret": token.secret}
    how.setdefault("signature_method", oauth1.SIGNATURE_HMAC)
    client = oauth1.Client(consumer.key, client_secret=consumer.secret, **how)
    return client.sign(url or ROOT + at, http_method="POST")[1]["Authorization"]


def post(path, authorization=None, body=None, **headers):
    """Somebody without a token asks, signed or not; (status, text, error)."""
    if authorization is not None:
        headers["Authorization"] = authorization
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    kind = sent.pop("Content-Type", "")
    client = Client(raise_request_exception=False)
    answer = client.generic("POST", f"/identity/v3{path}", body or "", kind, headers=sent)
    text = answer.content.decode()
    is_json = answer.headers["Content-Type"] == "application/json"
    error = answer.json().get("error", {}).get("message") if is_json else None
    return SimpleNamespace(status=answer.status_code, text=text, error=error, answer=answer)


def pair(answer):
    assert answer.status == 201, answer
    assert answer.answer.headers["Content-Type"] == "application/x-www-form-urlencoded"
    found = parse_qs(answer.text)
    return SimpleNamespace(key=found["oauth_token"][0], secret=found["oauth_token_secret"][0])


class Robot:
    """A consumer, and what it asks for; `boss` is the user who may agree."""

    def __init__(self, boss):
        made = boss.make("consumer", "/OS-OAUTH1/consumers")
        self.boss, self.key, self.secret = boss, made["id"], made["secret"]
        self.project = boss.id("projects", "admin")

    def asks(self, project=None, **how):
        how.setdefault("callback_uri", "oob")
        signature = sign(self, **how)
        return post(REQUEST, signature, Requested_Project_Id=project or self.project)

    def agreed(self, request, roles=MEMBER):
        answer = self.boss.put(f"/OS-OAUTH1/authorize/{request.key}", {"roles": roles})
        assert answer.status == 200, answer
        return answer.json["token"]["oauth_verifier"]

    def exchanges(self, request, verifier, **how):
        return post(ACCESS, sign(self, request, at=ACCESS, verifier=verifier, **how))

    def access(self, roles=MEMBER):
        request = pair(self.asks())
        return pair(self.exchanges(request, self.agreed(request, roles)))

    def enters(self, access, path="/auth/tokens", **how):
        signature = sign(self, access, at="/auth/tokens", **how)
        return enter(signature, path=path)

    def token(self, access):
        answer = self.enters(access)
        assert answer.status == 201, answer
        return Keystone(answer.headers["X-Subject-Token"])


def enter(signature, path="/auth/tokens", identity=None, **auth):
    body = {"auth": {"identity": identity or {"methods": ["oauth1"], "oauth1": {}}, **auth}}
    headers = {} if signature is None else {"Authorization": signature}
    return Keystone().post(path, body, **headers)


def but(one, **values):
    return SimpleNamespace(**{"key": one.key, "secret": one.secret, **values})
