"""Routers: gateways, interfaces and routes."""

from ipaddress import ip_address
from typing import Any

from django.db import transaction

from cloud.network import errors
from cloud.network.domain import (
    addresses,
    agents,
    bindings,
    extra_routes,
    ha_networks,
    offerings,
    ports,
    qos,
    quotas,
    sharing,
    standard,
    zones,
)
from cloud.network.models import (
    AgentHosting,
    AutoAllocatedTopology,
    ConntrackHelper,
    FixedIp,
    FloatingIp,
    Network,
    Port,
    Router,
    Subnet,
)
from middleware.context import RequestContext

Values = dict[str, Any]
INTERFACE = "network:router_interface"
GATEWAY = "network:router_gateway"


def _bad(reason: str) -> errors.BadRequest:
    return errors.BadRequest(resource="router", msg=reason)


def create(context: RequestContext, values: Values) -> Router:
    """Make a router, with its gateway if one is named."""
    with transaction.atomic():
        quotas.check("router", values["project_id"])
        zones.check(values["availability_zone_hints"])
        if "flavor_id" in values:
            offerings.check_router(values["flavor_id"], values)
        row = standard.columns(values, Router)
        row |= {key: bool(row.get(key)) for key in ("distributed", "ha")}
        router = standard.add(Router, row, revision=1)
        if values["external_gateway_info"]:
            _set_gateway(context, router, values["external_gateway_info"])
        if router.gateway_port_id or router.ha:
            agents.host_router(router.id)
        if router.ha:
            ha_networks.connect(router)
        return router


def change(context: RequestContext, router: Router, values: Values) -> None:
    """Change a router."""
    with transaction.atomic():
        if router.flavor_id:
            offerings.check_change(router.flavor_id, values)
        distributed = values.get("distributed")
        if (
            distributed is not None
            and distributed != router.distributed
            and values.get("admin_state_up", router.admin_state_up)
        ):
            raise _bad(
                "Cannot change the 'distributed' attribute of active routers. "
                "Please set router admin_state_up to False prior to upgrade"
            )
        if values.get("ha") not in (None, router.ha):
            ha_networks.change(router, values)
        if "external_gateway_info" in values:
            info = values["external_gateway_info"]
            if info:
                _set_gateway(context, router, info)
            else:
                _clear_gateway(router)
                standard.change(router, {"enable_snat": True}, lazily=True)
        if "routes" in values:
            extra_routes.check(router, values["routes"])
        standard.change(router, standard.columns(values, Router), lazily=True)


def remove(router: Router) -> None:
    """Delete a router that has no interfaces left."""
    with transaction.atomic():
        attached = Port.objects.filter(device_id=router.id, device_owner=INTERFACE)
        ids = list(attached.order_by("created_at", "id").values_list("id", flat=True))
        if ids:
            raise errors.RouterInUse(
                router_id=router.id, reason=f"has ports still attached: {', '.join(ids)}"
            )
        _clear_gateway(router)
        if router.ha:
            ha_networks.part(router)
        ConntrackHelper.objects.filter(router=router).delete()
        AgentHosting.objects.filter(resource_id=router.id).delete()
        AutoAllocatedTopology.objects.filter(router=router).update(router=None)
        standard.discard(router)


# The gateway


def _set_gateway(context: RequestContext, router: Router, info: Values) -> None:
    network = Network.objects.filter(id=info["network_id"]).first()
    if network is None or not _may_use(context, network):
        raise errors.NetworkNotFound(net_id=info["network_id"])
    if not network.is_external:
        raise _bad(f"Network {network.id} is not an external network")
    qos.check_usable(context, info)
    asked = info.get("external_fixed_ips")
    subnets = list(Subnet.objects.filter(network=network))
    gateways = {subnet.gateway_ip for subnet in subnets}
    for wish in asked or []:
        if wish.get("ip_address") in gateways and wish.get("ip_address"):
            raise _bad(f"External IP {wish['ip_address']} is the same as the gateway IP")
    _refuse_gateway_overlap(router, subnets)
    current = router.gateway_port
    if current is not None and current.network_id == network.id:
        if asked and _moves_gateway(current, asked):
            ports.change(context, current, {"fixed_ips": asked}, is_own=True)
    else:
        _clear_gateway(router)
        router.gateway_port = ports.add_own(
            network,
            asked=asked or None,
            device_id=router.id,
            device_owner=GATEWAY,
            host_id=bindings.NETWORK_HOST,
        )
        standard.change(router, {})
    agents.host_router(router.id)
    # Neutron: writes the port of a gateway and what else it has one after the other.
    row = {"enable_snat": info.get("enable_snat", True)}
    row["gateway_qos_policy_id"] = info.get("qos_policy_id")
    standard.change(router, row, lazily=True)


