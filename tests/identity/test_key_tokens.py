"""Who signs with a pair of keys gets a token, by way of the service that was asked."""

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest

from cloud.identity import timestamps
from tests.identity.conftest import Keystone

HOST = "cloud.example:8773"


def digest(key, text, kind="sha256"):
    return hmac.digest(key, text.encode() if isinstance(text, str) else text, kind)


def encoded(raw):
    return base64.b64encode(raw).decode()


@pytest.fixture
def keys(demo, admin):
    user, project = admin.id("users", "demo"), admin.id("projects", "demo")
    answer = demo.post(f"/users/{user}/credentials/OS-EC2", {"tenant_id": project})
    return answer.json["credential"]


def by_ec2_second(keys, *, secret=None, host=HOST):
    """A request that is signed as of old."""
    params = {"Action": "Describe All", "SignatureVersion": "2", "SignatureMethod": "HmacSHA256"}
    query = "Action=Describe%20All&SignatureMethod=HmacSHA256&SignatureVersion=2"
    text = f"GET\n{host}\n/services/Cloud\n{query}"
    return {
        "access": keys["access"],
        "host": HOST,
        "verb": "GET",
        "path": "/services/Cloud",
        "params": params,
        "signature": encoded(digest((secret or keys["secret"]).encode(), text)),
    }


def by_first_and_zeroth(keys, version):
    params = {"Action": "Run", "Timestamp": timestamps.precise(timestamps.now())}
    text = params["Action"] + params["Timestamp"]
    params["SignatureVersion"] = version
    if version == "1":
        text = "".join(f"{name}{params[name]}" for name in sorted(params, key=str.lower))
    signature = encoded(digest(keys["secret"].encode(), text, "sha1"))
    return {"access": keys["access"], "params": params, "signature": signature}


def derived(secret, *scope):
    key = f"AWS4{secret}".encode()
    for part in scope:
        key = digest(key, part)
    return key


def by_ec2_fourth(keys, *, age=timedelta()):
    date = (timestamps.now() - age).strftime("%Y%m%dT%H%M%SZ")
    scope = (date[:8], "RegionOne", "ec2", "aws4_request")
    body_hash = hashlib.sha256(b"").hexdigest()
    signed = "host;x-amz-date"
    request = f"GET\n/\na=b\nhost:{HOST}\nx-amz-date:{date}\n\n{signed}\n{body_hash}"
    hashed = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join(("AWS4-HMAC-SHA256", date, "/".join(scope), hashed))
    credential = f"{keys['access']}/{'/'.join(scope)}"
    authorization = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature=x"
    return {
        "access": keys["access"],
        "host": HOST,
        "verb": "GET",
        "path": "/",
        "params": {"a": "b"},
        "headers": {"Host": HOST, "X-Amz-Date": date, "Authorization": authorization},
        "body_hash": body_hash,
        "signature": digest(derived(keys["secret"], *scope), text).hex(),
    }


def by_s3(keys, text, signature):
    token = base64.urlsafe_b64encode(text.encode()).decode()
    return {"access": keys["access"], "token": token, "signature": signature}


def by_s3_first(keys):
    text = "GET\n\n\n\n/bucket"
    return by_s3(keys, text, encoded(digest(keys["secret"].encode(), text, "sha1")))


def by_s3_fourth(keys, service="s3"):
    scope = ("20261122", "RegionOne", service, "aws4_request")
    text = "\n".join(("AWS4-HMAC-SHA256", "20261122T000000Z", "/".join(scope), "hash"))
    return by_s3(keys, text, digest(derived(keys["secret"], *scope), text).hex())


