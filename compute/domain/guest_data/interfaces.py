"""/etc/network/interfaces for guests whose network has no DHCP, laid out as Nova does it."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_network

from compute.domain.guest_data.links import Link, Subnet

_HEAD = """\
# Injected by Nova on instance boot
#
# This file describes the network interfaces available on your system
# and how to activate them. For more information, see interfaces(5).

# The loopback network interface
auto lo
iface lo inet loopback
"""


def written(links: Sequence[Link]) -> str | None:
    """The file; None when no interface needs it."""
    blocks = []
    number = -1
    for link in links:
        if not link.subnets:
            continue
        number += 1
        four, six = link.subnet(4), link.subnet(6)
        if any(each and each.dhcp_server for each in (four, six)):
            continue
        lines = _stanzas(f"eth{number}", link.mac_address, four, six)
        blocks.append("".join(f"{line}\n" for line in lines))
    return _HEAD + "".join(blocks) if blocks else None


def _stanzas(name: str, mac: str, four: Subnet | None, six: Subnet | None) -> Iterator[str]:
    yield ""
    yield f"auto {name}"
    if four is not None:
        block = ip_network(four.cidr)
        yield f"iface {name} inet static"
        yield f"    hwaddress ether {mac}"
        yield f"    address {four.address}"
        yield f"    netmask {block.netmask}"
        yield f"    broadcast {block.broadcast_address}"
        yield from _ways_out(four)
    if six is not None:
        yield f"iface {name} inet6 static"
        yield f"    hwaddress ether {mac}"
        yield f"    address {six.address}"
        yield f"    netmask {ip_network(six.cidr).prefixlen}"
        yield from _ways_out(six)


def _ways_out(subnet: Subnet) -> Iterator[str]:
    if subnet.gateway:
        yield f"    gateway {subnet.gateway}"
    if subnet.dns:
        yield f"    dns-nameservers {' '.join(subnet.dns)}"
