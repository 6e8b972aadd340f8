"""Trunks and their subports.  /v2.0/trunks"""

from collections.abc import Mapping
from typing import Any

from cloud.network import errors
from cloud.network.api import checks, structure_checks
from cloud.network.api.resource import Field, NetworkAsk, Rows
from cloud.network.api.standard import Tagged, flag
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import trunks
from cloud.network.models import Trunk
from versioned.operation import operation


def _subports(rows: Rows, ask: NetworkAsk) -> Mapping[str, Any]:
    return trunks.shown([row["id"] for row in rows])


class TrunkNoun(Tagged):
    member, plural, model = "trunk", "trunks", Trunk
    has_bulk = False
    related = {**Tagged.related, "sub_ports": _subports}

    admin_state_up = flag(post=True, put=True, sort=True)
    port_id = Field(post=True, check=checks.uuid, filters=True, sort=True)
    status = Field(filters=True, sort=True)
    sub_ports = Field(post=True, default=[], check=structure_checks.subports, guarded=True)

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.TrunkNotFound(trunk_id=resource_id)


class TrunkViewSet(NounViewSet):
    noun = TrunkNoun

    def acted_on(self, found: Trunk) -> Values:
        return {"sub_ports": trunks.shown([found.id])[found.id]}

    def make(self, values: Values) -> str:
        return trunks.create(self.context, values).id

    def change(self, found: Trunk, values: Values) -> None:
        trunks.change(found, values)

    def remove(self, found: Trunk) -> None:
        trunks.remove(found)

    def subports(self, body: Any) -> Any:
        subports = body.get("sub_ports") if isinstance(body, dict) else None
        reason = structure_checks.subports(subports)
        if reason:
            raise errors.InvalidInput(error_message=reason)
        return subports

    @operation()
    def add_subports(self, request: Any, *, id: str) -> Any:
        """Put ports under a trunk."""
        found = self.act_on(id, "add_subports")
        trunks.add_subports(self.context, found, self.subports(request.json))
        return self.show(id)["trunk"]

    @operation()
    def remove_subports(self, request: Any, *, id: str) -> Any:
        """Take ports from under a trunk."""
        found = self.act_on(id, "remove_subports")
        trunks.remove_subports(found, self.subports(request.json))
        return self.show(id)["trunk"]

    @operation()
    def get_subports(self, request: Any, *, id: str) -> Any:
        """List what a trunk carries."""
        found = self.act_on(id, "get_subports")
        return {"sub_ports": trunks.shown([found.id])[id]}
