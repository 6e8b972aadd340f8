"""Subnets: what they may say, and the addresses that they give."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from django.db import transaction

from cloud.network import errors
from cloud.network.domain import (
    addresses,
    agents,
    networks,
    pools,
    quotas,
    security,
    standard,
)
from cloud.network.models import FixedIp, Network, Port, Segment, Subnet, SubnetPool
from middleware.context import RequestContext

Values = dict[str, Any]
Block = IPv4Network | IPv6Network

DEFAULTS: Values = {
    "dns_nameservers": [],
    "host_routes": [],
    "service_types": [],
    "ipv6_ra_mode": None,
    "ipv6_address_mode": None,
    "segment_id": None,
}
UNREVISED = ("allocation_pools", "dns_nameservers", "host_routes")
MANY_NAMESERVERS = 5
MANY_ROUTES = 20
# Ports that go with the subnet; the others keep it alive.
OWN_PORTS = ("network:dhcp", "network:distributed")


def _refuse(reason: str) -> errors.InvalidInput:
    return errors.InvalidInput(error_message=reason)


def _bad(reason: str) -> errors.BadRequest:
    return errors.BadRequest(resource="subnets", msg=reason)


def create(context: RequestContext, network: Network, values: Values) -> Subnet:
    """Make a subnet on a network."""
    with transaction.atomic():
        quotas.check("subnet", values["project_id"])
        security.ensure_default(values["project_id"])
        siblings = list(Subnet.objects.filter(network=network))
        pool = _pool(context, values)
        net = _carve(pool, values) if pool is not None else _given_block(values)
        row = {**DEFAULTS, **standard.columns(values, Subnet)}
        row |= {"cidr": str(net), "ip_version": net.version}
        row["subnetpool_id"] = pool.id if pool is not None else None
        _check_block(net, row["enable_dhcp"])
        check(row, net)
        networks.check_mtu(network.id, network.mtu, [net.version])
        row["gateway_ip"] = values["gateway_ip"] if "gateway_ip" in values else _first(net)
        row["allocation_pools"] = (
            check_pools(values["allocation_pools"], net, row["gateway_ip"])
            if values.get("allocation_pools")
            else default_pools(net, row["gateway_ip"])
        )
        _refuse_overlap(net, siblings, network)
        if any(
            s.ip_version == net.version and s.subnetpool_id != row["subnetpool_id"]
            for s in siblings
        ):
            raise errors.NetworkSubnetPoolAffinityError
        _check_segment(network.id, row["segment_id"], siblings)
        _check_types(row["service_types"])
        # Neutron: what stands in a table of its own revises it.
        revision = 1 if row["service_types"] else 0
        subnet = standard.add(Subnet, row | {"network_id": network.id}, revision=revision)
        standard.touch(Network.objects.filter(id=network.id))
        if addresses.is_automatic(subnet):
            _address_ports(subnet)
        if subnet.enable_dhcp:
            agents.host_network(network.id)
        return subnet


def change(subnet: Subnet, values: Values) -> None:
    """Change a subnet."""
    with transaction.atomic():
        net = addresses.block(subnet)
        if values.get("enable_dhcp") is False and (subnet.ipv6_ra_mode or subnet.ipv6_address_mode):
            raise _refuse("Cannot disable enable_dhcp with ipv6 attributes set")
        if values.get("enable_dhcp") and not subnet.enable_dhcp:
            _check_block(net, True)
        merged = {
            key: values.get(key, getattr(subnet, key))
            for key in ("ip_version", "gateway_ip", "dns_nameservers", "host_routes")
        } | {"id": subnet.id, "enable_dhcp": True}
        check(merged, net)
        gateway = merged["gateway_ip"]
        if "gateway_ip" in values and gateway != subnet.gateway_ip and subnet.gateway_ip:
            holder = FixedIp.objects.filter(
                subnet=subnet,
                address=subnet.gateway_ip,
                port__device_owner__in=("network:router_interface", "network:router_gateway"),
            ).first()
            if holder is not None:
                raise errors.GatewayIpInUse(ip_address=subnet.gateway_ip, port_id=holder.port_id)
        if "allocation_pools" in values:
            values["allocation_pools"] = check_pools(values["allocation_pools"], net, gateway)
        elif gateway != subnet.gateway_ip and gateway is not None:
            _refuse_in_pools(gateway, subnet.allocation_pools)
        if "segment_id" in values:
            _check_new_segment(subnet, values["segment_id"])
        _check_types(values.get("service_types") or [])
        # Neutron: pools, servers and routes stand in other tables, and revise nothing.
        row = standard.columns(values, Subnet)
        beside = {key: row.pop(key) for key in UNREVISED if key in row}
        Subnet.objects.filter(id=subnet.id).update(**beside)
        for key, value in beside.items():
            setattr(subnet, key, value)
        standard.change(subnet, row, lazily=True)


def remove(subnet: Subnet) -> None:
    """Delete a subnet whose addresses nobody holds."""
    with transaction.atomic():
        taken = FixedIp.objects.filter(subnet=subnet)
        keeping = taken.exclude(port__device_owner__in=OWN_PORTS)
        if addresses.is_automatic(subnet):
            # Ports computed these addresses themselves; only routers keep the subnet alive.
            keeping = keeping.filter(port__device_owner__startswith="network:router_")
        if keeping.exists():
            raise errors.SubnetInUse(subnet_id=subnet.id)
        holders = list(taken.values_list("port_id", flat=True))
        taken.delete()
        standard.touch(Port.objects.filter(id__in=holders))
        standard.discard(subnet)
        standard.touch(Network.objects.filter(id=subnet.network_id))


def _check_segment(network_id: str, segment_id: str | None, siblings: Iterable[Subnet]) -> None:
    """Refuse a segment of another network, and one for a part of a network's subnets only."""
    segment = Segment.objects.filter(id=segment_id).first() if segment_id else None
    if segment_id and segment is None:
        raise errors.SegmentNotFound(segment_id=segment_id)
    routed = {bool(sibling.segment_id) for sibling in siblings} | {bool(segment_id)}
    if len(routed) > 1:
        raise errors.SubnetsNotAllAssociatedWithSegments(network_id=network_id)
    if segment is not None and segment.network_id != network_id:
        raise errors.NetworkIdsDontMatch(subnet_network=network_id, segment_id=segment_id)


