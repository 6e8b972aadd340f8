"""A guest's interfaces with their networks and subnets, and network_data.json made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from compute.clients.network import network
from compute.domain import context as contexts
from compute.models import Server
from middleware.context import RequestContext

Row = Mapping[str, Any]

# Nova: vif types that were shown before others became "phy".
_SHOWN_TYPES = frozenset({"bridge", "dvs", "hw_veb", "hyperv", "ovs", "tap", "vhostuser", "vif"})
_EVERYWHERE = {4: "0.0.0.0", 6: "::"}  # noqa: S104 - the default route


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet that an interface has an address in; the first of them is the one that counts."""

    version: int
    cidr: str
    address: str
    gateway: str | None
    dns: Sequence[str]
    # (destination, next hop)
    routes: Sequence[tuple[str, str]]
    enable_dhcp: bool
    dhcp_server: str | None
    ipv6_address_mode: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """An interface."""

    port_id: str
    network_id: str
    mac_address: str
    vif_type: str
    mtu: int | None
    tag: str | None
    vlan: int | None
    is_trusted: bool
    subnets: Sequence[Subnet]

    def subnet(self, version: int) -> Subnet | None:
        """The first one of an IP version; Nova shows no others."""
        return next((each for each in self.subnets if each.version == version), None)


def look_up(server: Server) -> tuple[list[Link], list[str]]:
    """The server's interfaces in their order, and its groups' names, as Network has them now."""
    if not server.interfaces:
        return [], []
    acting = contexts.owner_of(contexts.cloud(), server.project_id, server.user_id)
    net_ids = sorted({each["network_id"] for each in server.interfaces})
    subnet_ids = {f["subnet_id"] for each in server.interfaces for f in each["fixed_ips"]}
    nets = {row["id"]: row for row in network().networks(acting, id=net_ids)}
    ports = {row["id"]: row for row in network().list_ports(acting, device_id=server.uuid)}
    subnets = network().subnets(acting, id=sorted(subnet_ids)) if subnet_ids else []
    servers = _dhcp_servers(acting, net_ids)
    links = [_link(each, nets, ports, subnets, servers) for each in server.interfaces]
    return links, _group_names(acting, list(ports.values()))


def _group_names(acting: RequestContext, ports: Sequence[Row]) -> list[str]:
    """The groups of each port; Nova names one twice that two ports have."""
    ids = [each for port in ports for each in port.get("security_groups") or ()]
    if not ids:
        return []
    rows = network().security_groups(acting, id=sorted(set(ids)), fields=["id", "name"])
    names = {row["id"]: row["name"] or row["id"] for row in rows}
    return [names[each] for each in ids if each in names]


def _dhcp_servers(acting: RequestContext, net_ids: Sequence[str]) -> dict[str, str]:
    """The address of each subnet's DHCP server, where a port says that there is one."""
    owner = "network:dhcp"
    found: dict[str, str] = {}
    for port in network().list_ports(acting, network_id=list(net_ids), device_owner=owner):
        for fixed in port["fixed_ips"]:
            found[fixed["subnet_id"]] = fixed["ip_address"]
    return found


def _link(
    each: Row,
    nets: Mapping[str, Row],
    ports: Mapping[str, Row],
    subnets: Sequence[Row],
    dhcp_servers: Mapping[str, str],
) -> Link:
    net = nets.get(each["network_id"], {})
    port = ports.get(each["port_id"], {})
    first: dict[str, str] = {}
    for fixed in each["fixed_ips"]:
        first.setdefault(fixed["subnet_id"], fixed["ip_address"])
    vlan = (port.get("binding:vif_details") or {}).get("vlan")
    trusted = str((port.get("binding:profile") or {}).get("trusted", "")).lower()
    return Link(
        port_id=each["port_id"],
        network_id=each["network_id"],
        mac_address=each["mac_address"],
        vif_type=port.get("binding:vif_type") or "",
        mtu=net.get("mtu"),
        tag=each.get("tag"),
        vlan=int(vlan) if vlan else None,
        is_trusted=trusted in ("1", "t", "true", "on", "y", "yes"),
        subnets=[
            Subnet(
                version=row["ip_version"],
                cidr=row["cidr"],
                address=first[row["id"]],
                gateway=row.get("gateway_ip"),
                dns=row.get("dns_nameservers") or (),
                routes=[
                    (route["destination"], route["nexthop"])
                    for route in row.get("host_routes") or ()
                ],
                enable_dhcp=bool(row.get("enable_dhcp")),
                dhcp_server=dhcp_servers.get(row["id"]),
                ipv6_address_mode=row.get("ipv6_address_mode"),
            )
            for row in subnets
            if row["id"] in first
        ],
    )


def network_data(links: Sequence[Link]) -> dict[str, Any]:
    """What network_data.json holds."""
    if not links:
        return {}
    shown: list[dict[str, Any]] = []
    networks: list[dict[str, Any]] = []
    services: list[dict[str, Any]] = []
    for link in links:
        if not link.subnets:
            continue
        # Nova: interfaces are called by the name that the host gives them.
        name = f"tap{link.port_id[:11]}"
        shown.append(
            {
                "id": name,
                "vif_id": link.port_id,
                "type": link.vif_type if link.vif_type in _SHOWN_TYPES else "phy",
                # A DHCP server tells the MTU itself.
                "mtu": None if any(s.dhcp_server for s in link.subnets) else link.mtu,
                "ethernet_mac_address": link.mac_address,
            }
        )
        for version in (4, 6):
            subnet = link.subnet(version)
            if subnet is not None:
                networks.append(_network(link, subnet, len(networks), name))
                services += [each for each in _services(subnet) if each not in services]
    return {"links": shown, "networks": networks, "services": services}


def _network(link: Link, subnet: Subnet, number: int, link_name: str) -> dict[str, Any]:
    name, mode = f"network{number}", subnet.ipv6_address_mode
    if not mode and (subnet.dhcp_server or subnet.enable_dhcp):
        return {
            "id": name,
            "type": f"ipv{subnet.version}_dhcp",
            "link": link_name,
            "network_id": link.network_id,
        }
    routes = []
    if subnet.gateway:
        anywhere = _EVERYWHERE[subnet.version]
        routes.append({"network": anywhere, "netmask": anywhere, "gateway": subnet.gateway})
    for destination, next_hop in subnet.routes:
        block = ip_network(destination, strict=False)
        routes.append(
            {
                "network": str(block.network_address),
                "netmask": str(block.netmask),
                "gateway": next_hop,
            }
        )
    return {
        "id": name,
        "type": f"ipv{subnet.version}_{mode}" if mode else f"ipv{subnet.version}",
        "link": link_name,
        "ip_address": subnet.address,
        "netmask": str(ip_network(subnet.cidr).netmask),
        "routes": routes,
        "network_id": link.network_id,
        "services": _services(subnet),
    }


def _services(subnet: Subnet) -> list[dict[str, Any]]:
    return [{"type": "dns", "address": address} for address in subnet.dns]
