"""Users let consumers act: OAuth 1.0a from the first request to the token."""

import base64
import hmac
import random
import time
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest

from cloud.identity import timestamps
from cloud.identity.models import AccessToken, RequestToken
from tests.identity.conftest import Keystone, by_password
from tests.identity.robot import (
    ACCESS,
    ANONYMOUS,
    FORBIDDEN,
    MEMBER,
    NOBODY,
    REQUEST,
    ROOT,
    Robot,
    but,
    enter,
    pair,
    post,
    sign,
)


@pytest.fixture
def robot(admin):
    return Robot(admin)


# What is good


@pytest.mark.parametrize(
    "way",
    ["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "PLAINTEXT"],
)
def test_a_consumer_acts_with_the_roles_that_a_user_gave(robot, admin, way):
    request = pair(robot.asks(signature_method=way))
    verifier = robot.agreed(request)
    access = pair(robot.exchanges(request, verifier, signature_method=way))
    answer = robot.enters(access, signature_method=way)
    token = answer.json["token"]
    assert answer.status == 201
    assert token["methods"] == ["oauth1"]
    assert token["OS-OAUTH1"] == {"access_token_id": access.key, "consumer_id": robot.key}
    assert [role["name"] for role in token["roles"]] == ["member", "reader"]
    assert (token["user"]["name"], token["project"]["id"]) == ("admin", robot.project)
    shown = admin.subject(answer.headers["X-Subject-Token"]).json["token"]
    assert shown["OS-OAUTH1"] == token["OS-OAUTH1"]
    assert shown["roles"] == token["roles"]
    acting = Keystone(answer.headers["X-Subject-Token"])
    assert acting.get("/users").status == 403


def test_a_request_token_is_exchanged_once(robot):
    request = pair(robot.asks())
    verifier = robot.agreed(request)
    assert robot.exchanges(request, verifier).status == 201
    again = robot.exchanges(request, verifier)
    assert (again.status, again.error) == (404, "Request token not found")


def test_roles_are_named_or_identified_and_may_be_none(robot, admin):
    roles = {name: admin.id("roles", name) for name in ("member", "reader")}
    given = [{"id": roles["member"]}, {"name": "member"}, {"name": "reader"}]
    access = robot.access(given)
    assert AccessToken.objects.get(pk=access.key).role_ids == sorted(roles.values())
    assert robot.enters(robot.access([])).status == 401


def test_pairs_say_when_they_end_unless_they_never_do(robot, settings):
    assert "oauth_expires_at=" in robot.asks().text
    settings.IDENTITY_REQUEST_TOKEN_EXPIRATION = settings.IDENTITY_ACCESS_TOKEN_EXPIRATION = 0
    request = robot.asks()
    assert "oauth_expires_at" not in request.text
    request = pair(request)
    answer = robot.exchanges(request, robot.agreed(request))
    assert "oauth_expires_at" not in answer.text
    assert robot.enters(pair(answer)).status == 201


def test_the_query_is_signed_but_not_of_a_token(robot):
    signature = sign(robot, at=f"{REQUEST}?a=1", callback_uri="oob")
    project = {"Requested_Project_Id": robot.project}
    assert post(f"{REQUEST}?a=1", signature, **project).status == 201
    assert post(f"{REQUEST}?a=2", signature, **project).status == 401
    access = robot.access()
    assert robot.enters(access, path="/auth/tokens?nocatalog").status == 201


def test_a_consumer_needs_no_token_and_may_hold_a_bad_one(robot):
    signature = sign(robot, callback_uri="oob")
    told = {"Requested_Project_Id": robot.project, "X_Auth_Token": "nonsense"}
    assert post(REQUEST, signature, **told).status == 201


def test_bodies_are_json_or_nothing(robot):
    signature = sign(robot, callback_uri="oob")
    project = {"Requested_Project_Id": robot.project}
    form = {"Content_Type": "application/x-www-form-urlencoded", **project}
    assert post(REQUEST, signature, **form).status == 201
    refused = post(REQUEST, signature, "a=b", **form)
    assert refused.error.startswith("Expecting to find application/json in Content-Type header")
    told = post(REQUEST, signature, '{"a": 1}', Content_Type="application/json", **project)
    assert told.status == 201


def by_hand(robot, path, key=None, **told):
    """An Authorization as gophercloud makes it, without oauthlib's help."""
    told |= {
        "oauth_consumer_key": robot.key,
        "oauth_nonce": f"{random.getrandbits(63)}{int(time.time())}",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(time.time())),
        "oauth_version": "1.0",
    }
    if key is not None:
        told["oauth_token"] = key.key
    parts = ("POST", ROOT + path, urlencode(sorted(told.items())))
    secrets = f"{robot.secret}&{key.secret if key is not None else ''}"
    text = "&".join(quote(part, safe="") for part in parts)
    signature = base64.b64encode(hmac.digest(secrets.encode(), text.encode(), "sha1")).decode()
    told["oauth_signature"] = signature
    shown = (f'{name}="{quote(value, safe="")}"' for name, value in told.items())
    return "OAuth " + ", ".join(shown)