def _check_new_segment(subnet: Subnet, segment_id: str | None) -> None:
    """Refuse to give a subnet another segment than its first."""
    network_id = subnet.network_id
    if segment_id != subnet.segment_id:
        if Subnet.objects.filter(network_id=network_id).count() > 1:
            raise errors.SubnetsNotAllAssociatedWithSegments(network_id=network_id)
        if subnet.segment_id:
            raise errors.SubnetSegmentAssociationChangeNotAllowed
        if Segment.objects.filter(network_id=network_id).count() > 1:
            raise errors.NoUpdateSubnetWhenMultipleSegmentsOnNetwork(network_id=network_id)
    if segment_id:
        _check_segment(network_id, segment_id, ())


def _check_types(types: list[str]) -> None:
    if len(set(types)) != len(types):
        raise errors.NeutronDbObjectDuplicateEntry(
            object_type="SubnetServiceType",
            attributes=["subnet_id", "service_type"],
            values=None,
        )


# The block


def _pool(context: RequestContext, values: Values) -> SubnetPool | None:
    wanted = values.get("subnetpool_id")
    if values.get("use_default_subnetpool"):
        if wanted:
            raise _bad("subnetpool_id and use_default_subnetpool cannot both be specified")
        default = SubnetPool.objects.filter(
            is_default=True, ip_version=values["ip_version"]
        ).first()
        if default is None:
            raise _bad(f"No default subnetpool found for IPv{values['ip_version']}")
        return default
    if not wanted:
        return None
    if wanted == pools.PREFIX_DELEGATION:
        if values.get("cidr"):
            return None
        raise _delegation(values)
    return pools.find(context, wanted)


