"""What requests to EC2 and S3 were signed with: the four ways of EC2, and two of S3."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

_V4 = "AWS4-HMAC-SHA256"
# Those whose signatures the fourth way of S3 is good for.
_S3_SERVICES = (b"s3", b"iam", b"sts")

Strings = Mapping[str, Any]


class BadlySigned(Exception):
    """A signature that is none, or not that of the secret."""


def check_s3(signed: Strings, secret: str) -> None:
    """Refuse what was not signed with the secret; `token` is what was signed."""
    try:
        text = base64.urlsafe_b64decode(str(signed["token"]))
        told = signed["signature"]
    except (KeyError, ValueError):
        raise BadlySigned from None
    right = _s3_fourth(text, secret) if text.startswith(b"AWS4") else _s3_first(text, secret)
    _compare(told, right)


def _compare(told: Any, right: str) -> None:
    if not isinstance(told, str) or not hmac.compare_digest(told.encode(), right.encode()):
        raise BadlySigned


def _s3_first(text: bytes, secret: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), text, "sha1")).decode()


def _s3_fourth(text: bytes, secret: str) -> str:
    lines = text.split(b"\n")
    scope = lines[2].split(b"/") if len(lines) == 4 and lines[0] == _V4.encode() else []
    if len(scope) != 4 or scope[3] != b"aws4_request" or scope[2] not in _S3_SERVICES:
        raise BadlySigned
    return hmac.new(_derived(secret, *scope[:3]), text, "sha256").hexdigest()


def _derived(secret: str, *scope: bytes) -> bytes:
    """The key of a day, a region and a service."""
    key = b"AWS4" + secret.encode()
    for part in (*scope, b"aws4_request"):
        key = hmac.digest(key, part, "sha256")
    return key


def check_ec2(signed: Strings, secret: str) -> None:
    """Refuse a request to EC2 that was not signed with the secret."""
    told = signed.get("signature")
    if not told:
        raise BadlySigned
    try:
        _compare(told, _ec2(signed, secret))
    except BadlySigned:
        host = str(signed.get("host", ""))
        if ":" not in host:
            raise
        # Keystone: some clients leave the port out of what they sign.
        _compare(told, _ec2({**signed, "host": urlsplit(f"//{host}").hostname}, secret))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise BadlySigned from None


def _ec2(signed: Strings, secret: str) -> str:
    """The signature that a request should have."""
    params: Strings = signed["params"]
    way = params.get("SignatureVersion")
    if way == "0":
        return _s3_first((params["Action"] + params["Timestamp"]).encode(), secret)
    if way == "1":
        text = "".join(f"{name}{params[name]}" for name in sorted(params, key=str.lower))
        return _s3_first(text.encode(), secret)
    if way == "2":
        lines = (signed["verb"], signed["host"], signed["path"])
        text = "\n".join((*lines, _query({**params, "SignatureMethod": "HmacSHA256"})))
        return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha256")).decode()
    return _ec2_fourth(signed, secret)


def _query(params: Strings) -> str:
    return "&".join(
        f"{quote(name, safe='')}={quote(str(params[name]), safe='-_~')}" for name in sorted(params)
    )


def _ec2_fourth(signed: Strings, secret: str) -> str:
    params, headers = signed["params"], signed.get("headers") or {}
    authorization = headers.get("Authorization")
    if authorization is None:
        is_fourth = params.get("X-Amz-Algorithm") == _V4
    else:
        is_fourth = authorization.startswith(_V4)
    if not is_fourth:
        raise BadlySigned

    def told(name: str) -> str:
        if authorization is None:
            return str(params[f"X-Amz-{name}"])
        return str(authorization.partition(f"{name}=")[2].split(",")[0])

    lower = {name.lower().strip(): value.strip() for name, value in headers.items()}
    names = told("SignedHeaders")
    lines = [f"{name}:{lower[name]}" for name in names.split(";") if name in lower]
    verb = signed["verb"].upper()
    # Those of a POST are in its body.
    query = "" if verb == "POST" else _query(params)
    request = "\n".join((verb, signed["path"], query, *lines, "", names, str(signed["body_hash"])))
    date = headers.get("X-Amz-Date") or params["X-Amz-Date"]
    _, *scope = told("Credential").split("/")
    if not date.startswith(scope[0]):
        raise BadlySigned
    hashed = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join((_V4, date, "/".join(scope), hashed))
    key = _derived(secret, *(part.encode() for part in scope[:3]))
    return hmac.new(key, text.encode(), "sha256").hexdigest()
