"""Port forwardings: ports of a floating ip that lead to ports of an internal address."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from cloud.network import errors
from cloud.network.domain import floating_ips, ports, standard
from cloud.network.models import FixedIp, FloatingIp, Port, PortForwarding
from cloud.network.models.standard import new_id
from middleware.context import RequestContext

Values = dict[str, Any]
SIDES = ("internal", "external")


def _bad(reason: str) -> errors.BadRequest:
    return errors.BadRequest(resource="port_forwarding", msg=reason)


def create(context: RequestContext, found: FloatingIp, values: Values) -> str:
    """Lead ports of a floating ip to ports of an internal address."""
    with transaction.atomic():
        row = PortForwarding(id=new_id(), floating_ip=found)
        row.protocol = values["protocol"]
        row.description = values.get("description") or ""
        for side in SIDES:
            if values.get(f"{side}_port_range") is None and values.get(f"{side}_port") is None:
                raise _bad(f"{side}_port is a required attribute")
            _set_ends(row, side, values, is_wide=True)
        port_id, address = values["internal_port_id"], values["internal_ip_address"]
        _refuse_collisions(row, SIDES, port_id, address)
        _refuse_bound(port_id, address)
        if found.port_id:
            raise errors.FloatingIPPortAlreadyAssociated(
                floating_ip_address=found.floating_ip_address,
                fip_id=found.id,
                port_id=port_id,
                fixed_ip=address,
                net_id=found.floating_network_id,
            )
        _reach(context, found, row, port_id, address)
        for side in SIDES:
            _set_ends(row, side, values)
        row.save(force_insert=True)
        settle(found)
        return row.id


def change(context: RequestContext, found: FloatingIp, row: PortForwarding, values: Values) -> None:
    """Change a port forwarding."""
    with transaction.atomic():
        port_id, address = values.get("internal_port_id"), values.get("internal_ip_address")
        if port_id:
            _refuse_bound(port_id, address)
        if port_id and port_id != row.internal_port_id:
            _reach(context, found, row, port_id, address)
        elif address:
            row.internal_ip_address = address
        row.protocol = values.get("protocol", row.protocol)
        row.description = values.get("description", row.description) or ""
        # Neutron: one port that is known goes on to be compared after a range took its place.
        single = {side: values.get(f"{side}_port") or _single(row, side) for side in SIDES}
        given = [side for side in SIDES if _set_ends(row, side, values, is_wide=True)]
        _refuse_elsewhere(row)
        _refuse_same(row, single["internal"], single["external"])
        _refuse_collisions(row, given, row.internal_port_id, row.internal_ip_address)
        for side in given:
            _set_ends(row, side, values)
        row.save()


def remove(found: FloatingIp, row: PortForwarding) -> None:
    """Lead nothing any more to where a port forwarding led."""
    with transaction.atomic():
        row.delete()
        settle(found)


def settle(found: FloatingIp) -> None:
    """Say whether a floating ip leads anywhere, and by which router."""
    first = PortForwarding.objects.filter(floating_ip=found).first()
    found.router_id = first.router_id if first else None
    found.status = "ACTIVE" if first else "DOWN"
    standard.change(found, {})


# Where it leads


def _refuse_bound(port_id: str, address: str | None) -> None:
    bound = FloatingIp.objects.filter(port_id=port_id).first()
    if bound is not None:
        raise errors.PortHasBindingFloatingIP(
            floating_ip_address=bound.floating_ip_address,
            fip_id=bound.id,
            port_id=port_id,
            fixed_ip=address,
        )


def _reach(
    context: RequestContext,
    found: FloatingIp,
    row: PortForwarding,
    port_id: str,
    address: str | None,
) -> None:
    """Lead to another port, by the router between it and the floating ip."""
    port = ports.find(context, port_id)
    held = [fixed for fixed in _fixed_ips(port) if ":" not in fixed["ip_address"]]
    if not held:
        raise _bad(f"Requested internal port {port_id} must allocate an IPv4 address at least.")
    wanted = address or held[0]["ip_address"]
    if wanted not in [fixed["ip_address"] for fixed in held]:
        raise _bad(
            f"Requested internal IP address {wanted} is not suitable for internal neutron port "
            f"{port_id}, as its fixed_ips are {held}"
        )
    try:
        router_id = floating_ips.router_to(found, port, wanted)
    except errors.ExternalGatewayForFloatingIPNotFound:
        subnet = next(fixed["subnet_id"] for fixed in held if fixed["ip_address"] == wanted)
        raise _bad(
            f"External network {found.floating_network_id} is not reachable from subnet {subnet}. "
            f"Cannot set Port forwarding for port {port_id} with Floating IP {found.id}"
        ) from None
    if found.router_id and found.router_id != router_id:
        raise _bad(
            f"The Floating IP {found.id} had been set on router {found.router_id}, the internal "
            f"Neutron port {port_id} can not reach it"
        )
    row.router_id, row.internal_port, row.internal_ip_address = router_id, port, wanted


def _fixed_ips(port: Port) -> list[dict[str, str]]:
    held = FixedIp.objects.filter(port=port).order_by("address").values_list("subnet_id", "address")
    return [{"subnet_id": subnet, "ip_address": address} for subnet, address in held]


def _refuse_elsewhere(row: PortForwarding) -> None:
    port = row.internal_port
    if row.internal_ip_address not in [fixed["ip_address"] for fixed in _fixed_ips(port)]:
        _refuse_address(port)


def _refuse_address(port: Port) -> None:
    raise _bad(
        "The internal IP does not correspond to an address on the internal port, which has "
        f"fixed_ips {_fixed_ips(port)}"
    )


# Which ports


def _set_ends(row: PortForwarding, side: str, values: Values, *, is_wide: bool = False) -> bool:
    """Set the first and the last port of a side; whether they are given, however it is.

    # Neutron: looks for collisions of a range (`is_wide`), and keeps a single port besides it.
    """
    single, several = values.get(f"{side}_port"), values.get(f"{side}_port_range")
    given = [each for each in (several, single) if each is not None]
    if not given:
        return False
    first, _, last = str(given[0 if is_wide else -1]).partition(":")
    setattr(row, f"{side}_first", int(first))
    setattr(row, f"{side}_last", int(last or first))
    return True


def _ends(row: PortForwarding, side: str) -> tuple[int, int]:
    return getattr(row, f"{side}_first"), getattr(row, f"{side}_last")


def _single(row: PortForwarding, side: str) -> int | None:
    first, last = _ends(row, side)
    return first if first == last else None


def _refuse_same(row: PortForwarding, internal: int | None, external: int | None) -> None:
    """Refuse a change to what another one of the floating ip says.

    # Neutron: compares single ports, which ranges have none of: two ranges say the same.
    """
    others = PortForwarding.objects.filter(floating_ip=row.floating_ip, protocol=row.protocol)
    for other in others.exclude(id=row.id).order_by("id"):
        same: Values = {}
        if _single(other, "external") == external:
            address = row.floating_ip.floating_ip_address
            same = {"floating_ip_address": address, "external_port": external}
        elif (
            other.internal_port_id == row.internal_port_id
            and other.internal_ip_address == row.internal_ip_address
            and _single(other, "internal") == internal
        ):
            same = {
                "internal_port_id": row.internal_port_id,
                "internal_ip_address": row.internal_ip_address,
                "internal_port": internal,
            }
        if same:
            raise _bad(
                "Another port forwarding entry with the same attributes already exists, "
                f"conflicting values are {same}"
            )


def _refuse_collisions(
    row: PortForwarding, sides: tuple[str, ...] | list[str], port_id: str, address: str | None
) -> None:
    """Refuse the ranges of `sides` where they do not fit or others have them."""
    inside, outside = (
        _ends(row, side)[1] - _ends(row, side)[0] if side in sides else 0 for side in SIDES
    )
    if inside not in (0, outside):
        raise _bad(
            "Invalid ranges of internal and/or external ports. The relation between internal "
            "and external ports must be N-N or 1-N"
        )
    others = PortForwarding.objects.filter(protocol=row.protocol).exclude(id=row.id)
    same = others.filter(internal_port_id=port_id, internal_ip_address=address)
    if "internal" in sides:
        _refuse_collision(row, same, "internal")
    if "external" in sides:
        _refuse_collision(row, others.filter(floating_ip=row.floating_ip), "external")


def _refuse_collision(row: PortForwarding, others: QuerySet[PortForwarding], side: str) -> None:
    first, last = _ends(row, side)
    other = others.filter(**{f"{side}_first__lte": last, f"{side}_last__gte": first}).first()
    if other is not None:
        there = "{}:{}".format(*_ends(other, side))
        raise _bad(
            f"There is a port collision with the {side}_port_range. The following ranges "
            f"collide: {there} and {first}:{last}"
        )
