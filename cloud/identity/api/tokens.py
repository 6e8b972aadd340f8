"""Tokens.  /v3/auth/tokens"""

from typing import Any

from cloud.identity import authentication, listing, service_providers, tokens, validation
from cloud.identity.api.base import LATE_DIALECT, IdentityViewSet
from cloud.identity.errors import Forbidden, Missing, NotFound
from versioned import wire
from versioned.operation import operation
from versioned.schema import Schema

_STRING = {"type": "string"}
_FLAG = {"type": "boolean", "enum": [True, False, None]}
_NAMED = {"type": "object", "properties": {"id": _STRING, "name": _STRING}}
_IN_DOMAIN: dict[str, Any] = {
    "type": "object",
    "properties": {"name": _STRING, "id": _STRING, "domain": _NAMED},
}
AUTH = Schema(
    {
        "type": "object",
        "properties": {
            "identity": {
                "type": "object",
                "properties": {
                    "methods": {"type": "array", "items": _STRING},
                    "password": {
                        "type": "object",
                        "properties": {
                            "user": {
                                "type": "object",
                                "properties": {
                                    "id": _STRING,
                                    "name": _STRING,
                                    "password": _STRING,
                                    "domain": _NAMED,
                                },
                            }
                        },
                    },
                    "token": {
                        "type": "object",
                        "properties": {"id": _STRING},
                        "required": ["id"],
                    },
                },
                "required": ["methods"],
            },
            "scope": {
                "type": ["object", "string"],
                "properties": {
                    "project": _IN_DOMAIN,
                    "domain": _NAMED,
                    "OS-TRUST:trust": {"type": "object", "properties": {"id": _STRING}},
                    "system": {
                        "type": "object",
                        "properties": {"all": _FLAG},
                    },
                },
            },
        },
        "required": ["identity"],
    },
    LATE_DIALECT,
)


class TokenViewSet(IdentityViewSet):
    """Issue, show, check and revoke tokens."""

    @operation()
    def create(self, request: Any) -> Any:
        auth = request.json.get("auth")
        if auth is None:
            raise Missing("auth", "request body")
        AUTH.check(auth, request.version)
        authentication.check_named(auth)
        # Keystone: this request is signed without its query.
        signed = self.signed(with_query=False) if "oauth1" in auth["identity"]["methods"] else None
        text, body = authentication.authenticate(auth, signed)
        return self._answer(text, body, 201)

    @operation(policy="validate_token", target="found")
    def retrieve(self, request: Any) -> Any:
        text, body = self._subject()
        return self._answer(text, body, 200)

    @operation(policy="check_token", target="found")
    def check(self, request: Any) -> Any:
        text, body = self._subject()
        return self._answer(text, body, 200)

    @operation(policy="revoke_token", target="found", status=204)
    def destroy(self, request: Any) -> None:
        text, _ = self._subject()
        cascade = listing.truth(listing.first(self.params, "cascade") or "true")
        tokens.revoke(text, with_descendants=cascade)

    @operation()
    def revoked(self, request: Any) -> None:
        # Keystone: tokens are not listed by anybody any more.
        raise Forbidden

    def _subject(self) -> tuple[str, dict[str, Any]]:
        """The token that is asked about, once the caller may ask."""
        self.require_caller()
        text = self.request.META.get("HTTP_X_SUBJECT_TOKEN")
        if text is None:
            self.authorize({})
        if not text:
            # Keystone: where the header stands, but nothing in it, nobody is asked for a right.
            raise NotFound("No token in the request")
        is_late = listing.truth(listing.first(self.params, "allow_expired") or "false")
        body = validation.validate(text, allow_expired=is_late)
        if body is None:
            validation.check_scope(text)
            raise authentication.not_found_token(text)
        rules = body.get("application_credential", {}).get("access_rules")
        if rules is not None and not self.request.META.get("HTTP_OPENSTACK_IDENTITY_ACCESS_RULES"):
            # Keystone: who does not know of access rules would not keep them.
            raise NotFound("Failed to validate token")
        user = body["user"]
        trust = body.get("OS-TRUST:trust")
        user_id = trust["trustee_user"]["id"] if trust else user["id"]
        self.authorize({"token": {"user_id": user_id, "user": {"domain": user["domain"]}}})
        return text, body

    def _answer(self, text: str, body: dict[str, Any], status: int) -> Any:
        is_scoped = "roles" in body
        if is_scoped and "nocatalog" not in self.params:
            project = body.get("project")
            body = {
                **body,
                "catalog": validation.catalog(
                    project and project["id"], self.base_url, body["user"]["id"]
                ),
            }
        # Keystone: even tokens without a scope name them, and none without any.
        if providers := service_providers.enabled():
            body = {**body, "service_providers": providers}
        response = wire.json_response({"token": body}, status)
        response.headers["X-Subject-Token"] = text
        return response
