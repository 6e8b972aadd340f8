"""Networks.  /v2.0/networks"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from cloud.network import errors
from cloud.network.api import checks, converters, dns_checks
from cloud.network.api.resource import UNSET, Field, NetworkAsk, Rows
from cloud.network.api.standard import Tagged, flag, shows_tags
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
        guarded=True,
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


def _is_single(row: Values, ask: NetworkAsk) -> bool:
    return not row["segments"]


def to_segments(value: Any) -> Any:
    """Segments with all three provider attributes; None stands for those that were not given."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        # Neutron: fails on what is not a list of objects.
        raise errors.InvalidInput(error_message=f"'{value}' is not a list of segments")
    for segment in value:
        unknown = [key for key in segment if key not in networks.PROVIDER]
        if unknown:
            raise errors.HTTPBadRequest(f"Unrecognized attribute(s) '{', '.join(unknown)}'")
        number = segment.get("provider:segmentation_id")
        if number:
            segment["provider:segmentation_id"] = converters.to_int(number)
    return [{key: segment.get(key) or None for key in networks.PROVIDER} for segment in value]


class NetworkNoun(Tagged):
    member, plural, model = "network", "networks", Network
    is_core = True
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
        guarded=True,
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
        guarded=True,
        post=True,
        put=True,
        default=False,
        convert=converters.to_bool,
        filters=True,
    )
    # Neutron: says so of external networks alone, and of each that was just made.
    is_default = flag(
        False,
        post=True,
        put=True,
        guarded=True,
        when=lambda row, ask: row["is_external"] or ask.is_new,
        needs=("is_default", "is_external"),
    )
    port_security_enabled = flag(post=True, put=True, filters=False, guarded=True)
    ha = flag(False, post=True, show=False, filters=False)
    dns_domain = Field(
        post=True, put=True, default="", convert=converters.to_lower, check=dns_checks.domain
    )
    availability_zone_hints = Field(
        post=True, default=[], check=checks.each(checks.text()), sort=True
    )
    availability_zones = Field(lambda row, ask: [zones.ZONE] if row["subnet_ids"] else [])
    ipv4_address_scope = Field(lambda row, ask: row["scopes"].get(4), needs="scopes")
    ipv6_address_scope = Field(lambda row, ask: row["scopes"].get(6), needs="scopes")
    l2_adjacency = Field(lambda row, ask: True)
    qos_policy_id = Field(
        post=True, put=True, default=None, check=checks.or_none(checks.uuid), guarded=True
    )
    provider_network_type = Field(
        "network_type",
        when=_is_single,
        key="provider:network_type",
        needs=("network_type", "segments"),
        post=True,
        put=True,
        default=UNSET,
        guarded=True,
        check=checks.text(32),
        filters=lambda values, context: Q(network_type__in=values),
    )
    provider_physical_network = Field(
        "physical_network",
        when=_is_single,
        key="provider:physical_network",
        needs=("physical_network", "segments"),
        post=True,
        put=True,
        default=UNSET,
        guarded=True,
        check=checks.text(64),
        filters=lambda values, context: Q(physical_network__in=values),
    )
    provider_segmentation_id = Field(
        "segmentation_id",
        when=_is_single,
        key="provider:segmentation_id",
        needs=("segmentation_id", "segments"),
        post=True,
        put=True,
        default=UNSET,
        guarded=True,
        convert=converters.to_int,
        filters=lambda values, context: Q(segmentation_id__in=values),
    )
    # Neutron: several segments stand in the place of the provider attributes.
    segments = Field(
        lambda row, ask: row["segments"],
        when=lambda row, ask: row["segments"],
        needs="segments",
        post=True,
        put=True,
        default=UNSET,
        convert=to_segments,
        guarded=True,
    )
    tags = Field(
        lambda row, ask: row["tags"], needs=("tags", "shared", "is_external"), when=shows_tags
    )

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.NetworkNotFound(net_id=resource_id)

    @classmethod
    def visible(cls, context: RequestContext) -> Q:
        return sharing.visible("network", context, sharing.SHARED, sharing.EXTERNAL)

    @classmethod
    def offered(cls, context: RequestContext) -> Q:
        return sharing.shared("network", context, sharing.SHARED, sharing.EXTERNAL)


class NetworkViewSet(NounViewSet):
    noun = NetworkNoun

    def make(self, values: Values) -> str:
        return networks.create(self.context, values).id

    def change(self, found: Network, values: Values) -> None:
        networks.change(self.context, found, values)

    def remove(self, found: Network) -> None:
        networks.remove(found)