def _moves_gateway(port: Port, asked: list[Values]) -> bool:
    """Whether addresses that are asked for differ from those that a gateway has."""
    # Neutron: compares sets, so another address of the same subnet counts only if it is named.
    held = zip(*FixedIp.objects.filter(port=port).values_list("subnet_id", "address"), strict=True)
    wished = ({wish.get(key) for wish in asked} - {None} for key in ("subnet_id", "ip_address"))
    return [set(values) for values in held] != list(wished)


def _may_use(context: RequestContext, network: Network) -> bool:
    return (
        context.is_admin
        or network.project_id == context.project_id
        or sharing.is_offered("network", network.id, context, sharing.SHARED, sharing.EXTERNAL)
    )


def _clear_gateway(router: Router) -> None:
    port = router.gateway_port
    if port is None:
        return
    in_use = FloatingIp.objects.filter(router=router, floating_network_id=port.network_id)
    if in_use.exists():
        raise errors.RouterExternalGatewayInUseByFloatingIp(
            router_id=router.id, net_id=port.network_id
        )
    # Neutron: takes the port and its network from the router one after the other.
    standard.change(router, {"gateway_port": None})
    standard.change(router, {})
    ports.drop(port)


def _refuse_gateway_overlap(router: Router, subnets: list[Subnet]) -> None:
    for own in _connected(router.id):
        for subnet in subnets:
            _refuse_overlap(subnet, own)


# Interfaces


def _connected(router_id: str) -> list[Subnet]:
    """The subnets that a router has an interface on."""
    taken = FixedIp.objects.filter(port__device_id=router_id, port__device_owner=INTERFACE)
    return list(Subnet.objects.filter(id__in=taken.values("subnet_id")))


def _refuse_overlap(new: Subnet, old: Subnet) -> None:
    mine, other = addresses.block(new), addresses.block(old)
    if mine.version == other.version and mine.overlaps(other):  # type: ignore[arg-type]
        raise _bad(
            f"Cidr {new.cidr} of subnet {new.id} overlaps with cidr {old.cidr} of subnet {old.id}"
        )


def add_interface(
    context: RequestContext, router: Router, *, subnet_id: str | None, port_id: str | None
) -> Values:
    """Connect a router to a subnet, by a new port or by one that is there."""
    if subnet_id and port_id:
        raise _bad("Cannot specify both subnet-id and port-id")
    with transaction.atomic():
        is_new = True
        if port_id:
            port, subnets = _by_port(context, router, port_id)
        else:
            port, subnet, is_new = _by_subnet(context, router, str(subnet_id))
            subnets = [subnet]
        agents.host_router(router.id)
        if is_new:
            # Neutron: ports revise their router, and what becomes of them does not.
            standard.touch(Router.objects.filter(id=router.id))
        return _interface(router, port, [subnet.id for subnet in subnets])


def _interface(router: Router, port: Port, subnet_ids: list[str]) -> Values:
    return {
        "id": router.id,
        "project_id": router.project_id,
        "port_id": port.id,
        "network_id": port.network_id,
        "subnet_id": subnet_ids[0] if subnet_ids else None,
        "subnet_ids": subnet_ids,
    }


def _refuse_connected(router: Router, subnets: list[Subnet]) -> None:
    for own in _connected(router.id):
        for subnet in subnets:
            if own.id == subnet.id:
                raise _bad(f"Router already has a port on subnet {subnet.id}")
            _refuse_overlap(subnet, own)
    if router.gateway_port_id:
        outside = Subnet.objects.filter(
            id__in=FixedIp.objects.filter(port_id=router.gateway_port_id).values("subnet_id")
        )
        for other in outside:
            for subnet in subnets:
                if other.id != subnet.id:
                    _refuse_overlap(subnet, other)


def _by_port(context: RequestContext, router: Router, port_id: str) -> tuple[Port, list[Subnet]]:
    port = ports.find(context, port_id)
    if port.device_id:
        raise errors.PortInUse(net_id=port.network_id, port_id=port.id, device_id=port.device_id)
    held = FixedIp.objects.filter(port=port)
    subnets = list(Subnet.objects.filter(id__in=held.values("subnet_id")))
    if not subnets:
        raise _bad("Router port must have at least one fixed IP")
    # Neutron: speaks of subnets, and counts addresses.
    if held.filter(subnet__ip_version=4).count() > 1:
        raise _bad("Cannot have multiple IPv4 subnets on router port")
    _refuse_connected(router, subnets)
    bindings.bind(port, bindings.NETWORK_HOST)
    standard.change(
        port,
        {
            "device_id": router.id,
            "device_owner": INTERFACE,
            "status": "ACTIVE",
        },
    )
    return port, subnets


