"""Chapters about what comes of access tokens, and what ends with what."""

import json
import time

from tests.compat.oauth import NOBODY, other, pair
from tests.compat.oauth.asking import MEMBER, PLAIN, SHA256, without


def managed(place):
    consumer = place.consumer()
    access = place.access_token(consumer, "member", "admin")
    base = f"/users/{place.person}/OS-OAUTH1/access_tokens"
    foreign = f"/users/{place.other}/OS-OAUTH1/access_tokens"
    member, service = place.roles["member"], place.roles["service"]
    below = (
        "", f"/{access.id}", f"/{access.id}/roles/{member}", f"/{access.id}/roles/{service}",
        f"/{access.id}/roles/{NOBODY}", f"/{NOBODY}", f"/{NOBODY}/roles",
        f"/{NOBODY}/roles/{member}",
    )  # fmt: skip
    nobodys = f"/users/{NOBODY}/OS-OAUTH1/access_tokens"
    for whose, start in (("own", base), ("foreign", foreign), ("nobody's", nobodys)):
        for number, path in enumerate(below):
            for name in ("olga", "otto", "system"):
                token = getattr(place, name)
                # What other chapters left is in no order.
                if number or whose != "own" or name == "otto":
                    answer = place.ask("GET", start + path, token=token)
                    yield f"{whose} {number} by {name}", answer
        yield f"{whose} by nobody", place.ask("GET", start)
    yield "with HEAD", place.ask("HEAD", f"{base}/{access.id}", token=place.olga)
    yield "with PATCH", place.ask("PATCH", f"{base}/{access.id}", {}, place.olga)
    for name, start, token in (
        ("by another", base, place.otto),
        ("by another at home", foreign, place.otto),
        ("by nobody", base, None),
    ):
        yield f"deleted {name}", place.ask("DELETE", f"{start}/{access.id}", token=token)
    yield "deleted of another", place.ask("DELETE", f"{foreign}/{access.id}", token=place.admin)
    yield "unknown deleted", place.ask("DELETE", f"{base}/{NOBODY}", token=place.admin)
    yield "deleted", place.ask("DELETE", f"{base}/{access.id}", token=place.admin)
    yield "deleted again", place.ask("DELETE", f"{base}/{access.id}", token=place.admin)


def tokens(place):
    consumer, stranger = place.consumer(), place.consumer()
    access = place.access_token(consumer, "member")
    entered = place.enters(consumer, access)
    yield "entered", entered
    yield "validated", place.subject(entered.headers["X-Subject-Token"])
    for how in (PLAIN, SHA256):
        yield how, place.enters(consumer, access, signature_method=how)
    path = "/auth/tokens?nocatalog"
    yield "with a signed query", place.enters(consumer, access, url=place.base + path, path=path)
    yield "with another secret", place.enters(other(consumer, secret=NOBODY), access)
    yield "with another secret of the token", place.enters(consumer, other(access, secret=NOBODY))
    yield "by another consumer", place.enters(stranger, access)
    yield "by an unknown consumer", place.enters(other(consumer, id=NOBODY), access)
    yield "by a consumer of no kind", place.enters(other(consumer, id="x"), access)
    yield "with an unknown token", place.enters(consumer, other(access, id=NOBODY))
    yield "with no kind of token", place.enters(consumer, other(access, id="x"))
    yield "with a request token", place.enters(consumer, place.request_token(consumer))

    identity = {"methods": ["oauth1"], "oauth1": {}}

    def post(authorization=None, identity=identity, **scope):
        headers = {"Authorization": authorization} if authorization is not None else {}
        return place.ask("POST", path, {"auth": {"identity": identity, **scope}}, **headers)

    yield "without Authorization", post()
    yield "with a Basic one", post("Basic YTpi")
    yield "with an empty one", post("")
    signature = place.sign("/auth/tokens", consumer, access)
    yield "with OAuth and nothing", post("OAuth oauth_token=")
    yield "without oauth_token", post(without(signature, "oauth_token"))
    yield "without oauth_nonce", post(without(signature, "oauth_nonce"))
    yield "without a consumer", post(without(signature, "oauth_consumer_key"))
    yield "signed by RSA", post(signature.replace("HMAC-SHA1", "RSA-SHA1"))
    yield (
        "with an old timestamp",
        place.enters(consumer, access, timestamp=str(int(time.time()) - 1000)),
    )
    yield "without its part", post(signature, {"methods": ["oauth1"]})
    yield "with an odd part", post(signature, {"methods": ["oauth1"], "oauth1": 7})
    scopes = (
        {"project": {"id": place.elsewhere}},
        {"project": {"id": NOBODY}},
        {"domain": {"id": "default"}},
        {"system": {"all": True}},
        "unscoped",
        {"OS-TRUST:trust": {"id": NOBODY}},
    )
    for number, scope in enumerate(scopes):
        yield f"with scope {number}", post(signature, scope=scope)
    person = {"user": {"id": place.person, "password": "olgas"}}
    yield (
        "with a password, too",
        methods(
            post(signature, {"methods": ["oauth1", "password"], "oauth1": {}, "password": person})
        ),
    )
    person = {"user": {"id": place.other, "password": "ottos"}}
    yield (
        "with another's password, too",
        post(signature, {"methods": ["password", "oauth1"], "oauth1": {}, "password": person}),
    )
    yield (
        "with a token, too",
        methods(
            post(
                signature,
                {"methods": ["oauth1", "token"], "oauth1": {}, "token": {"id": place.olga}},
            )
        ),
    )
    yield "without a role", place.enters(consumer, nothing(place, consumer))