def test_what_is_signed_by_hand_is_good(robot):
    project = {"Requested_Project_Id": robot.project, "X_Auth_Token": robot.boss.token}
    request = pair(post(REQUEST, by_hand(robot, REQUEST, oauth_callback="oob"), **project))
    verifier = robot.agreed(request, [{"name": "member"}])
    signature = by_hand(robot, ACCESS, request, oauth_verifier=verifier)
    access = pair(post(ACCESS, signature))
    body = {"auth": {"identity": {"methods": ["oauth1"], "oauth1": {}}}}
    signature = by_hand(robot, "/auth/tokens", access)
    # gophercloud: takes its token out, and leaves the header.
    told = {"Authorization": signature, "X_Auth_Token": ""}
    assert Keystone().post("/auth/tokens", body, **told).status == 201


# What is refused


def test_what_a_request_lacks_is_named(robot):
    signature = sign(robot, callback_uri="oob")
    without = post(REQUEST, signature)
    assert without.error.startswith("Expecting to find Requested-Project-Id in request.")
    nobody = post(REQUEST, 'OAuth realm="x"', Requested_Project_Id=robot.project)
    assert nobody.error.startswith("Expecting to find oauth_consumer_key in request.")
    for name in ("oauth_token", "oauth_verifier"):
        told = {"oauth_consumer_key": "c", "oauth_token": "t", "oauth_verifier": "v"}
        del told[name]
        header = "OAuth " + ", ".join(f'{key}="{value}"' for key, value in told.items())
        answer = post(ACCESS, header)
        assert answer.error.startswith(f"Expecting to find {name} in request."), answer
    answer = enter('OAuth oauth_consumer_key="c"')
    assert answer.error.startswith("Expecting to find oauth_token in request.")


@pytest.mark.parametrize("authorization", [None, "", "Basic YTpi", "OAuth", "OAuth oauth_token="])
def test_without_an_authorization_of_oauth_it_is_a_failure(robot, authorization):
    # Keystone: believes that the web server has taken it away.
    for answer in (
        post(REQUEST, authorization, Requested_Project_Id=robot.project),
        post(ACCESS, authorization),
        enter(authorization),
    ):
        assert answer.status == 500
        assert answer.error.startswith("An unexpected error prevented the server")


def test_unknown_consumers_and_projects_are_not_found(robot):
    answer = robot.asks(project=NOBODY)
    assert (answer.status, answer.error) == (404, f"Could not find project: {NOBODY}.")
    signature = sign(but(robot, key=NOBODY), callback_uri="oob")
    answer = post(REQUEST, signature, Requested_Project_Id=robot.project)
    assert (answer.status, answer.error) == (404, "Consumer not found")


