"""How users let consumers act.  /v3/OS-OAUTH1 and /v3/users/{id}/OS-OAUTH1/access_tokens"""

from typing import Any

from django.http import HttpResponse

from cloud.identity import access_tokens, roles, timestamps, tokens
from cloud.identity.api import types
from cloud.identity.api.base import LATE_DIALECT, IdentityViewSet
from cloud.identity.api.roles import shown as shown_role
from cloud.identity.errors import Forbidden, Unauthorized, not_found
from cloud.identity.models import AccessToken, RequestToken
from versioned.operation import operation
from versioned.schema import Schema

_FORM = "application/x-www-form-urlencoded"
ROLES = Schema(
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"id": types.ID, "name": types.NAME},
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
        },
    },
    LATE_DIALECT,
)


class _DelegationViewSet(IdentityViewSet):
    """What nobody does with something lent."""

    def refuse_delegated(self) -> None:
        token = self.token
        if "OS-TRUST:trust" in token or not tokens.LENT.isdisjoint(token["methods"]):
            raise Forbidden


class ConsumersTokenViewSet(IdentityViewSet):
    """What consumers ask for: request tokens, and access tokens for these."""

    def identify(self, request: Any) -> None:
        # Keystone: a consumer signs, and what else it shows is not looked at.
        request.META.pop("HTTP_X_AUTH_TOKEN", None)
        super().identify(request)

    @operation()
    def request_token(self, request: Any) -> HttpResponse:
        """{} → oauth_token=…&oauth_token_secret=…&oauth_expires_at=…, to be agreed to."""
        project_id = request.META.get("HTTP_REQUESTED_PROJECT_ID")
        return _form(access_tokens.ask(self.signed(), project_id))

    @operation()
    def access_token(self, request: Any) -> HttpResponse:
        """{} → oauth_token=…&oauth_token_secret=…&oauth_expires_at=…, once agreed to."""
        return _form(access_tokens.exchange(self.signed()))


def _form(made: RequestToken | AccessToken) -> HttpResponse:
    """A pair of keys, in the form that OAuth wants."""
    text = f"oauth_token={made.pk}&oauth_token_secret={made.secret}"
    if made.expires_at is not None:
        text += f"&oauth_expires_at={timestamps.precise(made.expires_at)}"
    response = HttpResponse(text, status=201, content_type=_FORM)
    response.headers["Content-Length"] = str(len(text))
    return response


class RequestTokenViewSet(_DelegationViewSet):
    """Request tokens, as the users see them who are asked to agree."""

    @operation(policy="authorize_request_token")
    def agree(self, request: Any, request_token_id: str) -> dict[str, Any]:
        """{"roles": [{"id": …} or {"name": …}, …]} → {"token": {"oauth_verifier": …}}"""
        wanted = ROLES.check(request.json.get("roles", []), request.version)
        self.refuse_delegated()
        verifier = access_tokens.agree(request_token_id, wanted, self.context.user_id or "")
        return {"token": {"oauth_verifier": verifier}}


class AccessTokenViewSet(_DelegationViewSet):
    """What a user let consumers do."""

    @operation(policy="list_access_tokens")
    def list(self, request: Any, user_id: str) -> dict[str, Any]:
        """→ {"access_tokens": [{"id", "consumer_id", "project_id", "expires_at", …}, …]}"""
        self.refuse_delegated()
        rows = AccessToken.objects.filter(authorizing_user=user_id).order_by("pk")
        shown = [self._shown(row) for row in rows]
        return self.collection("access_tokens", shown, path=_path(user_id))

    @operation(policy="get_access_token")
    def retrieve(self, request: Any, user_id: str, access_token_id: str) -> dict[str, Any]:
        self.refuse_delegated()
        found = access_tokens.of_user(access_token_id, user_id)
        return self.member("access_token", _path(user_id), self._shown(found))

    # Keystone: asks the rule of EC2 keys, of no keys at all; delete_access_token is never asked.
    @operation(policy="ec2_delete_credential", target="found", status=204)
    def destroy(self, request: Any, user_id: str, access_token_id: str) -> None:
        self.authorize({})
        self.refuse_delegated()
        access_tokens.delete(access_token_id, user_id)

    @operation(policy="list_access_token_roles")
    def roles(self, request: Any, user_id: str, access_token_id: str) -> dict[str, Any]:
        found = access_tokens.of_user(access_token_id, user_id)
        return self.collection("roles", [_role(role_id) for role_id in found.role_ids])

    @operation(policy="get_access_token_role")
    def role(
        self, request: Any, user_id: str, access_token_id: str, role_id: str
    ) -> dict[str, Any]:
        found = access_tokens.get(access_token_id)
        if found.authorizing_user_id != user_id:
            raise Unauthorized
        if role_id not in found.role_ids:
            raise not_found("role", role_id)
        return self.member("role", "roles", _role(role_id))

    def _shown(self, found: AccessToken) -> dict[str, Any]:
        path = _path(found.authorizing_user_id)
        return {
            "id": found.pk,
            "consumer_id": found.consumer_id,
            "authorizing_user_id": found.authorizing_user_id,
            "project_id": found.project_id,
            "expires_at": timestamps.precise(found.expires_at),
            "links": {"roles": self.link(path, found.pk, "roles")},
        }


def _path(user_id: str) -> str:
    return f"users/{user_id}/OS-OAUTH1/access_tokens"


def _role(role_id: str) -> dict[str, Any]:
    """A role as it is shown here: without what it is for."""
    shown = shown_role(vars(roles.get(role_id)))
    del shown["description"]
    return shown
