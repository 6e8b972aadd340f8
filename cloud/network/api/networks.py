"""Networks.  /v2.0/networks"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from cloud.network import errors
from cloud.network.api import checks, converters
from cloud.network.api.resource import UNSET, Field, NetworkAsk, Rows
from cloud.network.api.standard import Tagged, flag
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import networks, sharing, zones
from cloud.network.models import Network, Segment, Subnet
from middleware.context import RequestContext
from versioned.prepared import Related


def shared_loader(kind: str) -> Any:
    """Related loader: whether each thing of a kind is shared with the caller."""

    def load(rows: Rows, ask: NetworkAsk) -> Mapping[str, bool]:
        shared = sharing.shared_among(kind, [row["id"] for row in rows], ask.context)
        return dict.fromkeys(shared, True)

    return load


def shared_filter(kind: str, column: str = "id") -> Any:
    """Filter: what is, or is not, shared with the caller, or lies in what is."""

    def where(values: list[str], context: RequestContext) -> Q:
        wanted = {converters.to_bool(value) for value in values}
        if len(wanted) != 1:
            return Q()
        shared = Q(**{f"{column}__in": sharing.offered(kind, context)})
        return shared if wanted == {True} else ~shared

    return where


def shared_field(kind: str, **how: Any) -> Field:
    """The attribute `shared`, which RBAC policies make true."""
    return Field(
        lambda row, ask: bool(row["shared"]),
        needs="shared",
        default=False,
        convert=converters.to_bool,
        filters=shared_filter(kind),
        **({"post": True, "put": True} | how),
    )


_SUBNETS = Related(
    lambda: Subnet.objects.order_by("created_at", "id").values_list("network_id", "id"),
    "network_id",
)
_SCOPES = Related(
    lambda: Subnet.objects.filter(subnetpool__address_scope__isnull=False).values_list(
        "network_id", "ip_version", "subnetpool__address_scope_id"
    ),
    "network_id",
)
_SEGMENTS = Related(lambda: Segment.objects.order_by("created_at", "id"), "network_id")


def _subnets(rows: Rows, ask: NetworkAsk) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {row["id"]: [] for row in rows}
    for network_id, subnet_id in _SUBNETS(list(found)):
        found[network_id].append(subnet_id)
    return found


def _scopes(rows: Rows, ask: NetworkAsk) -> Mapping[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {row["id"]: {} for row in rows}
    for network_id, version, scope in _SCOPES(list(found)):
        found[network_id][version] = scope
    return found


def _segments(rows: Rows, ask: NetworkAsk) -> Mapping[str, list[Values]]:
    """Segments of the networks that have several; a single one is told by provider attributes."""
    found: dict[str, list[Values]] = {}
    for segment in _SEGMENTS([row["id"] for row in rows]):
        found.setdefault(segment.network_id, []).append(
            {
                "provider:network_type": segment.network_type,
                "provider:physical_network": segment.physical_network,
                "provider:segmentation_id": segment.segmentation_id,
            }
        )
    return {id: several for id, several in found.items() if len(several) > 1}


def _provider(column: str) -> Any:
    return lambda row, ask: None if row["segments"] else row[column]


class NetworkNoun(Tagged):
    member, plural, model = "network", "networks", Network
    related = {
        **Tagged.related,
        "shared": shared_loader("network"),
        "subnet_ids": _subnets,
        "scopes": _scopes,
        "segments": _segments,
    }

    admin_state_up = flag(post=True, put=True, sort=True)
    status = Field(filters=True, sort=True)
    subnets = Field("subnet_ids")
    shared = shared_field("network")
    mtu = Field(
        post=True,
        put=True,
        default=0,
        convert=converters.to_int,
        check=checks.non_negative,
        filters=True,
        sort=True,
    )
    external = Field(
        "is_external",
        key="router:external",
        post=True,
        put=True,
        default=False,
        convert=converters.to_bool,
        filters=True,
    )
    is_default = flag(False, post=True, put=True)
    port_security_enabled = flag(post=True, put=True, filters=False)
    dns_domain = Field(
        post=True, put=True, default="", convert=converters.to_lower, check=checks.dns_domain
    )
    availability_zone_hints = Field(post=True, default=[], check=checks.items, sort=True)
    availability_zones = Field(lambda row, ask: [zones.ZONE] if row["subnet_ids"] else [])
    ipv4_address_scope = Field(lambda row, ask: row["scopes"].get(4), needs="scopes")
    ipv6_address_scope = Field(lambda row, ask: row["scopes"].get(6), needs="scopes")
    l2_adjacency = Field(lambda row, ask: True)
    vlan_transparent = Field(
        post=True, default=None, convert=converters.to_bool_or_none, filters=True
    )
    qos_policy_id = Field(post=True, put=True, default=None, check=checks.or_none(checks.uuid))
    provider_network_type = Field(
        _provider("network_type"),
        key="provider:network_type",
        needs=("network_type", "segments"),
        post=True,
        put=True,
        default=UNSET,
        check=checks.or_none(checks.text(32)),
        filters=lambda values, context: Q(network_type__in=values),
    )
    provider_physical_network = Field(
        _provider("physical_network"),
        key="provider:physical_network",
        needs=("physical_network", "segments"),
        post=True,
        put=True,
        default=UNSET,
        check=checks.or_none(checks.text(64)),
        filters=lambda values, context: Q(physical_network__in=values),
    )
    provider_segmentation_id = Field(
        _provider("segmentation_id"),
        key="provider:segmentation_id",
        needs=("segmentation_id", "segments"),
        post=True,
        put=True,
        default=UNSET,
        convert=converters.to_int_or_none,
        filters=lambda values, context: Q(segmentation_id__in=values),
    )
    segments = Field(show=False, post=True, put=True, default=UNSET, check=checks.items)

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.NetworkNotFound(net_id=resource_id)

    @classmethod
    def visible(cls, context: RequestContext) -> Q:
        return sharing.visible("network", context, sharing.SHARED, sharing.EXTERNAL)


class NetworkViewSet(NounViewSet):
    noun = NetworkNoun

    def make(self, values: Values) -> str:
        return networks.create(self.context, values).id

    def change(self, found: Network, values: Values) -> None:
        networks.change(self.context, found, values)

    def remove(self, found: Network) -> None:
        networks.remove(found)
