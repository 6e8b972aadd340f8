"""Credentials.  /v3/credentials and /v3/users/{id}/credentials/OS-EC2"""

import json
from collections.abc import Mapping
from typing import Any

from cloud.identity import credentials, listing, projects, tokens, users
from cloud.identity.api import types
from cloud.identity.api.base import IdentityViewSet
from cloud.identity.errors import ActionForbidden, NotFound
from cloud.identity.models import Credential
from versioned.operation import operation

_BLOB = {"blob": types.STRING}
_NEEDED = ("blob", "type", "user_id")
CREATE = types.wide(
    "credential",
    {
        "id": types.STRING,
        **_BLOB,
        "project_id": types.NULLABLE,
        "type": types.STRING,
        "user_id": types.STRING,
    },
    required=_NEEDED,
)
CREATE["properties"]["credential"] |= {
    "if": {"properties": {"type": {"const": credentials.EC2}}},
    "then": {"required": [*_NEEDED, "project_id"]},
}
# Keystone: whose a credential is, where and of what type, stays.
UPDATE = types.wide("credential", {})
UPDATE["properties"]["credential"] = {
    "type": "object",
    "properties": _BLOB,
    "additionalProperties": False,
    "required": ["blob"],
}


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row["extra"],
        "id": row["id"],
        "user_id": row["user_id"],
        "project_id": row["project_id"],
        "type": row["type"],
        "blob": row["blob"],
    }


class _PrimaryViewSet(IdentityViewSet):
    """What nobody does with something lent."""

    def require_primary(self) -> None:
        token = self.token
        if "OS-TRUST:trust" in token or not tokens.LENT.isdisjoint(token["methods"]):
            raise ActionForbidden("Delegated tokens cannot access credentials directly")


class CredentialViewSet(_PrimaryViewSet):
    """Credentials of any type."""

    @operation(policy="list_credentials", target="found")
    def list(self, request: Any) -> dict[str, Any]:
        context = self.context
        own = {} if context.system_scope else {"credential": {"user_id": context.user_id}}
        self.authorize(own)
        columns = {"user_id": "user_id", "type": "type"}
        rows = listing.narrow(Credential.objects.all(), self.params, columns)
        # Keystone: everybody may list, and sees what one may see one by one.
        if not self.allows("get_credential", {}):
            rows = rows.filter(user_id=context.user_id)
        page = listing.page(rows, self.params)
        return self.collection("credentials", [_shown(row) for row in page.rows], page)

    @operation(policy="create_credential", target="found", body=CREATE, status=201)
    def create(self, request: Any, credential: dict[str, Any]) -> dict[str, Any]:
        self.authorize({"credential": {"user_id": credential["user_id"]}})
        self.require_primary()
        users.get(credential["user_id"])
        return self._answer(credentials.create(credential))

    @operation(policy="get_credential", target="found")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(self._find(id))

    @operation(policy="update_credential", target="found", body=UPDATE)
    def update(self, request: Any, id: str, credential: dict[str, Any]) -> dict[str, Any]:
        return self._answer(credentials.update(self._find(id), credential["blob"]))

    @operation(policy="delete_credential", target="found", status=204)
    def destroy(self, request: Any, id: str) -> None:
        credentials.delete(self._find(id))

    def _find(self, credential_id: str) -> Credential:
        self.require_caller()
        try:
            found = credentials.get(credential_id)
        except NotFound:
            self.authorize({})
            raise
        self.authorize({"credential": {"user_id": found.user_id}})
        self.require_primary()
        return found

    def _answer(self, found: Credential) -> dict[str, Any]:
        return self.member("credential", "credentials", _shown(vars(found)))


class Ec2CredentialViewSet(_PrimaryViewSet):
    """Pairs of keys for those who still speak EC2."""

    @operation(policy="ec2_list_credentials")
    def list(self, request: Any, user_id: str) -> dict[str, Any]:
        self.require_primary()
        users.get(user_id)
        rows = Credential.objects.filter(user_id=user_id, type=credentials.EC2).order_by("pk")
        return self.collection("credentials", [self._shown(row) for row in rows], path="")

    @operation(policy="ec2_create_credential", target="found", status=201)
    def create(self, request: Any, user_id: str) -> dict[str, Any]:
        self.authorize({"credential": {"user_id": user_id}})
        # Whatever is asked for: no other project has its name.
        project_id = str(request.json.get("tenant_id"))
        users.get(user_id)
        projects.get(project_id)
        self.require_primary()
        made = credentials.create_keys(user_id=user_id, project_id=project_id)
        return {"credential": self._shown(made)}

    @operation(policy="ec2_get_credential", target="found")
    def retrieve(self, request: Any, user_id: str, access: str) -> dict[str, Any]:
        return {"credential": self._shown(self._find(user_id, access))}

    @operation(policy="ec2_delete_credential", target="found", status=204)
    def destroy(self, request: Any, user_id: str, access: str) -> None:
        credentials.delete(self._find(user_id, access))

    def _find(self, user_id: str, access: str) -> Credential:
        self.require_caller()
        found = credentials.get_keys(access)
        self.authorize({"credential": {"user_id": found.user_id}})
        users.get(user_id)
        self.require_primary()
        return found

    def _shown(self, row: Credential) -> dict[str, Any]:
        blob = json.loads(row.blob)
        access = blob.get("access")
        link = self.link("users", row.user_id, "credentials", "OS-EC2", access)
        return {
            "user_id": row.user_id,
            "tenant_id": row.project_id,
            "access": access,
            "secret": blob.get("secret"),
            "trust_id": blob.get("trust_id"),
            "links": {"self": link},
        }
