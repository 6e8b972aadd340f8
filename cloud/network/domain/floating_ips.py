"""Floating ips: taken from an external network, led to a port's address."""

from ipaddress import ip_address
from typing import Any

from django.db import IntegrityError, transaction

from cloud.network import errors
from cloud.network.domain import addresses, events, ports, qos, quotas, sharing, standard
from cloud.network.models import (
    FixedIp,
    FloatingIp,
    Network,
    Port,
    PortForwarding,
    Router,
    Subnet,
)
from cloud.network.models.standard import new_id
from middleware.context import RequestContext

Values = dict[str, Any]
OWNER = "network:floatingip"


def _bad(reason: str) -> errors.BadRequest:
    return errors.BadRequest(resource="floatingip", msg=reason)


def create(context: RequestContext, values: Values) -> FloatingIp:
    """Take an address of an external network, and lead it to a port if one is named."""
    with transaction.atomic():
        network = _network(context, values["floating_network_id"])
        quotas.check("floatingip", values["project_id"])
        qos.check_usable(context, values)
        id = new_id()
        port = _hold(network, id, values)
        address = FixedIp.objects.filter(port=port).values_list("address", flat=True)[0]
        row = standard.columns(values, FloatingIp)
        row |= {"id": id, "floating_ip_address": address, "floating_port_id": port.id}
        row |= {"port_id": None, "fixed_ip_address": None, "router_id": None}
        found = standard.add(FloatingIp, row)
        _lead(context, found, values)
        found.save()
        return found


def _network(context: RequestContext, network_id: str) -> Network:
    found = Network.objects.filter(id=network_id)
    if not context.is_admin:
        found = found.filter(sharing.visible("network", context, sharing.SHARED, sharing.EXTERNAL))
    network = found.first()
    if network is None:
        raise errors.NetworkNotFound(net_id=network_id)
    if not network.is_external:
        raise _bad(f"Network {network_id} is not a valid external network")
    return network


def _hold(network: Network, id: str, values: Values) -> Port:
    subnets = Subnet.objects.filter(network=network, ip_version=4)
    asked, subnet_id = values.get("floating_ip_address"), values.get("subnet_id")
    if not subnets:
        raise _bad(f"Network {network.id} does not contain any IPv4 subnet")
    wishes: list[Values] = []
    if asked and subnet_id:
        wishes = [{"ip_address": asked, "subnet_id": subnet_id}]
    elif asked:
        wishes = [{"ip_address": asked}]
    elif subnet_id:
        wishes = [{"subnet_id": subnet_id}]
    row = {
        "device_id": id,
        "device_owner": OWNER,
        "status": "N/A",
        "host_id": "",
    }
    if wishes:
        return ports.add_own(network, asked=wishes, **row)
    port = ports.add_own(network, asked=[], **row)
    wish = addresses.Wish(tuple(addresses.fitting(subnets, OWNER, network.id)))
    addresses.take(port.id, wish, network_id=network.id)
    return port


def change(context: RequestContext, found: FloatingIp, values: Values) -> None:
    """Change a floating ip: above all, where it leads."""
    with transaction.atomic():
        qos.check_usable(context, values)
        before = found.port
        row = standard.columns(values, FloatingIp)
        for key in ("port_id", "fixed_ip_address", "router_id"):
            row.pop(key, None)
        # Neutron: once there was nothing else to change, and a change of nothing still lets go.
        if not values or "port_id" in values or "fixed_ip_address" in values:
            _lead(context, found, values, before=before)
            if values.get("port_id") and PortForwarding.objects.filter(floating_ip=found).exists():
                raise errors.FipInUseByPortForwarding(id=found.id)
        standard.change(found, row)


def _lead(
    context: RequestContext, found: FloatingIp, values: Values, *, before: Port | None = None
) -> None:
    port_id = values.get("port_id")
    if values.get("fixed_ip_address", "") is None and "port_id" not in values and before:
        # Neutron: any address of the port that it leads to.
        port_id = before.id
    if not port_id:
        if values.get("fixed_ip_address"):
            raise _bad("fixed_ip_address cannot be specified without a port_id")
        found.port = found.fixed_ip_address = None
        found.status = "DOWN"
        if before is not None:
            # Neutron: what forwards ports stays on its router.
            found.router_id = None
            events.changed(before)
        return
    port, address = _inside(context, found, port_id, values.get("fixed_ip_address"))
    found.router_id = router_to(found, port, address)
    found.port, found.fixed_ip_address, found.status = port, address, "ACTIVE"
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError:
        raise errors.FloatingIPPortAlreadyAssociated(
            floating_ip_address=found.floating_ip_address,
            fip_id=found.id,
            port_id=port.id,
            fixed_ip=address,
            net_id=found.floating_network_id,
        ) from None
    if before is not None and before.id != port.id:
        events.changed(before)
    events.changed(port)


def _inside(
    context: RequestContext, found: FloatingIp, port_id: str, asked: str | None
) -> tuple[Port, str]:
    """The port and the address that a floating ip is to lead to."""
    port = ports.find(context, port_id)
    if port.project_id != found.project_id and not context.is_admin:
        raise _bad(
            f"Cannot process floating IP association with Port {port_id}, since that port "
            "is owned by a different project"
        )
    if port.device_owner == "network:dhcp":
        # Neutron: forgets to put the port's id into its sentence.
        raise _bad("Port %(id)s is unable to be assigned a floating IP")
    held = FixedIp.objects.filter(port=port).order_by("id")
    fixed = [ip for ip in held.values_list("address", flat=True) if ":" not in ip]
    if asked is not None:
        if ip_address(asked).version != 4:
            raise _bad(
                f"Cannot process floating IP association with {asked}, "
                "since that is not an IPv4 address"
            )
        if asked not in fixed:
            raise _bad(f"Port {port_id} does not have fixed ip {asked}")
        return port, asked
    if not fixed:
        raise _bad(f"Cannot add floating IP to port {port_id} that has no fixed IPv4 addresses")
    if len(fixed) > 1:
        raise _bad(
            f"Port {port_id} has multiple fixed IPv4 addresses.  Must "
            "provide a specific IPv4 address when assigning a floating IP"
        )
    return port, fixed[0]


def router_to(found: FloatingIp, port: Port, address: str) -> str:
    """The router between a port's subnet and the external network."""
    subnet = Subnet.objects.get(
        id__in=FixedIp.objects.filter(port=port, address=address).values("subnet_id")
    )
    interfaces = FixedIp.objects.filter(
        subnet=subnet, port__device_owner="network:router_interface"
    ).values_list("port__device_id", "address")
    outside = dict(
        Router.objects.filter(
            id__in=[router for router, _ in interfaces],
            gateway_port__network_id=found.floating_network_id,
        ).values_list("id", "id")
    )
    reachable = [(router, ip) for router, ip in interfaces if router in outside]
    # Neutron: the subnet's own gateway comes first.
    reachable.sort(key=lambda pair: pair[1] != subnet.gateway_ip)
    if not reachable:
        raise errors.ExternalGatewayForFloatingIPNotFound(
            external_network_id=found.floating_network_id,
            subnet_id=subnet.id,
            port_id=port.id,
        )
    return str(reachable[0][0])


def remove(found: FloatingIp) -> None:
    """Give an address back that no ports of it lead anywhere."""
    with transaction.atomic():
        if PortForwarding.objects.filter(floating_ip=found).exists():
            raise errors.FipInUseByPortForwarding(id=found.id)
        holder, inside = found.floating_port, found.port
        standard.discard(found)
        ports.drop(holder)
        if inside is not None:
            events.changed(inside)
