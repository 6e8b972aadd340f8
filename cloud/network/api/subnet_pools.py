"""Subnet pools and address scopes.  /v2.0/subnetpools, /v2.0/address-scopes"""

from typing import Any

from django.db.models import Q

from cloud.network import errors
from cloud.network.api import checks, converters
from cloud.network.api.networks import shared_field, shared_loader
from cloud.network.api.resource import REQUIRED, UNSET, Field
from cloud.network.api.standard import Described, Tagged, flag, name_field, numbers
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import pools, sharing
from cloud.network.models import AddressScope, SubnetPool
from middleware.context import RequestContext
from versioned.operation import operation


def _length(name: str) -> Field:
    """A prefix's length. Neutron: it is shown as a text."""
    return Field(
        lambda row, ask: str(row[name]),
        post=True,
        put=True,
        default=UNSET,
        convert=converters.to_int,
        check=checks.non_negative,
        filters=lambda values, context: Q(**{f"{name}__in": map(converters.to_int, values)}),
        sort=name,
        needs=name,
    )


class SubnetPoolNoun(Tagged):
    member, plural, model = "subnetpool", "subnetpools", SubnetPool
    related = {**Tagged.related, "shared": shared_loader("subnetpool")}

    name = name_field(default=REQUIRED, check=checks.name(None, may_be_empty=False))
    prefixes = Field(post=True, put=True, check=checks.cidrs)
    default_quota = Field(
        post=True,
        put=True,
        default=UNSET,
        convert=converters.to_int,
        check=checks.non_negative,
        filters=True,
        sort=True,
    )
    ip_version = Field(filters=numbers("ip_version"), sort=True)
    default_prefixlen = _length("default_prefixlen")
    min_prefixlen = _length("min_prefixlen")
    max_prefixlen = _length("max_prefixlen")
    is_default = flag(False, post=True, put=True, sort=True, guarded=True)
    shared = shared_field("subnetpool", put=False, sort=True)
    address_scope_id = Field(
        post=True,
        put=True,
        default=None,
        check=checks.or_none(checks.uuid),
        filters=True,
        sort=True,
    )

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.SubnetPoolNotFound(subnetpool_id=resource_id)

    @classmethod
    def visible(cls, context: RequestContext) -> Q:
        return sharing.visible("subnetpool", context)

    @classmethod
    def offered(cls, context: RequestContext) -> Q:
        return sharing.shared("subnetpool", context)


class SubnetPoolViewSet(NounViewSet):
    noun = SubnetPoolNoun

    def make(self, values: Values) -> str:
        return pools.create(self.context, values).id

    def change(self, found: SubnetPool, values: Values) -> None:
        pools.change(self.context, found, values)

    def remove(self, found: SubnetPool) -> None:
        pools.remove(found)

    def show(self, id: str, *, everything: bool = False, is_new: bool = False) -> Any:
        """Render one.

        # Neutron: who changes a pool is told lengths as numbers, and nothing of what is not set.
        """
        body = super().show(id, everything=everything, is_new=is_new)
        if everything:
            pool = body["subnetpool"]
            given = self.request.json.get("subnetpool", {})
            for key in [key for key in ("address_scope_id", "default_quota") if key in pool]:
                if pool[key] is None and key not in given:
                    del pool[key]
            for key in [key for key in pool if key.endswith("prefixlen")]:
                pool[key] = int(pool[key])
        return body

    def prefixes(self, body: Any) -> Any:
        prefixes = body.get("prefixes") if isinstance(body, dict) else None
        if not isinstance(prefixes, list) or not prefixes:
            raise errors.HTTPBadRequest("Request body contains invalid data")
        reason = checks.cidrs(prefixes)
        if reason:
            raise errors.HTTPBadRequest(f"Invalid input for prefixes. Reason: {reason}.")
        return prefixes

    @operation()
    def add_prefixes(self, request: Any, *, id: str) -> Any:
        """Put more prefixes into a pool."""
        found = self.act_on(id, "add_prefixes")
        pools.add_prefixes(self.context, found, self.prefixes(request.json))
        return {"prefixes": found.prefixes}

    @operation()
    def remove_prefixes(self, request: Any, *, id: str) -> Any:
        """Take prefixes out of a pool."""
        found = self.act_on(id, "remove_prefixes")
        pools.remove_prefixes(found, self.prefixes(request.json))
        return {"prefixes": found.prefixes}


class AddressScopeNoun(Described):
    member, plural, model = "address_scope", "address_scopes", AddressScope
    related = {"shared": shared_loader("address_scope")}

    # Neutron: address scopes have no standard attributes.
    description = Field(show=False)
    created_at = Field(show=False)
    updated_at = Field(show=False)
    revision_number = Field(show=False)
    ip_version = Field(
        post=True,
        convert=converters.to_int,
        check=checks.one_of(4, 6),
        filters=True,
        sort=True,
    )
    shared = shared_field("address_scope")

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.AddressScopeNotFound(address_scope_id=resource_id)

    @classmethod
    def visible(cls, context: RequestContext) -> Q:
        return sharing.visible("address_scope", context)

    @classmethod
    def offered(cls, context: RequestContext) -> Q:
        return sharing.shared("address_scope", context)


class AddressScopeViewSet(NounViewSet):
    noun = AddressScopeNoun

    def make(self, values: Values) -> str:
        return pools.create_scope(values).id

    def change(self, found: AddressScope, values: Values) -> None:
        pools.change_scope(found, values)

    def remove(self, found: AddressScope) -> None:
        pools.remove_scope(found)