def _delegation(values: Values) -> errors.NetworkError:
    """Why a prefix is not delegated: nothing here would do so in the end."""
    if values["ip_version"] != 6:
        return _bad("Prefix Delegation can only be used with IPv6 subnets.")
    for name, key in (("RA", "ipv6_ra_mode"), ("Address", "ipv6_address_mode")):
        if values.get(key) not in addresses.AUTOMATIC:
            return _bad(f"IPv6 {name} Mode must be SLAAC or Stateless for Prefix Delegation.")
    return errors.NetworkSubnetPoolAffinityError()


def _carve(pool: SubnetPool, values: Values) -> Block:
    if pool.ip_version != values["ip_version"]:
        raise _bad(
            f"Cannot allocate IPv{values['ip_version']} subnet from "
            f"IPv{pool.ip_version} subnet pool"
        )
    asked = values.get("cidr")
    if asked and "prefixlen" in values:
        raise _bad("cidr and prefixlen must not be supplied together")
    if "allocation_pools" in values and not asked:
        raise _bad("allocation_pools allowed only for specific subnet requests.")
    if asked:
        net = ip_network(asked, strict=False)
        return pools.allocate(pool, values["project_id"], net.prefixlen, net)
    return pools.allocate(
        pool, values["project_id"], values.get("prefixlen", pool.default_prefixlen)
    )


def _given_block(values: Values) -> Block:
    asked = values.get("cidr")
    if asked is None:
        raise _bad("a subnetpool must be specified in the absence of a cidr")
    if "prefixlen" in values:
        raise _bad("cidr and prefixlen must not be supplied together")
    net = ip_network(asked, strict=False)
    if net.version != values["ip_version"]:
        raise _refuse(f"cidr '{asked}' does not match the ip_version '{values['ip_version']}'")
    return net


def _refuse_overlap(net: Block, siblings: Iterable[Subnet], network: Network) -> None:
    if net.prefixlen == 0:
        raise _refuse("0 is not allowed as CIDR prefix length")
    for sibling in siblings:
        other = addresses.block(sibling)
        if other.version == net.version and other.overlaps(net):  # type: ignore[arg-type]
            raise _refuse(
                f"Requested subnet with cidr: {net} for network: {network.id} "
                "overlaps with another subnet"
            )


def _check_block(net: Block, dhcp: bool) -> None:
    if net.version == 6 and int(net.network_address) == 0:
        raise _refuse("IPv6 subnet '::' is not supported")
    if not dhcp:
        return
    if net.prefixlen > (30 if net.version == 4 else 126):
        raise _refuse("Subnet has a prefix length that is incompatible with DHCP service enabled")
    if net.is_multicast:
        raise _refuse("Multicast IP subnet is not supported if enable_dhcp is True")
    if net.is_loopback:
        raise _refuse("Loopback IP subnet is not supported if enable_dhcp is True")
    if net.version == 4 and int(net.network_address) == 0:
        raise _refuse("First IP '0.0.0.0' of network is not supported if enable_dhcp is True.")


def _first(net: Block) -> str:
    """Where a subnet's gateway is unless somebody says so: of IPv6 any router on it."""
    return str(net.network_address + (net.version == 4))


def _span(net: Block) -> tuple[int, int]:
    """The first and the last address that a subnet can give."""
    first, last = int(net.network_address), int(net.broadcast_address)
    if net.version == 6 and net.num_addresses > 1:
        first += 1
    elif net.version == 4 and net.prefixlen <= 30:
        first, last = first + 1, last - 1
    return first, last


def default_pools(net: Block, gateway: str | None) -> list[Values]:
    """Every address but the edges and the gateway."""
    first, last = _span(net)
    make = type(net.network_address)
    if net.num_addresses == 1:
        return [{"start": str(make(first)), "end": str(make(last))}]
    cut = int(ip_address(gateway)) if gateway else None
    ranges = [(first, last)]
    if cut is not None and first <= cut <= last:
        ranges = [(first, cut - 1), (cut + 1, last)]
    return [
        {"start": str(make(low)), "end": str(make(high))} for low, high in ranges if low <= high
    ]