# fmt: off
AMISS = (
    # how it is signed                        what is amiss
    ({"callback_uri": None},                  "Missing callback URI."),
    ({"timestamp": "1"},                      "Invalid timestamp size"),
    ({"timestamp": "abcdefghij"},             "Timestamp must be an integer."),
    ({"timestamp": "1000000000"},
     "Timestamp given is invalid, differ from allowed by over 600 seconds."),
    ({"nonce": "xyz"},                        "Invalid nonce format."),
    ({"realm": "cloud"},                      "Invalid realm ['cloud']. Allowed are []."),
)
# fmt: on


@pytest.mark.parametrize(("how", "amiss"), AMISS)
def test_what_is_amiss_with_a_request_is_told(robot, how, amiss):
    answer = robot.asks(**how)
    assert answer.status == 400
    assert answer.error == (
        f"Validation failed with errors: invalid_request, detail message is: {amiss}."
    )


def test_signatures_of_others_are_refused(robot):
    project = {"Requested_Project_Id": robot.project}
    right = sign(robot, callback_uri="oob")
    for signature in (
        sign(but(robot, secret=NOBODY), callback_uri="oob"),
        sign(but(robot, secret=NOBODY), callback_uri="oob", signature_method="PLAINTEXT"),
        sign(robot, url="http://elsewhere/identity/v3" + REQUEST, callback_uri="oob"),
        sign(robot, url="http://testserver/v3" + REQUEST, callback_uri="oob"),
        right.replace("HMAC-SHA1", "HMAC-SHA256"),
        right.replace("HMAC-SHA1", "RSA-SHA1"),
    ):
        answer = post(REQUEST, signature, **project)
        assert (answer.status, answer.error) == (401, ANONYMOUS)
        assert "WWW-Authenticate" in answer.answer.headers
    unknown = post(REQUEST, right.replace("HMAC-SHA1", "HMAC-MD5"), **project)
    assert "Invalid signature, HMAC-MD5 not in" in unknown.error
    assert post(f"{REQUEST}?a=%zz", right, **project).status == 401


def test_whoever_agrees_is_an_administrator_who_has_the_roles(robot, demo, keystone):
    request = pair(robot.asks())
    path = f"/OS-OAUTH1/authorize/{request.key}"
    assert keystone.put(path, {"roles": MEMBER}).status == 401
    member = demo.put(path, {"roles": [1]})
    assert (member.status, member.error) == (
        403,
        f"{FORBIDDEN}: identity:authorize_request_token.",
    )
    for roles in ([{"name": "service"}], [{"id": NOBODY}], [*MEMBER, {"name": "service"}]):
        assert robot.boss.put(path, {"roles": roles}).status == 401
    missing = robot.boss.put(path, {"roles": [{"name": "nothing"}]})
    assert (missing.status, missing.error) == (404, "Role nothing is not defined")
    unknown = robot.boss.put(f"/OS-OAUTH1/authorize/{NOBODY}", {"roles": MEMBER})
    assert (unknown.status, unknown.error) == (404, "Request token not found")


def test_roles_that_make_no_sense_are_explained_at_length(robot):
    path = f"/OS-OAUTH1/authorize/{pair(robot.asks()).key}"
    for roles in ("r", [1], [{}], [{"id": "a b"}], [{"name": "member", "id": "m"}], [{"x": "y"}]):
        assert robot.boss.put(path, {"roles": roles}).status == 400
    assert robot.boss.put(path, {"roles": [{"name": 1}]}).error == (
        "Invalid input for field '0/name': 1 is not of type 'string'\n\nFailed validating 'type' "
        "in schema['items']['properties']['name']:\n    {'type': 'string',\n     'minLength': 1,\n"
        "     'maxLength': 255,\n     'pattern': '[\\\\S]+'}\n\nOn instance[0]['name']:\n    1"
    )