def _by_subnet(
    context: RequestContext, router: Router, subnet_id: str
) -> tuple[Port, Subnet, bool]:
    """The port and the subnet, and whether the port is new."""
    subnet = Subnet.objects.select_related("network").filter(id=subnet_id).first()
    if subnet is None or not _may_use(context, subnet.network):
        raise errors.SubnetNotFound(subnet_id=subnet_id)
    if (
        not context.is_admin
        and subnet.project_id != context.project_id
        and not sharing.is_offered("network", subnet.network_id, context)
    ):
        raise _bad(
            f"Cannot add interface to router because subnet {subnet_id} is not owned by project "
            "making the request"
        )
    if not subnet.gateway_ip:
        raise _bad("Subnet for router interface must have a gateway IP")
    if (
        subnet.ip_version == 6
        and subnet.ipv6_ra_mode is None
        and (subnet.ipv6_address_mode is not None)
    ):
        raise _bad(
            f"IPv6 subnet {subnet.id} configured to receive RAs from an external router "
            "cannot be added to Neutron Router."
        )
    _refuse_connected(router, [subnet])
    wish = {"subnet_id": subnet.id, "ip_address": subnet.gateway_ip}
    if subnet.ip_version == 6:
        # Neutron: IPv6 subnets of one network share one interface.
        shared = _port_with_only_v6(router, subnet.network_id)
        if shared is not None:
            addresses.take(
                shared.id,
                addresses.Wish((subnet,), subnet.gateway_ip),
                network_id=subnet.network_id,
            )
            standard.touch(Port.objects.filter(id=shared.id))
            return shared, subnet, False
    port = ports.add_own(
        subnet.network,
        asked=[wish],
        project_id=router.project_id,
        device_id=router.id,
        device_owner=INTERFACE,
        host_id=bindings.NETWORK_HOST,
    )
    return port, subnet, True


def _port_with_only_v6(router: Router, network_id: str) -> Port | None:
    own = Port.objects.filter(network_id=network_id, device_id=router.id, device_owner=INTERFACE)
    for port in own:
        if not FixedIp.objects.filter(port=port, subnet__ip_version=4).exists():
            return port
    return None


def remove_interface(router: Router, *, subnet_id: str | None, port_id: str | None) -> Values:
    """Disconnect a router from a subnet; the port goes."""
    with transaction.atomic():
        own = Port.objects.filter(device_id=router.id, device_owner=INTERFACE)
        if port_id:
            port = own.filter(id=port_id).first()
            if port is None:
                raise errors.RouterInterfaceNotFound(router_id=router.id, port_id=port_id)
            subnets = _subnets_of(port)
            if subnet_id and subnet_id not in [subnet.id for subnet in subnets]:
                raise errors.SubnetMismatchForPort(port_id=port_id, subnet_id=subnet_id)
        else:
            port = own.filter(
                id__in=FixedIp.objects.filter(subnet_id=subnet_id).values("port_id")
            ).first()
            if not Subnet.objects.filter(id=subnet_id).exists():
                raise errors.SubnetNotFound(subnet_id=subnet_id)
            if port is None:
                raise errors.RouterInterfaceNotFoundForSubnet(
                    router_id=router.id, subnet_id=subnet_id
                )
            subnets = _subnets_of(port)
        going = [s for s in subnets if port_id or s.id == subnet_id]
        for subnet in going:
            _refuse_needed(router, subnet)
        if len(going) < len(subnets):
            FixedIp.objects.filter(port=port, subnet__in=going).delete()
        else:
            ports.drop(port)
            standard.touch(Router.objects.filter(id=router.id))
        return _interface(router, port, [subnet.id for subnet in going])


def _subnets_of(port: Port) -> list[Subnet]:
    return list(Subnet.objects.filter(id__in=FixedIp.objects.filter(port=port).values("subnet_id")))


def _refuse_needed(router: Router, subnet: Subnet) -> None:
    net = addresses.block(subnet)
    for fixed in FloatingIp.objects.filter(
        router=router, port__network_id=subnet.network_id
    ).values_list("fixed_ip_address", flat=True):
        if fixed and ip_address(fixed) in net:
            raise errors.RouterInterfaceInUseByFloatingIP(router_id=router.id, subnet_id=subnet.id)
    for route in router.routes:
        if ip_address(route["nexthop"]) in net:
            raise errors.RouterInterfaceInUseByRoute(router_id=router.id, subnet_id=subnet.id)
