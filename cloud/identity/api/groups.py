"""Groups of users.  /v3/groups"""

from collections.abc import Mapping
from typing import Any

from cloud.identity import listing, users
from cloud.identity.api import types
from cloud.identity.api.base import IdentityViewSet, query
from cloud.identity.errors import NotFound
from cloud.identity.models import Group
from versioned.operation import operation

_PROPERTIES = {"name": types.NAME, "description": types.NULLABLE}
CREATE = types.thing("group", {**_PROPERTIES, "domain_id": types.ID}, required=("name",))
UPDATE = types.thing("group", _PROPERTIES, at_least=1)
LIST = query(name=types.NAME, domain_id=types.ID, sort_dir=types.SORT_DIRECTION)
_FILTERS = {"domain_id": "domain_id", "name": "name"}


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A group's representation; clients' own attributes stand beside it."""
    return {
        **row["extra"],
        "id": row["id"],
        "name": row["name"],
        "domain_id": row["domain_id"],
        "description": row["description"],
    }


class GroupViewSet(IdentityViewSet):
    """Groups."""

    @operation(policy="list_groups", target="found", query=LIST)
    def list(self, request: Any) -> dict[str, Any]:
        own = self.context.domain_id
        self.authorize({"group": {"domain_id": own}} if own else {})
        listing.require_marker(Group.objects.all(), self.params)
        rows = listing.narrow(Group.objects.all(), self.params, _FILTERS)
        if own:
            rows = rows.filter(domain_id=own)
        page = listing.page(rows, self.params)
        return self.collection("groups", [shown(row) for row in page.rows], page)

    @operation(policy="create_group", target="found", body=CREATE, status=201)
    def create(self, request: Any, group: dict[str, Any]) -> dict[str, Any]:
        self.authorize({"group": group})
        return self._answer(users.create_group(self.default_domain(group)))

    @operation(policy="get_group", target="found")
    def retrieve(self, request: Any, group_id: str) -> dict[str, Any]:
        return self._answer(self._find(group_id))

    @operation(policy="update_group", target="found", body=UPDATE)
    def update(self, request: Any, group_id: str, group: dict[str, Any]) -> dict[str, Any]:
        found = self._find(group_id)
        self.require_same_id(group, group_id)
        return self._answer(users.update_group(found, group))

    @operation(policy="delete_group", target="found", status=204)
    def destroy(self, request: Any, group_id: str) -> None:
        # Keystone: who may not delete a group may know that there is none, and only then.
        users.delete_group(self._find(group_id, is_secret=False))

    def _find(self, group_id: str, *, is_secret: bool = True) -> Group:
        """The group, once the operation's rule grants it; a 403 hides that there is none."""
        self.require_caller()
        try:
            group = users.get_group(group_id)
        except NotFound:
            if is_secret:
                self.authorize({})
            raise
        self.authorize({"group": {"id": group.pk, "domain_id": group.domain_id}})
        return group

    def _answer(self, group: Group) -> dict[str, Any]:
        return self.member("group", "groups", shown(vars(group)))