def test_an_exchange_needs_the_right_consumer_secret_and_verifier(robot, admin):
    request = pair(robot.asks())
    assert robot.exchanges(request, "abcdefgh").status == 401
    verifier = robot.agreed(request)
    wrong = verifier[1:] + ("a" if verifier[0] != "a" else "b")
    other = Robot(admin)
    for answer in (
        robot.exchanges(request, wrong),
        robot.exchanges(but(request, secret=NOBODY), verifier),
        other.exchanges(request, verifier),
        post(ACCESS, sign(but(robot, secret=NOBODY), request, at=ACCESS, verifier=verifier)),
        post(ACCESS, sign(but(robot, key=NOBODY), request, at=ACCESS, verifier=verifier)),
    ):
        assert (answer.status, answer.error) == (401, ANONYMOUS)
    short = robot.exchanges(request, "short")
    assert short.error.endswith("detail message is: Invalid verifier format..")
    agreed_again = robot.agreed(request, [{"name": "reader"}])
    assert robot.exchanges(request, verifier).status == 401
    access = pair(robot.exchanges(request, agreed_again))
    assert [role["name"] for role in robot.enters(access).json["token"]["roles"]] == ["reader"]


def test_whoever_enters_signs_with_both_secrets(robot, admin):
    access = robot.access()
    for signature in (
        sign(but(robot, secret=NOBODY), access, at="/auth/tokens"),
        sign(but(robot, key=NOBODY), access, at="/auth/tokens"),
        sign(robot, but(access, secret=NOBODY), at="/auth/tokens"),
        sign(robot, access, at="/auth/tokens", timestamp="1000000000"),
        sign(robot, access, url="http://elsewhere/identity/v3/auth/tokens"),
    ):
        answer = enter(signature)
        assert (answer.status, answer.error) == (401, ANONYMOUS)
    answer = robot.enters(but(access, key=NOBODY))
    assert (answer.status, answer.error) == (404, "Access token not found")
    answer = enter(sign(robot, access, at="/auth/tokens"), identity={"methods": ["oauth1"]})
    assert answer.error.startswith("Expecting to find oauth1 in identity.")


def test_a_consumers_token_is_for_its_project_whatever_is_asked_for(robot, admin, keystone):
    signature = sign(robot, robot.access(), at="/auth/tokens")
    demo = admin.id("projects", "demo")
    for scope in ({"project": {"id": demo}}, {"domain": {"id": "default"}}, "unscoped"):
        token = enter(signature, scope=scope).json["token"]
        assert token["project"]["id"] == robot.project
        assert "domain" not in token
    system = enter(signature, scope={"system": {"all": True}}).json["token"]
    assert "system" not in system
    assert enter(signature, scope={"project": {"id": NOBODY}}).status == 401


def test_a_password_beside_it_must_be_the_same_users(robot):
    signature = sign(robot, robot.access(), at="/auth/tokens")

    def both(name):
        identity = {**by_password(name), "methods": ["oauth1", "password"], "oauth1": {}}
        return enter(signature, identity=identity)

    assert sorted(both("admin").json["token"]["methods"]) == ["oauth1", "password"]
    assert both("demo").status == 401


def test_what_is_too_late_is_refused(robot):
    late = {"expires_at": timestamps.now() - timedelta(seconds=1)}
    request = pair(robot.asks())
    verifier = robot.agreed(request)
    access = robot.access()
    RequestToken.objects.update(**late)
    AccessToken.objects.update(**late)
    path = f"/OS-OAUTH1/authorize/{request.key}"
    for answer in (
        robot.exchanges(request, verifier),
        robot.boss.put(path, {"roles": MEMBER}),
        robot.enters(access),
    ):
        assert (answer.status, answer.error) == (401, ANONYMOUS)


def test_request_tokens_are_forgotten_two_days_after_their_end(robot):
    now = timestamps.now()
    old, late = pair(robot.asks()), pair(robot.asks())
    for request, age in ((old, timedelta(hours=49)), (late, timedelta(hours=47))):
        RequestToken.objects.filter(pk=request.key).update(expires_at=now - age)
    robot.asks()
    assert robot.exchanges(old, "abcdefgh").status == 404
    assert robot.exchanges(late, "abcdefgh").status == 401
    assert {late.key} < set(RequestToken.objects.values_list("pk", flat=True))
