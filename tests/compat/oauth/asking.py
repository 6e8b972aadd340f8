"""Chapters about consumers, and how they come to a pair of keys."""

import time
import urllib.parse

from oauthlib import oauth1

from tests.compat.oauth import NOBODY, other

FORM = "application/x-www-form-urlencoded"
REQUEST, ACCESS = "/OS-OAUTH1/request_token", "/OS-OAUTH1/access_token"
MEMBER = [{"name": "member"}]
PLAIN, SHA256, SHA512 = (
    oauth1.SIGNATURE_PLAINTEXT,
    oauth1.SIGNATURE_HMAC_SHA256,
    oauth1.SIGNATURE_HMAC_SHA512,
)


def consumers(place):
    path = "/OS-OAUTH1/consumers"

    def post(body, token=place.admin):
        return place.ask("POST", path, body, token)

    made = post({"consumer": {"description": "d", "colour": "red"}})
    yield "made", made
    one = f"{path}/{made.json['consumer']['id']}"
    yield "made of nothing", post({})
    yield "made without a body", place.ask("POST", path, token=place.admin)
    yield "made with more", post({"consumer": {}, "more": 1})
    yield "made with a secret", post({"consumer": {"secret": "mine"}})
    yield "made of a number", post({"consumer": {"description": 1}})
    yield "made at length", post({"consumer": {"description": "d" * 65}})
    yield "made by a member", post({"consumer": {}}, place.otto)
    yield "made badly by a member", post({"consumer": {"description": 1}}, place.otto)
    yield "made by nobody", post({"consumer": {}}, None)
    yield "seen", place.ask("GET", one, token=place.admin)
    yield "seen by a member", place.ask("GET", one, token=place.otto)
    yield "unknown", place.ask("GET", f"{path}/{NOBODY}", token=place.admin)
    yield "unknown to a member", place.ask("GET", f"{path}/{NOBODY}", token=place.otto)
    for body in (
        {"consumer": {"description": "e"}},
        {"consumer": {"description": None}},
        {"consumer": {"colour": "blue"}},
        {"consumer": {"secret": "mine"}},
        {"consumer": {}},
        {"consumer": {"id": NOBODY}},
        {},
    ):
        yield f"changed: {body}", place.ask("PATCH", one, body, place.admin)
    yield (
        "changed by a member",
        place.ask("PATCH", one, {"consumer": {"description": 1}}, place.otto),
    )
    yield "listed by a member", place.ask("GET", path, token=place.otto)
    yield "deleted by a member", place.ask("DELETE", one, token=place.otto)
    yield "deleted", place.ask("DELETE", one, token=place.admin)
    yield "deleted again", place.ask("DELETE", one, token=place.admin)