def check_pools(asked: list[Values], net: Block, gateway: str | None) -> list[Values]:
    """Refuse pools that leave the block, overlap, or hold the gateway."""
    seen: list[tuple[int, int, str]] = []
    for pool in asked:
        shown = f"{pool['start']}-{pool['end']}"
        start, end = ip_address(pool["start"]), ip_address(pool["end"])
        if start.version != end.version or int(start) > int(end):
            raise errors.InvalidAllocationPool(pool=pool)
        if start.version != net.version:
            raise errors.InvalidAllocationPool(pool=shown)
        least, most = _span(net)
        if int(start) < least or int(end) > most:
            raise errors.OutOfBoundsAllocationPool(pool=shown, subnet_cidr=str(net))
        for low, high, other in seen:
            if int(start) <= high and low <= int(end):
                raise errors.OverlappingAllocationPools(
                    pool_1=other, pool_2=shown, subnet_cidr=str(net)
                )
        seen.append((int(start), int(end), shown))
    found = [
        {"start": str(ip_address(p["start"])), "end": str(ip_address(p["end"]))} for p in asked
    ]
    if gateway is not None:
        _refuse_in_pools(gateway, found)
    return found


def _refuse_in_pools(gateway: str, found: list[Values]) -> None:
    number = int(ip_address(gateway))
    for pool in found:
        if int(ip_address(pool["start"])) <= number <= int(ip_address(pool["end"])):
            raise errors.GatewayConflictWithAllocationPools(
                ip_address=gateway, pool=f"{pool['start']}-{pool['end']}"
            )


# Everything else that it says


def check(row: Values, net: Block) -> None:
    """Refuse values that do not go together."""
    version = row["ip_version"]
    gateway = row.get("gateway_ip")
    if gateway is not None:
        _check_version(version, gateway, "gateway_ip")
        edges = (net.network_address, net.broadcast_address)
        if version == 4 and ip_address(gateway) in edges:
            raise _refuse("Gateway is not valid on subnet")
    name = row.get("id", "new subnet")
    if len(row["dns_nameservers"]) > MANY_NAMESERVERS:
        raise errors.DNSNameServersExhausted(subnet_id=name, quota=MANY_NAMESERVERS)
    for host in row["dns_nameservers"]:
        _check_version(version, host, "dns_nameserver")
    if len(row["host_routes"]) > MANY_ROUTES:
        raise errors.HostRoutesExhausted(subnet_id=name, quota=MANY_ROUTES)
    for route in row["host_routes"]:
        _check_version(version, route["nexthop"], "nexthop")
        _check_version(version, route["destination"], "destination")
    if "ipv6_ra_mode" in row or "ipv6_address_mode" in row:
        _check_modes(row, net)


def _check_version(version: int, value: str, name: str) -> None:
    if ip_network(value, strict=False).version != version:
        raise _refuse(f"{name} '{value}' does not match the ip_version '{version}'")


def _check_modes(row: Values, net: Block) -> None:
    ra, mode = row.get("ipv6_ra_mode"), row.get("ipv6_address_mode")
    if row["ip_version"] == 4:
        for name, value in (("ipv6_ra_mode", ra), ("ipv6_address_mode", mode)):
            if value is not None:
                raise _refuse(f"{name} is not valid when ip_version is 4")
        return
    if (ra or mode) and not row["enable_dhcp"]:
        raise _refuse(
            "ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False"
        )
    if ra and mode and ra != mode:
        raise _refuse(
            f"ipv6_ra_mode set to '{ra}' with ipv6_address_mode set to '{mode}' is not valid. "
            "If both attributes are set, they must be the same value"
        )
    if mode in addresses.AUTOMATIC and net.prefixlen != 64:
        raise _refuse(
            f"Invalid CIDR {net} for IPv6 address mode. OpenStack uses the EUI-64 address "
            "format, which requires the prefix to be /64"
        )


def _address_ports(subnet: Subnet) -> None:
    """Ports that are there already compute an address on the new subnet."""
    ports = Port.objects.filter(network_id=subnet.network_id).exclude(
        device_owner__in=addresses.INTERFACES
    )
    FixedIp.objects.bulk_create(
        FixedIp(port_id=id, subnet=subnet, address=addresses.from_mac(subnet.cidr, mac))
        for id, mac in ports.values_list("id", "mac_address")
    )
    standard.touch(ports)
