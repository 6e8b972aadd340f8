"""Users, and what belongs to one of them.  /v3/users"""

from collections.abc import Mapping
from typing import Any

from cloud.identity import listing, scopes, timestamps, users
from cloud.identity.api import types
from cloud.identity.api.base import LATE_DIALECT, IdentityViewSet, query
from cloud.identity.api.groups import shown as shown_group
from cloud.identity.api.projects import shown_many as shown_projects
from cloud.identity.errors import NotFound
from cloud.identity.models import Group, Membership, Project, User
from versioned.operation import operation
from versioned.schema import Schema

_FEDERATED_IDENTITY = {
    "type": "object",
    "properties": {
        "idp_id": types.STRING,
        "protocols": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"protocol_id": types.STRING, "unique_id": types.STRING},
                "required": ["protocol_id", "unique_id"],
            },
            "minItems": 1,
        },
    },
    "required": ["idp_id", "protocols"],
}
_FLAG = {"type": ["boolean", "null"]}
_PROPERTIES = {
    "default_project_id": types.NULLABLE,
    "description": types.NULLABLE,
    "domain_id": types.ID,
    "enabled": types.BOOLEAN,
    "federated": {"type": "array", "items": _FEDERATED_IDENTITY},
    "name": types.NAME,
    "password": types.NULLABLE,
    "options": {
        "type": "object",
        "properties": {
            "ignore_change_password_upon_first_use": _FLAG,
            "ignore_password_expiry": _FLAG,
            "ignore_lockout_failure_attempts": _FLAG,
            "lock_password": _FLAG,
            "ignore_user_inactivity": _FLAG,
            "multi_factor_auth_enabled": _FLAG,
            "multi_factor_auth_rules": {
                "type": ["array", "null"],
                "items": {
                    "type": "array",
                    "items": types.STRING,
                    "minItems": 1,
                    "uniqueItems": True,
                },
                "uniqueItems": True,
            },
        },
        "additionalProperties": False,
    },
}
CREATE = types.thing("user", _PROPERTIES, required=("name",))
UPDATE = types.thing("user", _PROPERTIES, at_least=1)
PASSWORD = Schema(
    {
        "type": "object",
        "properties": {"original_password": types.STRING, "password": types.STRING},
        "required": ["original_password", "password"],
        "additionalProperties": False,
    },
    LATE_DIALECT,
)
LIST = query(
    name=types.NAME, domain_id=types.ID, enabled=types.BOOLEAN, sort_dir=types.SORT_DIRECTION
)
_FILTERS = {"domain_id": "domain_id", "enabled": "enabled", "name": "name"}
_FEDERATED = ("idp_id", "protocol_id", "unique_id")


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A user's representation; clients' own attributes (email) stand beside it."""
    answer = {
        **row["extra"],
        "id": row["id"],
        "name": row["name"],
        "domain_id": row["domain_id"],
        "enabled": row["enabled"],
        "password_expires_at": timestamps.plain(row["password_expires_at"]),
        "options": row["options"],
    }
    # Keystone: these stand there only once somebody set them.
    for key in ("default_project_id", "description"):
        if row[key] is not None:
            answer[key] = row[key]
    return answer


class UserViewSet(IdentityViewSet):
    """Users."""

    @operation(policy="list_users", target="found", query=LIST)
    def list(self, request: Any) -> dict[str, Any]:
        own = self.context.domain_id
        self.authorize({"domain_id": own} if own else {})
        listing.require_marker(User.objects.all(), self.params)
        rows = listing.narrow(User.objects.all(), self.params, _FILTERS)
        if own:
            rows = rows.filter(domain_id=own)
        rows = rows.filter(users.expiring(self.params))
        if any(name.partition("__")[0] in _FEDERATED for name in self.params):
            rows = rows.none()
        page = listing.page(rows, self.params)
        return self.collection("users", [shown(row) for row in page.rows], page)

    @operation(policy="create_user", target="found", body=CREATE, status=201)
    def create(self, request: Any, user: dict[str, Any]) -> dict[str, Any]:
        self.authorize({"user": user})
        return self._answer(users.create(self.default_domain(user)))

    @operation(policy="get_user", target="found")
    def retrieve(self, request: Any, user_id: str) -> dict[str, Any]:
        return self._answer(self._find(user_id))

    @operation(policy="update_user", target="found", body=UPDATE)
    def update(self, request: Any, user_id: str, user: dict[str, Any]) -> dict[str, Any]:
        found = self._find(user_id)
        self.require_same_id(user, user_id)
        answer = self._answer(users.update(found, user))
        # Keystone: what has no column of its own is told once more to who changes something.
        answer["user"]["extra"] = dict(found.extra)
        if found.description is not None:
            answer["user"]["extra"]["description"] = found.description
        return answer

    @operation(policy="delete_user", target="found", status=204)
    def destroy(self, request: Any, user_id: str) -> None:
        users.delete(self._find(user_id))

    @operation(status=204)
    def password(self, request: Any, user_id: str) -> None:
        user = request.json.get("user", {})
        PASSWORD.check(user, request.version)
        users.change_password(user_id, original=user["original_password"], new=user["password"])

    @operation(policy="revoke_tokens_for_user", target="found", status=204)
    def revoke_tokens(self, request: Any, user_id: str) -> None:
        users.end_tokens(self._find(user_id))

    @operation(policy="list_user_projects", target="found")
    def projects(self, request: Any, user_id: str) -> dict[str, Any]:
        self._find(user_id)
        rows = Project.objects.filter(pk__in=scopes.projects_of(user_id))
        page = listing.page(listing.narrow(rows, self.params, _FILTERS), self.params)
        return self.collection("projects", shown_projects(page.rows), page)

    @operation(policy="list_groups_for_user", target="found")
    def groups(self, request: Any, user_id: str) -> dict[str, Any]:
        self._find(user_id)
        ids = Membership.objects.filter(user_id=user_id).values("group_id")
        rows = listing.narrow(Group.objects.filter(pk__in=ids), self.params, {"name": "name"})
        if self.context.domain_id:
            rows = rows.filter(domain_id=self.context.domain_id)
        page = listing.page(rows, self.params)
        # Keystone: only memberships that an identity provider vouches for can expire.
        shown_rows = [{**shown_group(row), "membership_expires_at": None} for row in page.rows]
        return self.collection("groups", shown_rows, page)

    def _find(self, user_id: str) -> User:
        """The user, once the operation's rule grants it; others learn nothing from a 403."""
        self.require_caller()
        try:
            user = users.get(user_id)
        except NotFound:
            self.authorize({})
            raise
        self.authorize({"user": {"id": user.pk, "domain_id": user.domain_id}})
        return user

    def _answer(self, user: User) -> dict[str, Any]:
        return self.member("user", "users", shown(vars(user)))
