"""Identity providers, and their users' way in.  /v3/OS-FEDERATION/identity_providers"""

from typing import Any

from cloud.identity import federation
from cloud.identity.api.base import IdentityViewSet
from versioned import wire
from versioned.operation import operation


class FederatedAuthViewSet(IdentityViewSet):
    """Exchange what a provider vouches for against an unscoped token."""

    def identify(self, request: Any) -> None:
        # Whoever comes here has no token of ours yet.
        request.META.pop("HTTP_X_AUTH_TOKEN", None)
        super().identify(request)

    @operation()
    def auth(self, request: Any, idp_id: str, protocol_id: str) -> Any:
        kind, _, bearer = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        bearer = bearer.strip() if kind.lower() == "bearer" else ""
        text, body = federation.exchange(idp_id, protocol_id, bearer or None)
        response = wire.json_response({"token": body}, 201)
        response.headers["X-Subject-Token"] = text
        return response
