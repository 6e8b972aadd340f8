"""Which addresses a port gets.  No address is handed out twice: the database sees to it."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from django.db import IntegrityError, transaction

from cloud.network import errors
from cloud.network.models import FixedIp, Subnet
from versioned.prepared import Prepared, insert

Values = dict[str, Any]
AUTOMATIC = ("slaac", "dhcpv6-stateless")
# How many addresses are looked at before a subnet is taken to be nearly full.
SAMPLE = 24
ROUTERS = ("network:router_", "network:ha_router_replicated_interface")
# Routers are where the prefixes come from, and take the addresses that they are given.
INTERFACES = (
    "network:router_interface",
    "network:router_interface_distributed",
    "network:ha_router_replicated_interface",
    "network:router_centralized_snat",
)
SMALL = 64
ATTEMPTS = 10


_TAKEN = Prepared(
    lambda subnet_id, *sample: FixedIp.objects.filter(
        subnet_id=subnet_id, address__in=sample
    ).values_list("address", flat=True),
    *[str] * (1 + SAMPLE),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """An address to be had from one of some subnets; `address` None means any."""

    subnets: tuple[Subnet, ...]
    address: str | None = None


def is_automatic(subnet: Subnet) -> bool:
    """Whether ports compute their own addresses on `subnet`."""
    modes = {subnet.ipv6_address_mode, subnet.ipv6_ra_mode}
    return subnet.ip_version == 6 and not modes.isdisjoint(AUTOMATIC)


def are_own(subnet: Subnet, owner: str) -> bool:
    """Whether a port of that owner has an address on `subnet` unasked, which it computes."""
    return owner not in INTERFACES and is_automatic(subnet)


def block(subnet: Subnet) -> IPv4Network | IPv6Network:
    return ip_network(subnet.cidr)


def from_mac(cidr: str, mac: str) -> str:
    """The EUI-64 address of a MAC address in a prefix."""
    parts = bytearray.fromhex(mac.replace(":", ""))
    parts[0] ^= 2
    low = int.from_bytes(parts[:3] + b"\xff\xfe" + parts[3:], "big")
    return str(ip_address(int(ip_network(cidr).network_address) + low))


def wishes(
    subnets: Iterable[Subnet],
    asked: list[Values] | None,
    *,
    network_id: str,
    owner: str,
    mac: str,
    settled: set[str] | None = None,
) -> list[Wish]:
    """What a port on these subnets is to get; `asked` None leaves it to the service.

    `settled`: the subnets that a port which is changed has its addresses on, or gives them back.
    """
    chosen = fitting(subnets, owner, network_id)
    if asked is not None:
        return _all_asked(
            chosen, asked, network_id=network_id, owner=owner, mac=mac, settled=settled
        )
    groups = (
        [subnet for subnet in chosen if subnet.ip_version == 4],
        [subnet for subnet in chosen if subnet.ip_version == 6 and not is_automatic(subnet)],
    )
    found = [Wish(tuple(group)) for group in groups if group]
    found += [
        Wish((subnet,), from_mac(subnet.cidr, mac)) for subnet in chosen if is_automatic(subnet)
    ]
    return found


def fitting(subnets: Iterable[Subnet], owner: str, network_id: str) -> list[Subnet]:
    """The subnets for ports of that owner, those first that are for them alone."""
    them = list(subnets)
    found = [each for each in them if not each.service_types or owner in each.service_types]
    if them and not found:
        raise errors.IpAddressGenerationFailureNoMatchingSubnet(
            network_id=network_id, service_type=owner
        )
    return sorted(found, key=lambda subnet: not subnet.service_types)


def _all_asked(
    subnets: list[Subnet],
    asked: list[Values],
    *,
    network_id: str,
    owner: str,
    mac: str,
    settled: set[str] | None,
) -> list[Wish]:
    named = [_asked(subnets, wish, network_id=network_id, owner=owner, mac=mac) for wish in asked]
    found = [wish for wish in named if wish is not None]
    if settled is not None:
        settled = settled | {wish.subnets[0].id for wish in found}
    # Neutron: what ports compute they have on every subnet, whichever is asked for.
    return found + [
        Wish((subnet,), from_mac(subnet.cidr, mac))
        for subnet in subnets
        if are_own(subnet, owner) and subnet.id not in (settled or ())
    ]


def _asked(
    subnets: list[Subnet], wish: Values, *, network_id: str, owner: str, mac: str
) -> Wish | None:
    """What is to be had for a wish, None if it is had unasked."""
    if not subnets:
        raise errors.InvalidInput(error_message="IP allocation requires subnets for network")
    subnet_id, asked = wish.get("subnet_id"), wish.get("ip_address")
    if subnet_id is None and asked is None:
        raise errors.InvalidInput(error_message="IP allocation requires subnet_id or ip_address")
    if subnet_id is None:
        address = ip_address(str(asked))
        for subnet in subnets:
            if address in block(subnet) and not _is_edge(subnet, address, owner):
                return _given(subnet, str(address), owner=owner, mac=mac)
        raise errors.InvalidIpForNetwork(ip_address=asked)
    found = next((subnet for subnet in subnets if subnet.id == subnet_id), None)
    if found is None and not Subnet.objects.filter(id=subnet_id).exists():
        raise errors.SubnetNotFound(subnet_id=subnet_id)
    if found is None:
        raise errors.InvalidInput(
            error_message=(
                f"Failed to create port on network {network_id}, because fixed_ips included "
                f"invalid subnet {subnet_id}"
            )
        )
    if asked is None and are_own(found, owner):
        return None
    if asked is None:
        return Wish((found,), from_mac(found.cidr, mac) if is_automatic(found) else None)
    address = ip_address(str(asked))
    if address not in block(found) or _is_edge(found, address, owner):
        raise errors.InvalidIpForSubnet(ip_address=asked)
    return _given(found, str(address), owner=owner, mac=mac)


def _given(subnet: Subnet, address: str, *, owner: str, mac: str) -> Wish:
    if are_own(subnet, owner) and address != from_mac(subnet.cidr, mac):
        raise errors.AllocationOnAutoAddressSubnet(ip=address, subnet_id=subnet.id)
    return Wish((subnet,), address)


def _is_edge(subnet: Subnet, address: Any, owner: str) -> bool:
    """Whether an address is that of the subnet itself, or that of all on it.

    In IPv6 the first means any router, and nobody knows who a port without an owner is for.
    """
    net = block(subnet)
    if net.version == 6:
        is_router = not owner or owner.startswith(ROUTERS)
        return bool(address == net.network_address and not is_router)
    return address in (net.network_address, net.broadcast_address)


def take(port_id: str, wish: Wish, *, network_id: str) -> FixedIp:
    """Fulfil a wish, or say why not."""
    if wish.address is not None:
        subnet = wish.subnets[0]
        try:
            return _insert(port_id, subnet, wish.address)
        except IntegrityError:
            raise errors.IpAddressAlreadyAllocated(ip=wish.address, subnet_id=subnet.id) from None
    for subnet in wish.subnets:
        for _ in range(ATTEMPTS):
            address = _free(subnet)
            if address is None:
                break
            try:
                return _insert(port_id, subnet, address)
            except IntegrityError:
                continue
    raise errors.IpAddressGenerationFailure(net_id=network_id)


def _insert(port_id: str, subnet: Subnet, address: str) -> FixedIp:
    with transaction.atomic():
        return insert([FixedIp(port_id=port_id, subnet=subnet, address=address)])[0]


def _free(subnet: Subnet) -> str | None:
    """An address of the allocation pools that nobody has, by a look at a few or at all."""
    ranges = [
        (int(ip_address(pool["start"])), int(ip_address(pool["end"])))
        for pool in subnet.allocation_pools
    ]
    sizes = [last - first + 1 for first, last in ranges]
    total = sum(sizes)
    make = type(block(subnet).network_address)
    used = FixedIp.objects.filter(subnet=subnet)
    if total > SMALL:
        candidates = [str(make(_nth(ranges, random.randrange(total)))) for _ in range(SAMPLE)]  # noqa: S311
        taken = set(_TAKEN(subnet.id, *candidates))
        for candidate in candidates:
            if candidate not in taken:
                return candidate
    numbers = {int(ip_address(a)) for a in used.values_list("address", flat=True)}
    for first, last in ranges:
        for number in range(first, last + 1):
            if number not in numbers:
                return str(make(number))
    return None


def _nth(ranges: list[tuple[int, int]], index: int) -> int:
    for first, last in ranges:
        size = last - first + 1
        if index < size:
            return first + index
        index -= size
    raise IndexError(index)
