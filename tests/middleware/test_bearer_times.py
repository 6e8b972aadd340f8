"""The times of a signed token, and how far the provider's clock may be from ours."""

from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from middleware import bearer_tokens
from middleware.bearer_tokens import BearerTokens

NOW = 1_800_000_000
LEEWAY = 10
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Stopped(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.fromtimestamp(NOW, tz or UTC)


@pytest.fixture
def tokens(settings, monkeypatch):
    settings.OIDC_OP_ISSUER = "https://provider.example.org"
    settings.OIDC_RP_CLIENT_ID = "kilonova"
    settings.OIDC_RP_CLIENT_SECRET = "secret"
    settings.OIDC_RP_IDP_SIGN_KEY = KEY.public_key()
    for name in ("AUTHORIZATION", "TOKEN", "USER", "JWKS", "INTROSPECTION"):
        setattr(settings, f"OIDC_OP_{name}_ENDPOINT", f"https://nowhere/{name}")
    settings.OIDC_AUDIENCE = "kilonova"
    settings.OIDC_LEEWAY = LEEWAY
    monkeypatch.setattr("jwt.api_jwt.datetime", Stopped)
    monkeypatch.setattr(bearer_tokens.time, "time", lambda: float(NOW))
    return BearerTokens()


def claims(**changes):
    told = {"iss": "https://provider.example.org", "aud": "kilonova", "sub": "u1"}
    told |= {"iat": NOW - 60, "exp": NOW + 60, **changes}
    return {name: value for name, value in told.items() if value is not None}


# fmt: off
TIMES = [
    # what it claims                is it good
    ({},                            True),
    ({"exp": NOW - LEEWAY + 1},     True),
    ({"exp": NOW - LEEWAY},         False),
    ({"exp": None},                 False),
    ({"iat": NOW + LEEWAY},         True),
    ({"iat": NOW + LEEWAY + 1},     False),
    ({"iat": None},                 True),
    ({"nbf": NOW + LEEWAY},         True),
    ({"nbf": NOW + LEEWAY + 1},     False),
    ({"exp": "soon"},               False),
    ({"nbf": "soon"},               False),
]
# fmt: on


@pytest.mark.parametrize(("changes", "is_good"), TIMES)
def test_a_signed_token_is_good_within_the_leeway(tokens, changes, is_good):
    told = claims(**changes)
    found = tokens.claims(jwt.encode(told, KEY, algorithm="RS256"))
    assert found == (told if is_good else None)


@pytest.mark.parametrize(("changes", "is_good"), [*TIMES[:4], TIMES[9]])
def test_so_is_one_that_only_the_provider_can_read(tokens, settings, monkeypatch, changes, is_good):
    told = {"active": True, **claims(**changes)}
    monkeypatch.setattr(BearerTokens, "_ask", lambda *args: told)
    assert tokens.claims("opaque") == (told if is_good else None)


def test_without_leeway_clocks_agree(tokens, settings):
    settings.OIDC_LEEWAY = 0
    for changes, is_good in (
        ({"exp": NOW}, False),
        ({"exp": NOW + 1}, True),
        ({"iat": NOW + 1}, False),
    ):
        found = tokens.claims(jwt.encode(claims(**changes), KEY, algorithm="RS256"))
        assert (found is not None) == is_good, changes
