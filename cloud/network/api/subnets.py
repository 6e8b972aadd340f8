"""Subnets.  /v2.0/subnets"""

from typing import Any

from django.db.models import Q

from cloud.network import errors
from cloud.network.api import checks, converters
from cloud.network.api.networks import shared_filter
from cloud.network.api.resource import UNSET, Field
from cloud.network.api.standard import Tagged, flag
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import sharing, subnets
from cloud.network.models import Network, Subnet
from middleware.context import RequestContext

_MODES = checks.or_none(checks.one_of("dhcpv6-stateful", "dhcpv6-stateless", "slaac", None))


def _pool_id(value: Any) -> str | None:
    if value == "prefix_delegation":
        return "Prefix delegation is not offered here"
    return checks.or_none(checks.uuid)(value)


class SubnetNoun(Tagged):
    member, plural, model = "subnet", "subnets", Subnet

    network_id = Field(post=True, check=checks.uuid, filters=True, sort=True)
    ip_version = Field(
        post=True,
        convert=converters.to_int,
        check=checks.one_of(4, 6),
        filters=True,
        sort=True,
    )
    subnetpool_id = Field(post=True, default=UNSET, check=_pool_id, filters=True, sort=True)
    prefixlen = Field(
        show=False,
        post=True,
        default=UNSET,
        convert=converters.to_int,
        check=checks.non_negative,
    )
    use_default_subnetpool = Field(show=False, post=True, default=False, convert=converters.to_bool)
    cidr = Field(
        post=True,
        default=UNSET,
        convert=converters.to_cidr,
        check=checks.or_none(checks.cidr),
        filters=True,
        sort=True,
    )
    gateway_ip = Field(
        post=True,
        put=True,
        default=UNSET,
        convert=converters.to_address,
        check=checks.or_none(checks.address),
        filters=True,
        sort=True,
    )
    allocation_pools = Field(
        post=True, put=True, default=UNSET, convert=converters.to_pools, check=checks.pools
    )
    dns_nameservers = Field(
        post=True, put=True, default=[], convert=converters.to_list, check=checks.nameservers
    )
    host_routes = Field(
        post=True, put=True, default=[], convert=converters.to_list, check=checks.routes
    )
    enable_dhcp = flag(post=True, put=True, sort=True)
    ipv6_ra_mode = Field(post=True, default=None, check=_MODES, filters=True, sort=True)
    ipv6_address_mode = Field(post=True, default=None, check=_MODES, filters=True, sort=True)
    service_types = Field(
        post=True, put=True, default=[], convert=converters.to_list, check=checks.items
    )
    dns_publish_fixed_ip = flag(False, post=True, put=True, filters=False)
    segment_id = Field(
        post=True,
        put=True,
        default=None,
        check=checks.or_none(checks.uuid),
        filters=True,
        sort=True,
    )
    external = Field(
        "network__is_external",
        key="router:external",
        convert=converters.to_bool,
        filters=True,
    )
    # Neutron: `shared` is never shown of a subnet, but lists are filtered by it.
    shared = Field(
        show=False,
        convert=converters.to_bool,
        filters=shared_filter("network", "network_id"),
    )

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.SubnetNotFound(subnet_id=resource_id)

    @classmethod
    def visible(cls, context: RequestContext) -> Q:
        offered = sharing.offered("network", context, sharing.SHARED, sharing.EXTERNAL)
        return (
            Q(project_id=context.project_id)
            | Q(network__project_id=context.project_id)
            | Q(network_id__in=offered)
        )


class SubnetViewSet(NounViewSet):
    noun = SubnetNoun

    def target_of_new(self, values: Values) -> Values:
        return {**values, **self.network_target(values["network_id"])}

    def network_target(self, network_id: str) -> Values:
        """What policies ask of the network; the network itself is kept for `make`."""
        known: dict[str, Network] = self.__dict__.setdefault("networks", {})
        network = known.get(network_id)
        if network is None:
            network = Network.objects.filter(id=network_id).first()
            context = self.context
            if network is None or not (
                context.is_admin
                or "service" in context.roles
                or network.project_id == context.project_id
                or sharing.is_offered(
                    "network", network_id, context, sharing.SHARED, sharing.EXTERNAL
                )
            ):
                raise errors.NetworkNotFound(net_id=network_id)
            known[network_id] = network
        return {"network_project_id": network.project_id}

    def target_of(self, found: Subnet) -> Values:
        return {
            "project_id": found.project_id,
            "network_project_id": found.network.project_id,
        }

    def make(self, values: Values) -> str:
        network = self.networks[values["network_id"]]  # type: ignore[attr-defined]
        return subnets.create(self.context, network, values).id

    def change(self, found: Subnet, values: Values) -> None:
        subnets.change(found, values)

    def remove(self, found: Subnet) -> None:
        subnets.remove(found)