def methods(answer):
    """The methods of a token in an order that says nothing."""
    if answer.status == 201:
        said = answer.json
        said["token"]["methods"].sort()
        answer.text = json.dumps(said)
    return answer


def nothing(place, consumer):
    """An access token with no roles at all."""
    request = place.request_token(consumer)
    verifier = place.authorizes(request, []).json["token"]["oauth_verifier"]
    return pair(place.exchanges(consumer, request, verifier))


def lent(place):
    """What somebody who came by an access token may do."""
    consumer = place.consumer()
    access = place.access_token(consumer, "admin", "member")
    token = place.enters(consumer, access).headers["X-Subject-Token"]
    base = f"/users/{place.person}"

    def ask(method, path, body=None):
        return place.ask(method, path, body, token)

    yield "the own user", ask("GET", base)
    yield "the own projects", ask("GET", f"{base}/projects")
    yield "the scopes", ask("GET", "/auth/projects")
    for scope in ({"project": {"id": place.project}}, "unscoped", {"domain": {"id": "default"}}):
        identity = {"methods": ["token"], "token": {"id": token}}
        body = {"auth": {"identity": identity, "scope": scope}}
        kind = scope if isinstance(scope, str) else next(iter(scope))
        yield f"another token: {kind}", place.ask("POST", "/auth/tokens", body)
    trust = {
        "trustor_user_id": place.person,
        "trustee_user_id": place.other,
        "impersonation": False,
        "project_id": place.project,
        "roles": MEMBER,
    }
    yield "a trust", ask("POST", "/OS-TRUST/trusts", {"trust": trust})
    yield "trusts", ask("GET", f"/OS-TRUST/trusts?trustor_user_id={place.person}")
    yield "a trust that is none", ask("GET", f"/OS-TRUST/trusts/{NOBODY}")
    made = {"application_credential": {"name": "mine"}}
    yield "an application credential", ask("POST", f"{base}/application_credentials", made)
    yield "application credentials", ask("GET", f"{base}/application_credentials")
    yield "access rules", ask("GET", f"{base}/access_rules")
    credential = {"type": "cert", "blob": "b", "user_id": place.person}
    yield "a credential", ask("POST", "/credentials", {"credential": credential})
    yield "a credential that is none", ask("GET", f"/credentials/{NOBODY}")
    keys = {"tenant_id": place.project}
    yield "keys", ask("POST", f"{base}/credentials/OS-EC2", keys)
    yield "all keys", ask("GET", f"{base}/credentials/OS-EC2")
    yield "another consumer", ask("GET", f"/OS-OAUTH1/consumers/{consumer.id}")
    yield "access tokens", ask("GET", f"{base}/OS-OAUTH1/access_tokens")
    yield "an access token", ask("GET", f"{base}/OS-OAUTH1/access_tokens/{access.id}")
    yield (
        "its role",
        ask("GET", f"{base}/OS-OAUTH1/access_tokens/{access.id}/roles/{place.roles['member']}"),
    )
    yield "no access token", ask("DELETE", f"{base}/OS-OAUTH1/access_tokens/{NOBODY}")
    yield "the access token", ask("DELETE", f"{base}/OS-OAUTH1/access_tokens/{access.id}")
    request = place.request_token(consumer)
    yield "to agree to another", place.authorizes(request, MEMBER, token)
    yield "badly to another", place.authorizes(request, [1], token)
    yield "to nothing", place.authorizes(other(request, id=NOBODY), MEMBER, token)
    yield "to be forgotten", place.ask("DELETE", "/auth/tokens", token=token, X_Subject_Token=token)
    yield "forgotten", place.subject(token)


