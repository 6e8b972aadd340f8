"""Networks and their segments."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from cloud.network import errors
from cloud.network.domain import (
    floating_ips,
    ports,
    qos,
    quotas,
    security,
    sharing,
    standard,
    zones,
)
from cloud.network.models import (
    AgentHosting,
    AutoAllocatedTopology,
    FloatingIp,
    Network,
    NetworkSegmentRange,
    Port,
    Segment,
    Subnet,
)
from middleware.context import RequestContext

Values = dict[str, Any]

RENAMED = {
    "router:external": "is_external",
    "provider:network_type": "network_type",
    "provider:physical_network": "physical_network",
    "provider:segmentation_id": "segmentation_id",
}
RENAMED_PROVIDER = ("network_type", "physical_network", "segmentation_id")
PROVIDER = ("provider:network_type", "provider:physical_network", "provider:segmentation_id")
PHYSICAL = ("flat", "vlan")
TUNNELS = ("vxlan", "gre", "geneve")
OVERHEAD = {"vxlan": 50, "gre": 42, "geneve": 58}
WIDEST = 1500
LEAST_MTU = {4: 68, 6: 1280}
# Ports that nobody asked for: they go with their network.
OWN_PORTS = ("network:dhcp", "network:distributed", "network:router_ha_interface")


def create(context: RequestContext, values: Values) -> Network:
    """Make a network."""
    with transaction.atomic():
        quotas.check("network", values["project_id"])
        security.ensure_default(values["project_id"])
        zones.check(values["availability_zone_hints"])
        qos.check_usable(context, values)
        segments = _segments(values)
        provider = segments[0]
        row = standard.columns(values, Network, RENAMED) | provider
        row["mtu"] = _mtu(values["mtu"], [segment["network_type"] for segment in segments])
        row["qos_policy_id"] = values.get("qos_policy_id") or qos.default_of(values["project_id"])
        network = standard.add(Network, row, revision=1)
        _occupy(network, provider)
        for segment in segments[1:]:
            add_segment({"network_id": network.id, **segment})
        if values["shared"]:
            sharing.share("network", network.id, network.project_id)
        if network.is_external:
            sharing.share("network", network.id, network.project_id, sharing.EXTERNAL)
        if network.is_default:
            _be_default(network)
        return network


def change(context: RequestContext, network: Network, values: Values) -> None:
    """Change a network."""
    qos.check_usable(context, values)
    with transaction.atomic():
        _renumber(network, values)
        is_other = False
        shared = values.get("shared")
        if shared is True:
            is_other = sharing.share("network", network.id, network.project_id)
        elif shared is False:
            _refuse_foreign_ports(network)
            is_other = sharing.unshare("network", network.id)
        external = values.get("router:external")
        if external is False and network.is_external:
            gateways = Port.objects.filter(network=network, device_owner="network:router_gateway")
            if gateways.exists():
                raise errors.ExternalNetworkInUse(net_id=network.id)
            sharing.unshare("network", network.id, sharing.EXTERNAL)
        elif external and not network.is_external:
            sharing.share("network", network.id, network.project_id, sharing.EXTERNAL)
        if "mtu" in values:
            found = Subnet.objects.filter(network=network).values_list("ip_version", flat=True)
            check_mtu(network.id, values["mtu"], found)
            kinds = Segment.objects.filter(network=network).values_list("network_type", flat=True)
            values = values | {"mtu": _mtu(values["mtu"], kinds)}
        row = {
            key: value
            for key, value in standard.columns(values, Network, RENAMED).items()
            if key not in RENAMED_PROVIDER
        }
        standard.change(network, row, lazily=not is_other)
        if values.get("is_default"):
            _be_default(network)


def remove(network: Network) -> None:
    """Delete a network with its subnets, unless ports are left on it."""
    # Neutron: floating ips that lead nowhere are gone even if the network is then found in use.
    for idle in FloatingIp.objects.filter(floating_network=network, port=None, router=None):
        floating_ips.remove(idle)
    with transaction.atomic():
        found = Port.objects.filter(network=network)
        left = [
            id for id, owner in found.values_list("id", "device_owner") if owner not in OWN_PORTS
        ]
        if left:
            raise errors.NetworkInUse(
                net_id=network.id, ports=f", id for these ports is: {','.join(left)}"
            )
        for port in found:
            ports.drop(port)
        Subnet.objects.filter(network=network).delete()
        Segment.objects.filter(network=network).delete()
        AgentHosting.objects.filter(resource_id=network.id).delete()
        AutoAllocatedTopology.objects.filter(network=network).delete()
        sharing.forget(network.id)
        standard.discard(network)


def check_mtu(network_id: str, mtu: int, versions: Iterable[int]) -> None:
    """Refuse an MTU that is too small for subnets of these IP versions."""
    least = max((LEAST_MTU[version] for version in versions), default=0)
    # Neutron: what is too small for IPv4 is said to be so even where there is only IPv6.
    if mtu < least:
        smallest = LEAST_MTU[4] if mtu < LEAST_MTU[4] else least
        raise errors.NetworkMTUSubnetConflict(net_id=network_id, mtu=smallest)


def _mtu(asked: int, kinds: Iterable[str]) -> int:
    """The MTU of a network with segments of these types: what is asked, or else the most."""
    widest = min((WIDEST - OVERHEAD.get(kind, 0) for kind in kinds), default=WIDEST)
    if asked > widest:
        raise errors.InvalidInput(error_message=f"Requested MTU is too big, maximum is {widest}")
    return asked or widest


def _renumber(network: Network, values: Values) -> None:
    """Give a VLAN network another VLAN, which is all that may change of a segment."""
    for key in PROVIDER[:2]:
        if values.get(key) is not None and values[key] != getattr(network, RENAMED[key]):
            # Neutron: names both, whichever was given.
            raise errors.InvalidInput(
                error_message="Plugin does not support updating the following provider network "
                "attributes: provider:network_type, provider:physical_network"
            )
    number = values.get("provider:segmentation_id")
    if not number:
        return
    if network.network_type != "vlan":
        raise errors.InvalidInput(error_message="Only VLAN type networks can be updated.")
    check_segment("vlan", network.physical_network, number)
    try:
        with transaction.atomic():
            Segment.objects.filter(network=network, segmentation_id=network.segmentation_id).update(
                segmentation_id=number
            )
    except IntegrityError:
        raise errors.VlanIdInUse(
            vlan_id=number, physical_network=network.physical_network
        ) from None
    Network.objects.filter(id=network.id).update(segmentation_id=number)
    network.segmentation_id = number


def _refuse_foreign_ports(network: Network) -> None:
    foreign = (
        Port.objects.filter(network=network)
        .exclude(project_id__in=(network.project_id, ""))
        .exclude(device_owner__startswith="network:")
    )
    if foreign.exists():
        raise errors.InvalidSharedSetting(network=network.name)


def _be_default(network: Network) -> None:
    others = Network.objects.filter(is_default=True, is_external=True).exclude(id=network.id)
    taken = others.values_list("id", flat=True).first()
    if taken is not None and network.is_external:
        raise errors.DefaultExternalNetworkExists(net_id=taken)


# Segments


def _segments(values: Values) -> list[Values]:
    """The types, the physical networks and the ids of a new network's segments."""
    given = {key: values.get(key) for key in PROVIDER}
    segments = values.get("segments")
    if any(value is not None for value in given.values()):
        if segments is not None:
            raise errors.SegmentsSetInConjunctionWithProviders
        return [_segment(given)]
    if not segments:
        return [check_segment("vxlan", None, None)]
    found = [_segment(segment) for segment in segments]
    if any(segment in found[:at] for at, segment in enumerate(found) if _is_whole(segment)):
        raise errors.SegmentsContainDuplicateEntry
    return found


