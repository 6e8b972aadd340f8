"""Roles granted to users and groups.  /v3/{projects,domains}/{id}/{users,groups}/{id}/roles"""

from typing import Any

from cloud.identity import roles
from cloud.identity.api.base import IdentityViewSet
from cloud.identity.api.roles import shown
from cloud.identity.models import Role
from versioned.operation import operation


class GrantViewSet(IdentityViewSet):
    """Grants on projects and domains."""

    inherited = False

    @operation(policy="list_grants", target="found")
    def list(self, request: Any, **ids: str) -> dict[str, Any]:
        place, _ = self._place(ids)
        return self.collection("roles", [shown(row) for row in roles.granted(place)])

    @operation(policy="check_grant", target="found", status=204)
    def check(self, request: Any, **ids: str) -> None:
        roles.check_granted(*self._granted(ids))

    @operation(policy="create_grant", target="found", status=204)
    def create(self, request: Any, **ids: str) -> None:
        roles.grant(*self._granted(ids))

    @operation(policy="revoke_grant", target="found", status=204)
    def destroy(self, request: Any, **ids: str) -> None:
        # Keystone: what was granted to somebody who is gone may still be revoked.
        roles.revoke(*self._granted(ids, may_be_gone=True))

    def _granted(
        self, ids: dict[str, str], *, may_be_gone: bool = False
    ) -> tuple[roles.Place, Role]:
        place, role = self._place(ids, may_be_gone=may_be_gone)
        assert role is not None
        return place, role

    def _place(
        self, ids: dict[str, str], *, may_be_gone: bool = False
    ) -> tuple[roles.Place, Role | None]:
        """Where the URL points, once the operation's rule grants it."""
        self.require_caller()
        ids = dict(ids)
        role_id = ids.pop("role_id", None)
        place = roles.place(**ids, inherited=self.inherited)  # type: ignore[arg-type]
        # Keystone: looks for domains before roles, and for projects after them.
        if "domain_id" in ids:
            roles.check_target(place)
        role = None if role_id is None else roles.get(role_id)
        self.authorize(roles.rule_target(place, role, may_be_gone=may_be_gone))
        return place, role


class InheritedGrantViewSet(GrantViewSet):
    """Grants that hold on what is below a project or domain.  /v3/OS-INHERIT"""

    inherited = True

    def _place(
        self, ids: dict[str, str], *, may_be_gone: bool = False
    ) -> tuple[roles.Place, Role | None]:
        """Where the URL points.

        Keystone: what is not there is told to who may grant, and of actors nobody asks.
        """
        self.require_caller()
        ids = dict(ids)
        role_id = ids.pop("role_id", None)
        place = roles.place(**ids, inherited=True)  # type: ignore[arg-type]
        self.authorize(roles.known_target(place, role_id))
        role = None if role_id is None else roles.get(role_id)
        if not may_be_gone:
            roles.check_target(place)
        return place, role


class SystemGrantViewSet(GrantViewSet):
    """Grants on the system as a whole.  /v3/system/{users,groups}/{id}/roles"""

    @operation(policy="list_system_grants_for_user", target="found")
    def list(self, request: Any, **ids: str) -> dict[str, Any]:
        place, _ = self._place(ids)
        return self.collection("roles", [shown(row) for row in roles.granted(place)])

    @operation(policy="check_system_grant_for_user", target="found", status=204)
    def check(self, request: Any, **ids: str) -> None:
        roles.check_granted(*self._granted(ids))

    @operation(policy="create_system_grant_for_user", target="found", status=204)
    def create(self, request: Any, **ids: str) -> None:
        roles.grant(*self._granted(ids))

    @operation(policy="revoke_system_grant_for_user", target="found", status=204)
    def destroy(self, request: Any, **ids: str) -> None:
        roles.revoke(*self._granted(ids, may_be_gone=True))

    def authorize(self, target: Any = None, rule: str | None = None) -> None:
        rule = rule or self.rule
        if rule is not None and "group_id" in self.kwargs:
            rule = rule.replace("_for_user", "_for_group")
        super().authorize(target, rule)
