"""What a new cloud's network is born with: DevStack's networks, router and subnet pool."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from cloud.network.domain import agents, bindings, networks, pools, routers, security, subnets
from cloud.network.models import Agent, Network, SubnetPool
from middleware.context import RequestContext

# type, binary, topic, where
_AGENTS = (
    (agents.DHCP, "neutron-dhcp-agent", "dhcp_agent", "network"),
    (agents.L3, "neutron-l3-agent", "l3_agent", "network"),
    ("Metadata agent", "neutron-metadata-agent", "N/A", "network"),
    ("Open vSwitch agent", "neutron-openvswitch-agent", "N/A", "everywhere"),
)


def seed(admin_project_id: str, hosts: Iterable[str] = ()) -> None:
    """Make the demo cloud's networks, unless this service was seeded before."""
    with transaction.atomic():
        if Agent.objects.exists() or Network.objects.exists():
            return
        for host in (bindings.NETWORK_HOST, *hosts):
            _seed_agents(host)
        security.seed_templates()
        _seed_networks(_admin(admin_project_id), admin_project_id)


def _admin(project_id: str) -> RequestContext:
    return RequestContext(
        project_id=project_id, roles=("admin", "manager", "member", "reader"), is_admin=True
    )


def _seed_agents(host: str) -> None:
    for agent_type, binary, topic, where in _AGENTS:
        if where == "everywhere" or host == bindings.NETWORK_HOST:
            Agent.objects.create(
                agent_type=agent_type,
                binary=binary,
                topic=topic,
                host=host,
                availability_zone="nova" if where == "network" else None,
            )


def _network(context: RequestContext, name: str, **more: Any) -> Network:
    values: dict[str, Any] = {
        "name": name,
        "project_id": context.project_id,
        "shared": False,
        "router:external": False,
        "is_default": False,
        "mtu": 0,
        "availability_zone_hints": [],
    }
    return networks.create(context, values | more)


def _subnet(context: RequestContext, network: Network, name: str, **more: Any) -> str:
    values: dict[str, Any] = {
        "name": name,
        "project_id": context.project_id,
        "ip_version": 4,
        "enable_dhcp": True,
        "dns_nameservers": [],
        "host_routes": [],
    }
    return subnets.create(context, network, values | more).id


def _seed_networks(context: RequestContext, project_id: str) -> None:
    public = _network(
        context,
        "public",
        **{
            "router:external": True,
            "is_default": True,
            "provider:network_type": "flat",
            "provider:physical_network": "public",
        },
    )
    _subnet(
        context,
        public,
        "public-subnet",
        cidr="172.24.4.0/24",
        gateway_ip="172.24.4.1",
        enable_dhcp=False,
        allocation_pools=[{"start": "172.24.4.2", "end": "172.24.4.254"}],
    )
    _subnet(
        context,
        public,
        "ipv6-public-subnet",
        ip_version=6,
        cidr="2001:db8::/64",
        gateway_ip="2001:db8::2",
        enable_dhcp=False,
    )
    private = _network(context, "private", shared=True)
    inside = _subnet(context, private, "private-subnet", cidr="10.0.0.0/16")
    router = routers.create(
        context,
        {
            "name": "router1",
            "project_id": project_id,
            "availability_zone_hints": [],
            "external_gateway_info": {"network_id": public.id},
        },
    )
    routers.add_interface(context, router, subnet_id=inside, port_id=None)
    for name, prefix, shortest, length in (
        ("shared-default-subnetpool-v4", "10.1.0.0/16", 8, 26),
        ("shared-default-subnetpool-v6", "fd00:db8:cafe::/48", 64, 64),
    ):
        if not SubnetPool.objects.filter(name=name).exists():
            pools.create(
                context,
                {
                    "name": name,
                    "project_id": project_id,
                    "prefixes": [prefix],
                    "min_prefixlen": shortest,
                    "default_prefixlen": length,
                    "is_default": True,
                    "shared": True,
                },
            )
