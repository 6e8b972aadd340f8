"""Helpers of connection tracking on a router.  /v2.0/routers/{id}/conntrack_helpers"""

from typing import Any

from cloud.network import errors, policies
from cloud.network.api import checks, converters
from cloud.network.api.resource import Field, Noun
from cloud.network.api.routers import RouterNoun
from cloud.network.api.security_groups import to_known_protocol
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import conntrack
from cloud.network.models import ConntrackHelper, Router


class ConntrackHelperNoun(Noun):
    member, plural, model = "conntrack_helper", "conntrack_helpers", ConntrackHelper
    owned = False

    id = Field(filters=True, sort=True)
    protocol = Field(
        post=True,
        put=True,
        convert=to_known_protocol,
        check=checks.one_of("tcp", "udp", "dccp", "icmp", "ipv6-icmp", "sctp"),
        filters=True,
        sort=True,
    )
    port = Field(
        post=True,
        put=True,
        convert=converters.to_int,
        check=checks.within(1, 65535),
        filters=True,
        sort=True,
    )
    helper = Field(post=True, put=True, filters=True, sort=True)

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.ConntrackHelperNotFound(id=resource_id)


class ConntrackHelperViewSet(NounViewSet):
    noun = ConntrackHelperNoun
    parent: Router | None

    def enter(self, url: dict[str, str]) -> None:
        found = RouterNoun.reach(self.context).filter(id=url["router_id"]).first()
        # Neutron: who only looks is shown the helpers of a router, of which there are none.
        if found is None and self.request.method != "GET":
            raise errors.RouterNotFound(router_id=url["router_id"])
        self.parent = found

    def below(self) -> Any:
        """All that hangs on the parent."""
        return ConntrackHelper.objects.filter(router=self.parent)

    def scope(self) -> Any:
        may = policies.allows(self.context, "get_router_conntrack_helper", self.target_of(None))
        return self.below() if may else self.below().none()

    def reach(self) -> Any:
        return self.below()

    def target_of_new(self, values: Values) -> Values:
        return self.target_of(None)

    def target_of(self, found: Any) -> Values:
        return {"parent_project_id": self.parent.project_id if self.parent else None}

    def demand_write(self, action: str, target: Values, values: Values, given: Values) -> None:
        action = action.replace("_conntrack", "_router_conntrack")
        super().demand_write(action, target, values, given)

    def make(self, values: Values) -> str:
        assert self.parent is not None
        return conntrack.add(self.parent, values)

    def change(self, found: ConntrackHelper, values: Values) -> None:
        conntrack.change(found, values)

    def remove(self, found: ConntrackHelper) -> None:
        self.demand("delete_router_conntrack_helper", self.target_of(found))
        conntrack.remove(found)
