"""Application credentials.  /v3/users/{id}/application_credentials and access_rules"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from cloud.identity import application_credentials as credentials
from cloud.identity import listing, timestamps, tokens, users
from cloud.identity.api import types
from cloud.identity.api.base import IdentityViewSet
from cloud.identity.errors import ActionForbidden, BadRequest, Forbidden, NotFound
from cloud.identity.models import AccessRule, ApplicationCredential
from versioned.operation import operation

# Keystone: links leave out whose they are, and lead nowhere.
_PATH = "application_credentials"
_RULE = {
    "type": "object",
    "properties": {
        "id": types.ID,
        "path": {"type": "string", "minLength": 0, "maxLength": 225, "pattern": r"^/\.*"},
        "service": types.ID,
        "method": {"type": "string", "enum": ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]},
    },
    # Keystone: fails on a rule of which something is missing.
    "anyOf": [{"required": ["id"]}, {"required": ["path", "service", "method"]}],
}
CREATE = types.thing(
    "application_credential",
    {
        "id": types.STRING,
        "secret": types.NULLABLE,
        "name": types.NAME,
        "description": types.NULLABLE,
        "expires_at": types.NULLABLE,
        "project_id": types.STRING,
        "access_rules": {"type": "array", "items": _RULE},
        "unrestricted": {"type": ["boolean", "null"]},
        "system": {"type": ["string", "null"]},
        "roles": types.ROLES,
    },
    required=("name",),
    is_open=False,
)
_inner = CREATE["properties"]["application_credential"]
CREATE["properties"]["application_credential"] = types.closed_first(_inner)


def expiry(text: str | None) -> Any:
    """Read the end of a credential or a trust, which must lie ahead."""
    if text is None:
        return None
    # Keystone: puts a Z behind whatever has none, another zone included.
    moment = timestamps.parse(text if text.endswith("Z") else f"{text}Z")
    if moment is None:
        raise BadRequest(
            "Timestamp not in expected format. The server could not comply with the request "
            "since it is either malformed or otherwise incorrect. The client is assumed to be "
            "in error."
        )
    if moment < timestamps.now():
        raise BadRequest(
            "The 'expires_at' must not be before now. The server could not comply with the "
            "request since it is either malformed or otherwise incorrect. The client is assumed "
            "to be in error."
        )
    return moment


class _OwnViewSet(IdentityViewSet):
    """What a user manages, but not by what was lent."""

    def refuse_trusts(self) -> None:
        methods = self.token["methods"]
        if "application_credential" in methods:
            return  # Keystone: the rule of restricted ones is about these
        if "OS-TRUST:trust" in self.token or not tokens.LENT.isdisjoint(methods):
            raise Forbidden

    def refuse_restricted(self) -> None:
        if self.token.get("application_credential", {}).get("restricted"):
            raise ActionForbidden(
                "Using method 'application_credential' is not allowed for managing additional "
                "application credentials."
            )


class ApplicationCredentialViewSet(_OwnViewSet):
    """Application credentials of a user."""

    @operation(policy="list_application_credentials")
    def list(self, request: Any, user_id: str) -> dict[str, Any]:
        self.refuse_trusts()
        rows = ApplicationCredential.objects.filter(user_id=user_id)
        page = listing.page(listing.narrow(rows, self.params, {"name": "name"}), self.params, "id")
        ids = [row["id"] for row in page.rows]
        found = ApplicationCredential.objects.prefetch_related("roles").in_bulk(ids)
        rules = credentials.rules_of(ids)
        return self.collection(
            "application_credentials",
            [_shown(found[pk], rules.get(pk, ())) for pk in ids],
            page,
            path=_PATH,
        )

    @operation(policy="create_application_credential", body=CREATE, status=201)
    def create(
        self, request: Any, user_id: str, application_credential: dict[str, Any]
    ) -> dict[str, Any]:
        self.refuse_trusts()
        self.refuse_restricted()
        made, secret = credentials.create(
            application_credential,
            user_id=user_id,
            project_id=self.context.project_id or "",
            held=[role["id"] for role in self.token.get("roles", ())],
            expires_at=expiry(application_credential.get("expires_at") or None),
        )
        answer = self._answer(made)
        answer["application_credential"]["secret"] = secret
        return answer

    @operation(policy="get_application_credential", target="found")
    def retrieve(self, request: Any, user_id: str, id: str) -> dict[str, Any]:
        return self._answer(self._find(id))

    @operation(policy="delete_application_credential", target="found", status=204)
    def destroy(self, request: Any, user_id: str, id: str) -> None:
        credentials.delete(self._find(id, is_end=True))

    def _find(self, credential_id: str, *, is_end: bool = False) -> ApplicationCredential:
        self.require_caller()
        with suppress(NotFound):
            # Keystone: the owner counts, not the user of the URL.
            self.kwargs["user_id"] = credentials.get(credential_id).user_id
        self.authorize({})
        self.refuse_trusts()
        if is_end:
            self.refuse_restricted()
        return credentials.get(credential_id)

    def _answer(self, found: ApplicationCredential) -> dict[str, Any]:
        rules = credentials.rules_of([found.pk]).get(found.pk, ())
        return self.member("application_credential", _PATH, _shown(found, rules))


def _shown(found: ApplicationCredential, rules: Iterable[AccessRule]) -> dict[str, Any]:
    answer = {
        "id": found.pk,
        "name": found.name,
        "description": found.description,
        "user_id": found.user_id,
        "project_id": found.project_id,
        "system": found.system,
        "expires_at": timestamps.plain(found.expires_at),
        "unrestricted": found.unrestricted,
        "roles": [
            {
                "id": role.pk,
                "name": role.name,
                "domain_id": role.domain_id or None,
                "description": role.description,
                "options": role.options,
            }
            for role in found.roles.all()
        ],
    }
    if found.has_access_rules:
        answer["access_rules"] = [_shown_rule(rule) for rule in rules]
    return answer


def _shown_rule(rule: AccessRule) -> dict[str, Any]:
    return {
        "id": rule.pk,
        "service": rule.service,
        "path": rule.path,
        "method": rule.method,
    }


class AccessRuleViewSet(_OwnViewSet):
    """The access rules that a user's application credentials have."""

    @operation(policy="list_access_rules", target="found")
    def list(self, request: Any, user_id: str) -> dict[str, Any]:
        self._check(user_id)
        columns = {"service": "service", "path": "path", "method": "method"}
        rows = listing.narrow(AccessRule.objects.filter(user_id=user_id), self.params, columns)
        columns_shown = ("id", "service", "path", "method")
        page = listing.page(rows, self.params, *columns_shown, order="created_at")
        return self.collection("access_rules", page.rows, page)

    @operation(policy="get_access_rule", target="found")
    def retrieve(self, request: Any, user_id: str, id: str) -> dict[str, Any]:
        self._check(user_id)
        rule = _shown_rule(credentials.get_rule(id, user_id))
        return self.member("access_rule", "access_rules", rule)

    @operation(policy="delete_access_rule", target="found", status=204)
    def destroy(self, request: Any, user_id: str, id: str) -> None:
        self._check(user_id)
        credentials.delete_rule(credentials.get_rule(id, user_id))

    def _check(self, user_id: str) -> None:
        self.require_caller()
        try:
            user = users.get(user_id)
        except NotFound:
            self.authorize({})
            return
        self.authorize({"user": {"id": user.pk, "domain_id": user.domain_id}})
        self.refuse_trusts()