def request_tokens(place):
    consumer = place.consumer()
    yield "asked for", place.asks(consumer)
    for how in (PLAIN, SHA256, SHA512):
        yield how, place.asks(consumer, signature_method=how)
    yield "with a query", place.asks(consumer, path=f"{REQUEST}?a=1&b=x%20y")
    yield (
        "without a callback",
        place.ask(
            "POST",
            REQUEST,
            Authorization=place.sign(REQUEST, consumer),
            Requested_Project_Id=place.project,
        ),
    )
    yield (
        "with a callback",
        place.ask(
            "POST",
            REQUEST,
            Authorization=place.sign(REQUEST, consumer, callback_uri="http://there/back?a=1"),
            Requested_Project_Id=place.project,
        ),
    )
    yield "in a realm", place.asks(consumer, realm="cloud")
    yield "with a signature of another secret", place.asks(other(consumer, secret=NOBODY))
    yield (
        "with a signature of another way's name",
        place.asks(other(consumer, secret=NOBODY), signature_method=PLAIN),
    )
    signature = place.sign(REQUEST, consumer, callback_uri="oob")

    def post(authorization=signature, project=place.project, body=None, path=REQUEST, **headers):
        if project is not None:
            headers["Requested_Project_Id"] = project
        if authorization is not None:
            headers["Authorization"] = authorization
        return place.ask("POST", path, body, **headers)

    yield (
        "with a signature of another path",
        post(
            place.sign(REQUEST, consumer, url="http://elsewhere/v3" + REQUEST, callback_uri="oob")
        ),
    )
    yield "with a query that was not signed", post(path=f"{REQUEST}?a=1")
    yield "again with the same nonce", post()
    yield "with a token that is none", post(X_Auth_Token="nonsense")
    yield "with a token", post(X_Auth_Token=place.otto)
    yield "as a form", post(Content_Type=FORM)
    yield "as a form with a body", post(Content_Type=FORM, body=b"a=b")
    yield (
        "as a form with a signed query",
        post(
            place.sign(f"{REQUEST}?a=1", consumer, callback_uri="oob"),
            path=f"{REQUEST}?a=1",
            Content_Type=FORM,
        ),
    )
    yield "with a JSON body", post(body={"a": 1})
    yield "with a JSON list", post(body=[])
    yield "without a project", post(project=None)
    yield "for an unknown project", post(project=NOBODY)
    yield "for a domain", post(project="default")
    yield "by an unknown consumer", place.asks(other(consumer, id=NOBODY))
    yield "by a consumer of no kind", place.asks(other(consumer, id="nobody"))
    yield "without Authorization", post(None)
    for value in ("", "Basic YTpi", "OAuth", "OAuth nonsense", 'OAuth realm="x"', "Bearer x"):
        yield f"with Authorization {value!r}", post(value)
    now = str(int(time.time()))
    for name, how in (
        ("an old timestamp", {"timestamp": str(int(now) - 1000)}),
        ("a short timestamp", {"timestamp": "123"}),
        ("a wordy timestamp", {"timestamp": "abcdefghij"}),
        ("a nonce of other letters", {"nonce": "xyz"}),
        ("a nonce of hexadecimal letters", {"nonce": "abc123"}),
    ):
        yield f"with {name}", place.asks(consumer, **how)
    for name in ("oauth_nonce", "oauth_timestamp", "oauth_signature_method", "oauth_signature"):
        yield f"without {name}", post(without(signature, name))
    yield "of version 2", post(signature.replace('"1.0"', '"2.0"'))
    yield "signed in an unknown way", post(signature.replace("HMAC-SHA1", "HMAC-MD5"))
    yield "signed by RSA", post(signature.replace("HMAC-SHA1", "RSA-SHA1"))
    yield "with oauth parameters in the query, too", post(path=f"{REQUEST}?oauth_nonce=1")
    yield "with other parameters", post(signature.replace("OAuth ", 'OAuth colour="red", '))
    yield "with a parameter twice", post(signature + ', oauth_nonce="1"')
    query = urllib.parse.urlencode(dict(parameters(signature)))
    yield "signed in the query", post(None, path=f"{REQUEST}?{query}")
    yield "with GET", place.ask("GET", REQUEST)
    yield "with HEAD", place.ask("HEAD", REQUEST)
    yield "with PUT", place.ask("PUT", REQUEST)


def parameters(authorization):
    for part in authorization.removeprefix("OAuth ").split(", "):
        name, _, value = part.partition("=")
        yield name, urllib.parse.unquote(value.strip('"'))


def without(authorization, name):
    parts = authorization.removeprefix("OAuth ").split(", ")
    return "OAuth " + ", ".join(part for part in parts if not part.startswith(f"{name}="))


