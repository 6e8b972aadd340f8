"""The network and router that a project gets when it asks for "auto"."""

from typing import Any

from django.db import IntegrityError, transaction

from cloud.network import errors
from cloud.network.domain import networks, ports, routers, subnets
from cloud.network.models import AutoAllocatedTopology, Network, Port, Router, Subnet, SubnetPool
from middleware.context import RequestContext


def _requirements() -> tuple[Network, list[SubnetPool]]:
    outside = Network.objects.filter(is_external=True, is_default=True).first()
    if outside is None:
        raise errors.AutoAllocationFailure(reason="No default router:external network")
    pools = list(SubnetPool.objects.filter(is_default=True).order_by("ip_version"))
    if not pools:
        raise errors.AutoAllocationFailure(reason="No default subnetpools defined")
    return outside, pools


def check(project_id: str | None = None) -> None:
    """Refuse when a topology could not be made, unless the project has one."""
    if project_id is None or _known(project_id) is None:
        _requirements()


def get(project_id: str) -> str:
    """The id of a project's own network, which is made if there is none."""
    known = _known(project_id)
    if known is not None:
        return known
    outside, pools = _requirements()
    context = RequestContext(project_id=project_id, roles=("admin",), is_admin=True)
    try:
        with transaction.atomic():
            network = networks.create(context, _new_network(project_id))
            inside = [
                subnets.create(context, network, _new_subnet(project_id, pool)) for pool in pools
            ]
            router = routers.create(context, _new_router(project_id, outside.id))
            for subnet in inside:
                routers.add_interface(context, router, subnet_id=subnet.id, port_id=None)
            AutoAllocatedTopology.objects.create(
                project_id=project_id, network=network, router=router
            )
            return network.id
    except IntegrityError:
        return _known(project_id) or ""


def _known(project_id: str) -> str | None:
    return (
        AutoAllocatedTopology.objects.filter(project_id=project_id)
        .values_list("network_id", flat=True)
        .first()
    )


def remove(project_id: str) -> None:
    """Delete a project's topology, unless something uses it."""
    found = AutoAllocatedTopology.objects.filter(project_id=project_id).first()
    if found is None:
        raise errors.AutoAllocatedTopologyNotFound(project_id=project_id)
    with transaction.atomic():
        network, router = found.network, found.router
        used = Port.objects.filter(network=network).exclude(device_owner__in=ports.ROUTER_OWNERS)
        if used.exists():
            raise errors.NetworkInUse(net_id=network.id, ports="")
        found.delete()
        if router is not None:
            for subnet in Subnet.objects.filter(network=network):
                _disconnect(router, subnet)
            routers.remove(router)
        networks.remove(network)


def _disconnect(router: Router, subnet: Subnet) -> None:
    try:
        routers.remove_interface(router, subnet_id=subnet.id, port_id=None)
    except errors.RouterInterfaceNotFoundForSubnet:
        return


def _new_network(project_id: str) -> dict[str, Any]:
    return {
        "name": "auto_allocated_network",
        "project_id": project_id,
        "shared": False,
        "mtu": 0,
        "is_default": False,
        "availability_zone_hints": [],
    }


def _new_subnet(project_id: str, pool: SubnetPool) -> dict[str, Any]:
    modes = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}
    return {
        "name": f"auto_allocated_subnet_v{pool.ip_version}",
        "project_id": project_id,
        "subnetpool_id": pool.id,
        "ip_version": pool.ip_version,
        "enable_dhcp": True,
        "dns_nameservers": [],
        "host_routes": [],
        **(modes if pool.ip_version == 6 else {}),
    }


def _new_router(project_id: str, outside: str) -> dict[str, Any]:
    return {
        "name": "auto_allocated_router",
        "project_id": project_id,
        "availability_zone_hints": [],
        "external_gateway_info": {"network_id": outside},
    }