def ends(place):
    """What ends with what."""
    consumer = place.consumer()
    access = place.access_token(consumer, "member")
    token = place.enters(consumer, access).headers["X-Subject-Token"]
    yield "before", place.subject(token)
    path = f"/users/{place.person}/OS-OAUTH1/access_tokens/{access.id}"
    yield "the access token is deleted", place.ask("DELETE", path, token=place.admin)
    yield "then its token", place.subject(token)
    yield "its token is used", place.ask("GET", "/auth/projects", token=token)
    yield (
        "its token is revoked",
        place.ask("DELETE", "/auth/tokens", token=place.admin, X_Subject_Token=token),
    )
    yield "who comes by it", place.enters(consumer, access)
    access = place.access_token(consumer, "member")
    request = place.request_token(consumer)
    token = place.enters(consumer, access).headers["X-Subject-Token"]
    path = f"/OS-OAUTH1/consumers/{consumer.id}"
    yield "the consumer is deleted", place.ask("DELETE", path, token=place.admin)
    yield "then the consumer's token", place.subject(token)
    yield "the consumer's token is used", place.ask("GET", "/auth/projects", token=token)
    yield "who comes by the consumer", place.enters(consumer, access)
    yield "the request is agreed to", place.authorizes(request, MEMBER)
    yield "the request is exchanged", place.exchanges(consumer, request, "abcdefgh")


def leavers(place):
    """What is left of access tokens when roles, projects and users go."""
    consumer = place.consumer()
    access = place.access_token(consumer, "member", "admin")
    token = place.enters(consumer, access).headers["X-Subject-Token"]
    grant = f"/projects/{place.project}/users/{place.person}/roles/{place.roles['admin']}"
    yield "a role is taken", place.ask("DELETE", grant, token=place.admin)
    yield "who comes then", place.enters(consumer, access)
    yield "the token of before", place.subject(token)
    grant = f"/projects/{place.project}/users/{place.person}/roles/{place.roles['member']}"
    yield "the last role is taken", place.ask("DELETE", grant, token=place.admin)
    yield "who comes without", place.enters(consumer, access)
    place.asked("PUT", grant)
    yield "who comes with it again", place.enters(consumer, access)
    user, project = f"/users/{place.person}", f"/projects/{place.project}"
    for path, kind in ((project, "project"), (user, "user")):
        place.ask("PATCH", path, {kind: {"enabled": False}}, place.admin)
        yield f"who comes while the {kind} is disabled", place.enters(consumer, access)
        place.ask("PATCH", path, {kind: {"enabled": True}}, place.admin)
    request = place.request_token(consumer)
    place.asked("DELETE", project)
    yield "agreeing when the project is gone", place.authorizes(request, MEMBER, place.admin)
    yield "who comes when the project is gone", place.enters(consumer, access)
    place.asked("DELETE", user)
    yield "who comes when the user is gone", place.enters(consumer, access)
    base = f"{user}/OS-OAUTH1/access_tokens"
    yield "what is left", place.ask("GET", f"{base}/{access.id}", token=place.admin)
    path = f"{base}/{access.id}/roles/{place.roles['admin']}"
    yield "a role that is left", place.ask("GET", path, token=place.admin)


CHAPTERS = (managed, tokens, lent, ends, leavers)