def authorizations(place):
    consumer = place.consumer()
    request = place.request_token(consumer)
    path = f"/OS-OAUTH1/authorize/{request.id}"

    def put(roles, token=place.olga, path=path):
        return place.ask("PUT", path, {"roles": roles}, token)

    roles = place.roles
    yield "by nobody", put(MEMBER, None)
    yield "badly by nobody", put("nonsense", None)
    yield "by the system's administrator", put(MEMBER, place.system)
    yield "by a member", put(MEMBER, place.otto)
    yield "badly by a member", put("nonsense", place.otto)
    yield "by who has no role there", put(MEMBER, place.admin)
    for number, given in enumerate((
        "nonsense", [1], [{}], [{"id": roles["member"], "name": "member"}], [{"id": "a b"}],
        [{"name": ""}], [{"name": 1}], [{"colour": "red"}], None, {}, [{"id": None}],
        [{"id": NOBODY}], [{"name": "nothing"}], [{"name": "service"}],
        [{"id": roles["member"]}, {"name": "service"}],
    )):  # fmt: skip
        yield f"of roles {number}", put(given)
    yield "of an unknown request", put(MEMBER, path=f"/OS-OAUTH1/authorize/{NOBODY}")
    yield "badly of an unknown request", put([1], path=f"/OS-OAUTH1/authorize/{NOBODY}")
    yield "with GET", place.ask("GET", path, token=place.olga)
    yield "with POST", place.ask("POST", path, {"roles": MEMBER}, place.olga)
    yield "with a body that is a list", place.ask("PUT", path, [], place.olga)
    yield "with a form", place.ask("PUT", path, b"a=b", place.olga, Content_Type=FORM)
    given = ([{"id": roles["member"]}], MEMBER, [{"name": "reader"}], [])
    for number, each in enumerate(given):
        answer = put(each)
        if answer.status == 200:
            verifier = answer.json["token"]["oauth_verifier"]
            assert len(verifier) == 8
            place.names[verifier] = "VERIFIER"
        yield f"of good roles {number}", answer
    answer = place.ask("PUT", path, token=place.olga)
    place.names[answer.json["token"]["oauth_verifier"]] = "VERIFIER"
    yield "without a body", answer
    answer = put([{"name": "member"}, {"id": roles["member"]}, {"name": "admin"}])
    place.names[answer.json["token"]["oauth_verifier"]] = "VERIFIER"
    yield "of a role twice", answer


def access_tokens(place):
    consumer, stranger = place.consumer(), place.consumer()
    request = place.request_token(consumer)
    early = "abcdefgh"
    yield "before anybody agreed", place.exchanges(consumer, request, early)
    verifier = place.authorizes(request, MEMBER).json["token"]["oauth_verifier"]
    wrong = verifier[1:] + ("a" if verifier[0] != "a" else "b")
    yield "with another verifier", place.exchanges(consumer, request, wrong)
    yield "with a verifier that cannot be", place.exchanges(consumer, request, "short")
    yield (
        "with a signature of another secret",
        place.exchanges(other(consumer, secret=NOBODY), request, verifier),
    )
    yield (
        "with a signature of another request's secret",
        place.exchanges(consumer, other(request, secret=NOBODY), verifier),
    )
    yield "by another consumer", place.exchanges(stranger, request, verifier)
    yield "by an unknown consumer", place.exchanges(other(consumer, id=NOBODY), request, verifier)
    yield "by a consumer of no kind", place.exchanges(other(consumer, id="x"), request, verifier)
    yield "of an unknown request", place.exchanges(consumer, other(request, id=NOBODY), verifier)

    def post(authorization, path=ACCESS, **headers):
        return place.ask("POST", path, Authorization=authorization, **headers)

    signature = place.sign(ACCESS, consumer, request, verifier=verifier)
    for name in ("oauth_consumer_key", "oauth_token", "oauth_verifier", "oauth_nonce"):
        yield f"without {name}", post(without(signature, name))
    yield "without Authorization", place.ask("POST", ACCESS)
    yield "with a Basic one", post("Basic YTpi")
    yield (
        "with an old timestamp",
        place.exchanges(consumer, request, verifier, timestamp=str(int(time.time()) - 1000)),
    )
    yield "signed in an unknown way", post(signature.replace("HMAC-SHA1", "HMAC-MD5"))
    yield "signed by RSA", post(signature.replace("HMAC-SHA1", "RSA-SHA1"))
    yield "with a query that was not signed", post(signature, path=f"{ACCESS}?a=1")
    yield "with a token that is none", post(signature, X_Auth_Token="nonsense")
    yield "with GET", place.ask("GET", ACCESS)
    yield "exchanged", place.exchanges(consumer, request, verifier)
    yield "exchanged again", place.exchanges(consumer, request, verifier)
    for how in (PLAIN, SHA256):
        request = place.request_token(consumer)
        verifier = place.authorizes(request, MEMBER).json["token"]["oauth_verifier"]
        yield how, place.exchanges(consumer, request, verifier, signature_method=how)


CHAPTERS = (consumers, request_tokens, authorizations, access_tokens)
