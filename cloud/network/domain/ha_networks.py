"""The networks over which the agents of highly available routers agree who is active."""

from typing import Any

from cloud.network import errors
from cloud.network.domain import agents, bindings, networks, ports, subnets
from cloud.network.models import Network, Port, Router
from middleware.context import RequestContext

INTERFACE = "network:router_ha_interface"
CIDR = "169.254.192.0/18"


def _name(router: Router) -> str:
    return f"HA network project {router.project_id}"


def connect(router: Router) -> None:
    """Put a router on its project's network, one port for each agent that hosts it."""
    network = Network.objects.filter(name=_name(router), project_id="").first() or _make(router)
    for agent in agents.hosting(router.id, agents.L3):
        ports.add_own(
            network,
            name=f"HA port project {router.project_id}",
            device_id=router.id,
            device_owner=INTERFACE,
            host_id=agent.host or bindings.NETWORK_HOST,
        )


def change(router: Router, values: dict[str, Any]) -> None:
    """Make a router that is switched off highly available, or no longer so."""
    if values.get("admin_state_up", router.admin_state_up):
        raise errors.BadRequest(
            resource="router",
            msg="Cannot change HA attribute of active routers. Please "
            "set router admin_state_up to False prior to upgrade",
        )
    if values["ha"]:
        connect(router)
    else:
        part(router)


def _make(router: Router) -> Network:
    # Neutron: the network is nobody's, or else the project would see it.
    context = RequestContext(is_admin=True)
    plain = {"project_id": ""}
    network = networks.create(
        context,
        {
            "name": _name(router),
            "shared": False,
            "router:external": False,
            "is_default": False,
            "mtu": 0,
            "availability_zone_hints": [],
            **plain,
        },
    )
    subnets.create(
        context,
        network,
        {
            "name": f"HA subnet project {router.project_id}",
            "ip_version": 4,
            "cidr": CIDR,
            "gateway_ip": None,
            "enable_dhcp": False,
            "dns_nameservers": [],
            "host_routes": [],
            **plain,
        },
    )
    return network


def part(router: Router) -> None:
    """Take a router off the network, which goes with the last of its project."""
    for port in Port.objects.filter(device_id=router.id, device_owner=INTERFACE):
        ports.drop(port)
    network = Network.objects.filter(name=_name(router), project_id="").first()
    if network is not None and not Port.objects.filter(network=network).exists():
        networks.remove(network)
