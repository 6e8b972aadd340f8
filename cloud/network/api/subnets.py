"""Subnets.  /v2.0/subnets"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from cloud.network import errors
from cloud.network.api import checks, converters, structure_checks
from cloud.network.api.networks import shared_filter
from cloud.network.api.resource import UNSET, Field, NetworkAsk, Rows
from cloud.network.api.standard import Tagged, flag
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import pools, sharing, subnets
from cloud.network.models import Network, Subnet
from middleware.context import RequestContext

_MODES = checks.or_none(checks.one_of("dhcpv6-stateful", "dhcpv6-stateless", "slaac", None))


# Neutron: takes the letters of "compute:" one by one.
OWNERS = ("network:", "neutron:", *"compute:")


def _types(value: Any) -> str | None:
    """What devices a subnet gives addresses to."""
    if value and not isinstance(value, list):
        raise errors.HTTPBadRequest("Subnet service types must be a list.")
    for kind in value or ():
        if not isinstance(kind, str):
            raise errors.InvalidInputSubnetServiceType(service_type=kind)
        if not kind.startswith(OWNERS):
            raise errors.InvalidSubnetServiceType(service_type=kind)
    return None


def _pool_id(value: Any) -> str | None:
    if value == pools.PREFIX_DELEGATION:
        return None
    return checks.or_none(checks.uuid)(value)


def _shared(rows: Rows, ask: NetworkAsk) -> Mapping[str, bool]:
    """Related loader: whether the network of each subnet is shared with the caller."""
    if ask.reads:
        return {}
    networks = dict(
        Subnet.objects.filter(id__in=[row["id"] for row in rows]).values_list("id", "network_id")
    )
    shared = sharing.shared_among("network", list(set(networks.values())), ask.context)
    return {id: network_id in shared for id, network_id in networks.items()}


class SubnetNoun(Tagged):
    member, plural, model = "subnet", "subnets", Subnet
    is_core = True
    related = {**Tagged.related, "network_shared": _shared}

    ip_version = Field(
        post=True,
        convert=converters.to_int,
        check=checks.one_of(4, 6),
        filters=True,
        sort=True,
    )
    network_id = Field(post=True, check=checks.uuid, filters=True, sort=True)
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
        post=True,
        put=True,
        default=UNSET,
        convert=converters.to_pools,
        check=structure_checks.pools,
    )
    dns_nameservers = Field(
        post=True,
        put=True,
        default=UNSET,
        convert=converters.to_list,
        check=structure_checks.nameservers,
    )
    host_routes = Field(
        post=True,
        put=True,
        default=UNSET,
        convert=converters.to_list,
        check=structure_checks.routes,
    )
    enable_dhcp = flag(post=True, put=True, sort=True)
    ipv6_ra_mode = Field(post=True, default=UNSET, check=_MODES, filters=True, sort=True)
    ipv6_address_mode = Field(post=True, default=UNSET, check=_MODES, filters=True, sort=True)
    service_types = Field(
        post=True, put=True, default=UNSET, convert=lambda value: value or [], check=_types
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

    tags = Field(
        lambda row, ask: row["tags"],
        needs=("tags", "network_shared", "network__is_external"),
        when=lambda row, ask: ask.reads or row["network_shared"] or row["network__is_external"],
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

    @classmethod
    def offered(cls, context: RequestContext) -> Q:
        return Q(
            network_id__in=sharing.offered("network", context, sharing.SHARED, sharing.EXTERNAL)
        )


class SubnetViewSet(NounViewSet):
    noun = SubnetNoun

    def target_of_new(self, values: Values) -> Values:
        return {**values, **self.network_target(values["network_id"])}

    def network_target(self, network_id: str) -> Values:
        """What policies ask of the network; the network itself is kept for `make`."""
        known: dict[str, Network] = self.__dict__.setdefault("networks", {})
        network = known.get(network_id) or Network.objects.filter(id=network_id).first()
        if network is not None:
            known[network_id] = network
            return {"network_project_id": network.project_id}
        # Neutron: looks for the network only when the caller's roles let it come to that.
        if self.context.is_admin or "member" in self.context.roles:
            raise errors.NetworkNotFound(net_id=network_id)
        return {"network_project_id": None}

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