def _segment(given: Values) -> Values:
    kind, physical, number = (given.get(key) for key in PROVIDER)
    if kind is None:
        raise errors.InvalidInput(error_message="network_type required")
    return check_segment(kind, physical, number)


def _is_whole(segment: Values) -> bool:
    """Whether nothing is left to be chosen for a segment."""
    return segment["network_type"] in ("flat", "local") or segment["segmentation_id"] is not None


def check_segment(kind: str, physical: str | None, number: int | None) -> Values:
    """Refuse what a type of segment cannot have."""

    def refuse(reason: str) -> errors.InvalidInput:
        return errors.InvalidInput(error_message=reason)

    if kind not in (*PHYSICAL, *TUNNELS, "local"):
        raise refuse(f"network_type value '{kind}' not supported")
    if kind == "flat":
        if not physical:
            raise refuse("physical_network required for flat provider network")
        if number:
            raise refuse("segmentation_id prohibited for flat provider network")
    elif kind == "vlan":
        if not physical:
            if number is not None:
                raise refuse("segmentation_id requires physical_network for VLAN provider network")
            # Neutron: takes one of those that it was configured with; here it is any.
            raise refuse("physical_network required for VLAN provider network")
        if number is not None and not 1 <= number <= 4094:
            raise refuse("segmentation_id out of range (1 through 4094)")
    elif kind == "local":
        for name, value in (("physical_network", physical), ("segmentation_id", number)):
            if value:
                raise refuse(f"{name} prohibited for local provider network")
    elif physical:
        raise refuse(f"provider:physical_network specified for {kind} network")
    return {"network_type": kind, "physical_network": physical, "segmentation_id": number}


