"""What consumers sign, as OAuth 1.0a wants it; oauthlib checks it here as it does in Keystone."""

import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from oauthlib import oauth1
from oauthlib.common import extract_params
from oauthlib.oauth1.rfc5849.utils import parse_authorization_header

from cloud.identity.errors import BadRequest, Missing, Unauthorized, Unexpected
from cloud.identity.models import AccessToken, Consumer, RequestToken

# Keystone: letters that look like others are left out of verifiers.
VERIFIER_LETTERS = "".join(sorted({*string.ascii_letters, *string.digits} - {*"jiIl1oO0"}))
VERIFIER_LENGTH = 8
_HEXADECIMAL = frozenset("0123456789abcdef")
# Stands for what nobody has: no id of ours has such letters, so that no signature is right.
_NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Signed:
    """A request that somebody signed: its URL (or each of them), and what else counts."""

    urls: tuple[str, ...]
    authorization: str | None
    content_type: str = ""
    query: dict[str, str] = field(default_factory=dict)

    def parameters(self) -> dict[str, str]:
        """What its Authorization says: {"oauth_token": …}."""
        if self.authorization is None:
            # Keystone: takes it for a web server that keeps the header for itself.
            raise Unexpected("there is no Authorization")
        try:
            return dict(parse_authorization_header(self.authorization))
        except (IndexError, ValueError):
            # Keystone: breaks.
            raise Unexpected("Authorization is none of OAuth") from None

    def parameter(self, name: str) -> str:
        """One of these, which has to be there."""
        value = self.parameters().get(name)
        if not value:
            raise Missing(name, "request")
        return value

    def variants(self) -> Iterator[dict[str, Any]]:
        """The request as oauthlib's endpoints take it, by each of its URLs."""
        headers = {"Authorization": self.authorization, "Content-Type": self.content_type}
        for url in dict.fromkeys(self.urls):
            # Keystone: shows the query for the body of a form, which then is signed twice.
            yield {"uri": url, "http_method": "POST", "body": self.query, "headers": headers}


def check_request(signed: Signed) -> None:
    """Refuse to give a request token for what its consumer did not sign."""
    endpoint = oauth1.RequestTokenEndpoint(_Validator())
    _check(signed, lambda variant: _answer(endpoint.create_request_token_response(**variant)))


def check_exchange(signed: Signed) -> None:
    """Refuse to give an access token for what was not signed with the request token."""
    endpoint = oauth1.AccessTokenEndpoint(_Validator())
    _check(signed, lambda variant: _answer(endpoint.create_access_token_response(**variant)))


def check_entry(signed: Signed) -> None:
    """Refuse to let in who did not sign with the access token; nobody is told the reason."""
    endpoint = oauth1.ResourceEndpoint(_Validator())
    _check(
        signed,
        lambda variant: endpoint.validate_protected_resource_request(**variant, realms=None)[0],
    )


def _check(signed: Signed, is_good: Callable[[dict[str, Any]], bool]) -> None:
    """Refuse what is right by no URL."""
    try:
        if not any(map(is_good, signed.variants())):
            raise Unauthorized
    except ValueError:
        raise Unauthorized from None  # Keystone: breaks by what cannot be in a URL


def _answer(told: tuple[dict[str, str], str | None, int]) -> bool:
    """Read what an endpoint says: nothing when the signature is wrong, else what is amiss."""
    _, body, _ = told
    if not body:
        return False
    said = dict(extract_params(body) or ())
    if "error" in said:
        raise BadRequest(
            f"Validation failed with errors: {said['error']}, "
            f"detail message is: {said['error_description']}."
        )
    return True


def _is_id(text: str) -> bool:
    return len(text) == 32 and set(text) <= _HEXADECIMAL


class _Validator(oauth1.RequestValidator):
    """What oauthlib asks about consumers and their tokens."""

    enforce_ssl = False
    dummy_client = dummy_request_token = dummy_access_token = _NOBODY

    # How things are written

    def check_client_key(self, client_key: str) -> bool:
        return _is_id(client_key)

    def check_request_token(self, request_token: str) -> bool:
        return _is_id(request_token)

    def check_access_token(self, request_token: str) -> bool:
        return _is_id(request_token)

    def check_nonce(self, nonce: str) -> bool:
        return set(nonce) <= _HEXADECIMAL

    def check_verifier(self, verifier: str) -> bool:
        return len(verifier) == VERIFIER_LENGTH and set(verifier) <= set(VERIFIER_LETTERS)

    # Who there is

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return Consumer.objects.filter(pk=client_key).exists()

    def validate_request_token(self, client_key: str, token: str, request: Any) -> bool:
        return RequestToken.objects.filter(pk=token, consumer_id=client_key).exists()

    def validate_access_token(self, client_key: str, token: str, request: Any) -> bool:
        # Keystone: another consumer's is as good, to who knows the secrets of both.
        return AccessToken.objects.filter(pk=token).exists()

    def validate_verifier(self, client_key: str, token: str, verifier: str, request: Any) -> bool:
        return RequestToken.objects.filter(pk=token, verifier=verifier).exists()

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return _secret(Consumer, client_key)

    def get_request_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return _secret(RequestToken, token)

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return _secret(AccessToken, token)

    def get_rsa_key(self, client_key: str, request: Any) -> str:
        # Keystone: lists the ways of RSA among those it knows, has no keys for them, and breaks.
        raise Unauthorized

    # What is not kept: nonces, realms and where to go back to

    def validate_timestamp_and_nonce(
        self,
        client_key: str,
        timestamp: str,
        nonce: str,
        request: Any,
        request_token: str | None = None,
        access_token: str | None = None,
    ) -> bool:
        return True

    def get_default_realms(self, client_key: str, request: Any) -> list[str]:
        return []

    def validate_requested_realms(self, client_key: str, realms: Any, request: Any) -> bool:
        return True

    def validate_realms(
        self, client_key: str, token: str, request: Any, uri: str | None = None, realms: Any = None
    ) -> bool:
        return True

    def get_realms(self, token: str, request: Any) -> list[str]:
        return []

    def validate_redirect_uri(self, client_key: str, redirect_uri: str, request: Any) -> bool:
        return True

    # Tokens are made by those who asked for the check

    def save_request_token(self, token: dict[str, str], request: Any) -> None: ...

    def save_access_token(self, token: dict[str, str], request: Any) -> None: ...

    def invalidate_request_token(self, client_key: str, request_token: str, request: Any) -> None:
        """Nothing: exchanging it deletes it."""


def _secret(model: Any, key: str) -> str:
    secret: str | None = model.objects.filter(pk=key).values_list("secret", flat=True).first()
    # Nobody's, which no one can guess: what it signs is refused for its key all the same.
    return secret or _NOBODY
