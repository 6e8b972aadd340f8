"""Address groups, and rules for new groups.  /v2.0/address-groups"""

from ipaddress import ip_network
from typing import Any

from django.db.models import Q

from cloud.network import errors
from cloud.network.api import checks, converters
from cloud.network.api.networks import shared_field, shared_loader
from cloud.network.api.resource import REQUIRED, Field
from cloud.network.api.security_groups import RuleFields
from cloud.network.api.standard import Described, flag
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import address_groups, security, sharing, standard
from cloud.network.models import AddressGroup, DefaultSecurityGroupRule
from middleware.context import RequestContext
from versioned.operation import operation


class AddressGroupNoun(Described):
    member, plural, model = "address_group", "address_groups", AddressGroup
    related = {"shared": shared_loader("address_group")}

    addresses = Field(post=True, default=[], convert=converters.to_list, check=checks.cidrs)
    # Neutron: keeps to itself whether it is.
    shared = shared_field("address_group", post=False, put=False, show=False)

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.AddressGroupNotFound(address_group_id=resource_id)

    @classmethod
    def visible(cls, context: RequestContext) -> Q:
        return sharing.visible("address_group", context)

    @classmethod
    def offered(cls, context: RequestContext) -> Q:
        return sharing.shared("address_group", context)


class AddressGroupViewSet(NounViewSet):
    noun = AddressGroupNoun

    def make(self, values: Values) -> str:
        return address_groups.create(values).id

    def change(self, found: AddressGroup, values: Values) -> None:
        standard.change(found, standard.columns(values, AddressGroup), lazily=True)

    def demand_write(self, action: str, target: Values, values: Values, given: Values) -> None:
        """Ask policy; whom a group is only shared with learns nothing when changing it."""
        try:
            super().demand_write(action, target, values, given)
        except errors.PolicyNotAuthorized:
            if target.get("project_id") == self.context.project_id:
                raise
            # Neutron: what it fetches of an address group for this does not say that it is shared.
            raise errors.HTTPNotFound("The resource could not be found.") from None

    def remove(self, found: AddressGroup) -> None:
        address_groups.remove(found)

    def shown(self, id: str) -> Any:
        """What an action answers. Neutron: only here it says whether the group is shared."""
        group = self.show(id)["address_group"]
        is_shared = bool(sharing.shared_among("address_group", [id], self.context))
        return {"address_group": group | {"shared": is_shared}}

    def addresses(self, body: Any) -> Any:
        addresses = body.get("addresses") if isinstance(body, dict) else None
        if isinstance(addresses, list):
            # Neutron: here an address may stand without the length of its prefix.
            addresses = [
                str(ip_network(each)) if checks.address(each) is None else each
                for each in addresses
            ]
        reason = checks.cidrs(addresses)
        if reason:
            raise errors.InvalidInput(error_message=reason)
        return addresses

    @operation()
    def add_addresses(self, request: Any, *, id: str) -> Any:
        """Put addresses into a group."""
        found = self.act_on(id, "add_addresses")
        address_groups.add(found, self.addresses(request.json))
        return self.shown(id)

    @operation()
    def remove_addresses(self, request: Any, *, id: str) -> Any:
        """Take addresses out of a group."""
        found = self.act_on(id, "remove_addresses")
        address_groups.take(found, self.addresses(request.json))
        return self.shown(id)


class DefaultSecurityGroupRuleNoun(RuleFields):
    member, plural = "default_security_group_rule", "default_security_group_rules"
    model = DefaultSecurityGroupRule
    owned = False

    name = Field(show=False)
    description = Field(post=True, default="", check=checks.text(255), filters=True)
    project_id = Field(show=False)
    tenant = Field(show=False, key="tenant_id")
    created_at = Field(show=False)
    updated_at = Field(show=False)
    revision_number = Field(show=False)
    used_in_default_sg = flag(REQUIRED, post=True)
    used_in_non_default_sg = flag(REQUIRED, post=True)

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.DefaultSecurityGroupRuleNotFound(id=resource_id)

    @classmethod
    def visible(cls, context: RequestContext) -> Q:
        return Q()


class DefaultSecurityGroupRuleViewSet(NounViewSet):
    noun = DefaultSecurityGroupRuleNoun

    def make(self, values: Values) -> str:
        return security.add_template(values).id

    def remove(self, found: DefaultSecurityGroupRule) -> None:
        standard.discard(found)
