"""Who is in which group.  /v3/groups/{id}/users"""

from typing import Any

from cloud.identity import listing, users
from cloud.identity.api.groups import GroupViewSet
from cloud.identity.api.users import shown as shown_user
from cloud.identity.errors import NotFound
from cloud.identity.models import Group, Membership, User
from versioned.operation import operation


class MembershipViewSet(GroupViewSet):
    """The users of a group."""

    @operation(policy="list_users_in_group", target="found")
    def list(self, request: Any, group_id: str) -> dict[str, Any]:
        self._find(group_id)
        ids = Membership.objects.filter(group_id=group_id).values("user_id")
        columns = {"domain_id": "domain_id", "enabled": "enabled", "name": "name"}
        rows = listing.narrow(User.objects.filter(pk__in=ids), self.params, columns)
        if self.context.domain_id:
            rows = rows.filter(domain_id=self.context.domain_id)
        rows = rows.filter(users.expiring(self.params))
        # Keystone: this list knows a limit, and no marker.
        kept = {name: values for name, values in self.params.items() if name != "marker"}
        page = listing.page(rows, kept)
        return self.collection("users", [shown_user(row) for row in page.rows], page)

    @operation(policy="add_user_to_group", target="found", status=204)
    def add(self, request: Any, group_id: str, user_id: str) -> None:
        users.join(*self._pair(group_id, user_id))

    @operation(policy="check_user_in_group", target="found", status=204)
    def check(self, request: Any, group_id: str, user_id: str) -> None:
        user, group = self._pair(group_id, user_id)
        if not users.is_member(user, group):
            raise users.not_member(user, group)

    @operation(policy="remove_user_from_group", target="found", status=204)
    def remove(self, request: Any, group_id: str, user_id: str) -> None:
        users.leave(*self._pair(group_id, user_id))

    def _pair(self, group_id: str, user_id: str) -> tuple[User, Group]:
        self.require_caller()
        try:
            group, user = users.get_group(group_id), users.get(user_id)
        except NotFound:
            self.authorize({})
            raise
        self.authorize(
            {"group": {"domain_id": group.domain_id}, "user": {"domain_id": user.domain_id}}
        )
        return user, group