@pytest.mark.parametrize(
    ("path", "sign"),
    [
        ("/ec2tokens", by_ec2_second),
        ("/ec2tokens", lambda keys: by_ec2_second(keys, host="cloud.example")),
        ("/ec2tokens", lambda keys: by_first_and_zeroth(keys, "0")),
        ("/ec2tokens", lambda keys: by_first_and_zeroth(keys, "1")),
        ("/ec2tokens", by_ec2_fourth),
        ("/s3tokens", by_s3_first),
        ("/s3tokens", by_s3_fourth),
    ],
)
@pytest.mark.parametrize("name", ["credentials", "credential", "ec2Credentials"])
def test_a_signature_is_good_for_a_token(admin, keys, path, sign, name):
    answer = admin.post(path, {name: sign(keys)})
    assert answer.status == 200, answer
    token = answer.json["token"]
    assert (token["user"]["name"], token["project"]["name"]) == ("demo", "demo")
    assert token["methods"] == ["ec2credential"]
    assert [role["name"] for role in token["roles"]] == ["member", "reader"]
    assert token["catalog"]
    assert ("X-Subject-Token" in answer.headers) is (path == "/ec2tokens")


def test_services_may_ask_and_users_may_not(keystone, demo, keys):
    body = {"credentials": by_s3_first(keys)}
    assert keystone.login("nova", "service").post("/s3tokens", body).status == 200
    for path, rule in (("/s3tokens", "s3tokens_validate"), ("/ec2tokens", "ec2tokens_validate")):
        assert keystone.post(path, body).status == 401
        answer = demo.post(path, body)
        assert (answer.status, answer.error) == (
            403,
            f"You are not authorized to perform the requested action: identity:{rule}.",
        )


@pytest.mark.parametrize(
    ("path", "sign"),
    [
        ("/ec2tokens", lambda keys: by_ec2_second(keys, secret="wrong")),
        ("/ec2tokens", lambda keys: {**by_ec2_second(keys), "signature": None}),
        ("/ec2tokens", lambda keys: {"access": keys["access"], "signature": "x", "params": {}}),
        ("/ec2tokens", lambda keys: by_ec2_fourth(keys, age=timedelta(minutes=20))),
        ("/ec2tokens", lambda keys: {"signature": "x"}),
        ("/s3tokens", lambda keys: {**by_s3_first(keys), "signature": "x"}),
        ("/s3tokens", lambda keys: by_s3_fourth(keys, service="ec2")),
        ("/s3tokens", lambda keys: {"access": keys["access"]}),
    ],
)
def test_a_bad_signature_is_good_for_nothing(admin, keys, path, sign):
    answer = admin.post(path, {"credentials": sign(keys)})
    assert (answer.status, answer.error) == (
        401,
        "The request you have made requires authentication.",
    )


@pytest.mark.parametrize("path", ["/ec2tokens", "/s3tokens"])
def test_what_is_no_key_is_told(admin, path):
    answer = admin.post(path, {"credentials": {"access": "nothing", "signature": "x"}})
    assert (answer.status, answer.error) == (404, "EC2 access key not found.")
    assert admin.post(path, {}).error == "request must include a request body"
    assert admin.get(path).status == 405


def test_who_is_disabled_gets_no_token(admin, keys):
    user = admin.id("users", "demo")
    assert admin.patch(f"/users/{user}", {"user": {"enabled": False}}).status == 200
    assert admin.post("/s3tokens", {"credentials": by_s3_first(keys)}).status == 401


def test_such_a_token_is_not_to_be_lent_on(admin, keystone, keys):
    token = admin.post("/ec2tokens", {"credentials": by_ec2_second(keys)}).headers[
        "X-Subject-Token"
    ]
    user = Keystone(token)
    own = f"/users/{admin.id('users', 'demo')}"
    assert user.get(f"{own}/credentials/OS-EC2").status == 403
    assert (
        user.post(
            f"{own}/application_credentials", {"application_credential": {"name": "a"}}
        ).status
        == 403
    )
    again = keystone.authenticate({"methods": ["token"], "token": {"id": token}})
    assert (again.status, again.error) == (
        403,
        "You are not authorized to perform the requested action: "
        "Using a delegated token to create another token is not allowed..",
    )