def _occupy(network: Network, provider: Values) -> None:
    """Give a network its first segment; choose an id where none was asked for."""
    kind, physical = provider["network_type"], provider["physical_network"]
    asked = provider["segmentation_id"]
    taken = Segment.objects.filter(network_type=kind, physical_network=physical)
    if kind == "flat" and taken.exists():
        raise errors.FlatNetworkInUse(physical_network=physical)
    for _ in range(5):
        number = asked
        if number is None and kind in (*TUNNELS, "vlan"):
            number = _next_id(network.project_id, kind, physical, taken)
        try:
            with transaction.atomic():
                segment = standard.add(
                    Segment,
                    {
                        "network_id": network.id,
                        "name": None,
                        "network_type": kind,
                        "physical_network": physical,
                        "segmentation_id": number,
                    },
                )
        except IntegrityError:
            if asked is None:
                continue
            if kind == "vlan":
                raise errors.VlanIdInUse(vlan_id=asked, physical_network=physical) from None
            raise errors.TunnelIdInUse(tunnel_id=asked) from None
        if number != asked:
            Network.objects.filter(id=network.id).update(segmentation_id=segment.segmentation_id)
        return
    raise errors.ServiceUnavailable


def _next_id(project_id: str, kind: str, physical: str | None, taken: QuerySet[Segment]) -> int:
    """The next free id: in a range of the project, or else where no project has a range."""
    ranges = NetworkSegmentRange.objects.filter(
        network_type=kind, physical_network=physical, shared=False
    )
    spans = list(ranges.order_by("minimum").values_list("minimum", "maximum", "project_id"))
    for least, most, owner in spans:
        if owner == project_id:
            held = taken.filter(segmentation_id__range=(least, most))
            used = set(held.values_list("segmentation_id", flat=True))
            for number in range(least, most + 1):
                if number not in used:
                    return number
    used = set(taken.values_list("segmentation_id", flat=True))
    number = 1
    while number in used or any(least <= number <= most for least, most, _ in spans):
        number += 1
    return number


def add_segment(values: Values) -> Segment:
    """Put another segment under a network."""
    network = Network.objects.filter(id=values["network_id"]).first()
    if network is None:
        raise errors.NetworkNotFound(net_id=values["network_id"])
    checked = check_segment(
        values["network_type"], values.get("physical_network"), values.get("segmentation_id")
    )
    row = {"network_id": network.id, "name": values.get("name"), **checked}
    row["description"] = values.get("description", "")
    try:
        with transaction.atomic():
            return standard.add(Segment, row)
    except IntegrityError:
        raise errors.TunnelIdInUse(tunnel_id=checked["segmentation_id"]) from None


def remove_segment(segment: Segment) -> None:
    """Delete a segment that no subnet lies in."""
    with transaction.atomic():
        subnets = list(Subnet.objects.filter(segment=segment).values_list("id", flat=True))
        if subnets:
            raise errors.SegmentInUse(
                segment_id=segment.id,
                reason=f"The segment is still associated with subnet(s) {', '.join(subnets)}",
            )
        standard.discard(segment)
