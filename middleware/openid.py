"""OpenID Connect: requests with a bearer token of the provider.

Other requests are judged as in the embedded strategy, so that tokens which Identity gave in
exchange for a bearer token are good, too.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from middleware.authtoken import AuthToken
from middleware.base import Request

if TYPE_CHECKING:
    from middleware.bearer_tokens import BearerTokens


class OpenIdConnect(AuthToken):
    """Refuse requests without a good token of the provider, or of Identity."""

    name = "oidc"
    unavailable = "The OpenID provider is temporarily unavailable."

    @cached_property
    def bearer_tokens(self) -> "BearerTokens":
        """The provider's tokens; made at the first request, so that no other strategy loads it."""
        from middleware.bearer_tokens import BearerTokens

        return BearerTokens()

    def _identify(self, request: Request, meta: dict[str, Any]) -> bool:
        token = bearer_token(meta)
        if token is None:
            return super()._identify(request, meta)
        if meta.pop("HTTP_X_AUTH_TOKEN", None) or meta.pop("HTTP_X_STORAGE_TOKEN", None):
            return False  # two answers to the question who asks
        is_good, _ = self._identify_service(meta)
        if not is_good or not self._accept(request, token, self.bearer_tokens.describe(token)):
            return False
        # Where the rest of the cloud looks for what it may hand on.
        meta["HTTP_X_AUTH_TOKEN"] = token
        return True

    def _challenge(self, request: Request) -> str:
        return f'{super()._challenge(request)}, Bearer realm="kilonova"'


def bearer_token(meta: dict[str, Any]) -> str | None:
    """The token of an Authorization header that holds one."""
    kind, _, token = meta.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None
