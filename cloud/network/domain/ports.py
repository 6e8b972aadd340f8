"""Ports: made, changed, deleted; with their addresses and security groups."""

import random
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from cloud.network import errors
from cloud.network.domain import (
    addresses,
    bindings,
    events,
    port_extras,
    qos,
    quotas,
    security,
    sharing,
    standard,
)
from cloud.network.models import (
    FixedIp,
    FloatingIp,
    Network,
    Port,
    PortBinding,
    PortForwarding,
    PortSecurityGroup,
    Router,
    SecurityGroup,
    Subnet,
    Subport,
    Tag,
    Trunk,
)
from middleware.context import RequestContext
from versioned.prepared import Prepared, insert

Values = dict[str, Any]

RENAMED = {
    "binding:vnic_type": "vnic_type",
    "binding:host_id": "host_id",
    "binding:profile": "binding_profile",
}
ROUTER_OWNERS = (
    "network:router_interface",
    "network:router_interface_distributed",
    "network:ha_router_replicated_interface",
    "network:router_gateway",
    "network:floatingip",
)
_SUBNETS = Prepared(
    lambda network_id: Subnet.objects.filter(network_id=network_id).order_by("created_at", "id"),
    str,
)
MAC_PREFIX = "fa:16:3e"
ATTEMPTS = 10


def find(context: RequestContext, port_id: str) -> Port:
    """A port that the caller sees: its project's, or on a network of its project."""
    found = Port.objects.filter(id=port_id)
    if not context.is_admin:
        own = context.project_id
        found = found.filter(Q(project_id=own) | Q(network__project_id=own))
    port = found.first()
    if port is None:
        raise errors.PortNotFound(port_id=port_id)
    return port


def create(context: RequestContext, network: Network, values: Values) -> Port:
    """Make a port with its addresses and groups, bound if a host is named."""
    with transaction.atomic():
        quotas.check("port", values["project_id"])
        qos.check_usable(context, values)
        row = standard.columns(values, Port, RENAMED)
        row["port_security_enabled"] = not _is_trusted(row["device_owner"]) and values.get(
            "port_security_enabled", network.port_security_enabled
        )
        # Neutron: of ports that are made together it does not say that they have none.
        is_bare = values.get("fixed_ips") == [] and not values.get("together")
        row["ip_allocation"] = "none" if is_bare else "immediate"
        groups = _groups_of_new(context, row, values)
        row["extra_dhcp_opts"] = port_extras.options([], values.get("extra_dhcp_opts"))
        row["binding_profile"] = values.get("binding:profile") or {}
        if row.get("hardware_offload_type"):
            row["binding_profile"] = row["binding_profile"] | {
                "capabilities": [row["hardware_offload_type"]]
            }
        row["allowed_address_pairs"] = port_extras.pairs(values.get("allowed_address_pairs") or [])
        if row["allowed_address_pairs"] and not row["port_security_enabled"]:
            raise errors.AddressPairAndPortSecurityRequired
        port = _insert(network, row, values.get("mac_address"))
        fixed = _take(port, network, values.get("fixed_ips"))
        if groups and not fixed and "security_groups" in values and values.get("fixed_ips"):
            raise errors.PortSecurityAndIPRequiredForSecurityGroups
        insert(PortSecurityGroup(port=port, security_group_id=group) for group in groups)
        if values.get("tags"):
            standard.tag(port.id, values["tags"])
            standard.touch(Port.objects.filter(id=port.id))
        if port.status == "ACTIVE":
            events.plugged(port)
        return port


def _is_trusted(owner: str) -> bool:
    """Whether a port is one of the service's own, which nothing guards."""
    return owner.startswith(("network:", "neutron:"))


def _insert(network: Network, row: Values, mac: str | None) -> Port:
    for _ in range(ATTEMPTS):
        port = Port(**row)
        port.network = network
        port.mac_address = mac or any_mac()
        port.updated_at, port.revision_number = port.created_at, 1
        for pair in port.allowed_address_pairs:
            pair["mac_address"] = pair["mac_address"] or port.mac_address
        bindings.bind(port, port.host_id or "")
        port.status = bindings.status_of(port)
        try:
            with transaction.atomic():
                insert([port])
        except IntegrityError:
            if mac is not None:
                raise errors.MacAddressInUse(net_id=network.id, mac=mac) from None
            continue
        return port
    raise errors.ServiceUnavailable


def any_mac() -> str:
    return ":".join([MAC_PREFIX, *(f"{random.randrange(256):02x}" for _ in range(3))])  # noqa: S311


def _take(
    port: Port, network: Network, asked: list[Values] | None, settled: set[str] | None = None
) -> list[FixedIp]:
    subnets = _SUBNETS(network.id)
    wishes = addresses.wishes(
        subnets,
        asked,
        network_id=network.id,
        owner=port.device_owner,
        mac=port.mac_address,
        settled=settled,
    )
    return [addresses.take(port.id, wish, network_id=network.id) for wish in wishes]


def change(context: RequestContext, port: Port, values: Values, *, is_own: bool = False) -> None:
    """Change a port; `is_own`: at the service's own wish."""
    with transaction.atomic():
        qos.check_usable(context, values)
        was, old_owner = port.status, (port.device_owner, port.device_id)
        mac, old_mac = values.get("mac_address", port.mac_address), port.mac_address
        if mac != old_mac and port.vif_type not in (
            bindings.UNBOUND,
            "binding_failed",
        ):
            raise errors.PortBound(
                port_id=port.id, vif_type=port.vif_type, old_mac=port.mac_address, new_mac=mac
            )
        row = standard.columns(values, Port, RENAMED)
        if "allowed_address_pairs" in row:
            row["allowed_address_pairs"] = port_extras.pairs(row["allowed_address_pairs"])
            for pair in row["allowed_address_pairs"]:
                pair["mac_address"] = pair["mac_address"] or mac
        if "extra_dhcp_opts" in row:
            row["extra_dhcp_opts"] = port_extras.options(
                port.extra_dhcp_opts, values["extra_dhcp_opts"]
            )
        for key, value in row.items():
            setattr(port, key, value)
        if "host_id" in row:
            port.host_id = row["host_id"] or ""
            PortBinding.objects.filter(port=port, host=port.host_id).delete()
        bindings.bind(port, port.host_id)
        port.binding_profile = port.binding_profile or {}
        _change_security(context, port, values)
        if mac != old_mac:
            _recompute(port)
        if "fixed_ips" in values:
            _retake(port, values["fixed_ips"], may_move=is_own)
        if not port.device_owner.startswith("network:"):
            port.status = bindings.status_of(port)
        try:
            with transaction.atomic():
                standard.change(port, {})
        except IntegrityError:
            raise errors.MacAddressInUse(net_id=port.network_id, mac=mac) from None
        if port.status == "ACTIVE" and old_owner != (port.device_owner, port.device_id):
            was = "DOWN"
        bindings.announce(port, was)


def _recompute(port: Port) -> None:
    """Compute addresses that come of the MAC address, which is another one, anew."""
    for fixed in FixedIp.objects.filter(port=port).select_related("subnet"):
        if addresses.are_own(fixed.subnet, port.device_owner):
            fixed.address = addresses.from_mac(fixed.subnet.cidr, port.mac_address)
            fixed.save(update_fields=["address"])


def _retake(port: Port, asked: list[Values], *, may_move: bool) -> None:
    """Keep the addresses that are asked for again, give the others back, take the new ones.

    Those that the port computes stay, unless their subnet is to be left (`delete_subnet`).
    """
    held = list(FixedIp.objects.filter(port=port).select_related("subnet").order_by("id"))
    left = {wish.get("subnet_id") for wish in asked or [] if wish.get("delete_subnet")}
    kept: list[FixedIp] = []
    new: list[Values] = []
    for wish in asked or []:
        if wish.get("subnet_id") in left:
            continue
        same = next(
            (
                fixed
                for fixed in held
                if fixed not in kept
                and wish.get("subnet_id", fixed.subnet_id) == fixed.subnet_id
                and wish.get("ip_address", fixed.address) == fixed.address
            ),
            None,
        )
        if same is None:
            new.append(wish)
        else:
            kept.append(same)
    gone = [
        fixed
        for fixed in held
        if fixed not in kept
        and (fixed.subnet_id in left or not addresses.are_own(fixed.subnet, port.device_owner))
    ]
    if port.device_owner in ROUTER_OWNERS[:4] and (gone or new) and not may_move:
        raise errors.BadRequest(
            resource="ports", msg=f"IP updates for port {port.id} are not allowed"
        )
    FixedIp.objects.filter(id__in=[fixed.id for fixed in gone]).delete()
    if gone:
        lost = [fixed.address for fixed in gone]
        _part(FloatingIp.objects.filter(port=port, fixed_ip_address__in=lost))
        _stop(PortForwarding.objects.filter(internal_port=port, internal_ip_address__in=lost))
    network = Network.objects.get(id=port.network_id)
    taken = _take(port, network, new, {fixed.subnet_id for fixed in held})
    if taken or gone:
        events.changed(port)


# Security


def _groups_of_new(context: RequestContext, row: Values, values: Values) -> list[str]:
    asked = values.get("security_groups")
    if asked is None:
        if not row["port_security_enabled"] or not row["project_id"]:
            return []
        default = security.ensure_default(row["project_id"])
        # Neutron: who may not read groups gets none.
        return [default] if context.is_admin or {"reader", "service"} & set(context.roles) else []
    if asked and not row["port_security_enabled"]:
        raise errors.PortSecurityAndIPRequiredForSecurityGroups
    return _groups(context, asked, row["project_id"])


def _groups(context: RequestContext, asked: list[str], project_id: str) -> list[str]:
    wanted = list(dict.fromkeys(asked))
    if not wanted:
        return []
    found = SecurityGroup.objects.filter(id__in=wanted)
    if not context.is_admin and "service" not in context.roles:
        found = found.filter(sharing.visible("security_group", context))
    if not context.is_admin and project_id:
        # Neutron: the port's project, too, has to have them, whoever asks.
        owner = RequestContext(project_id=project_id)
        found = found.filter(sharing.visible("security_group", owner))
    known = dict(found.values_list("id", "stateful"))
    missing = [group for group in wanted if group not in known]
    if missing:
        raise errors.SecurityGroupNotFound(id=", ".join(missing))
    if len(set(known.values())) > 1:
        raise errors.SecurityGroupConflict(
            reason="Cannot apply both stateful and stateless security groups on the same port "
            "at the same time"
        )
    return wanted


def _change_security(context: RequestContext, port: Port, values: Values) -> None:
    bound = PortSecurityGroup.objects.filter(port=port)
    if "security_groups" in values:
        # Neutron: forgets whose the port is when it is changed.
        wanted = _groups(context, values["security_groups"] or [], "")
        if wanted and not port.port_security_enabled:
            raise errors.PortSecurityAndIPRequiredForSecurityGroups
        bound.exclude(security_group_id__in=wanted).delete()
        kept = set(bound.values_list("security_group_id", flat=True))
        PortSecurityGroup.objects.bulk_create(
            PortSecurityGroup(port=port, security_group_id=group)
            for group in wanted
            if group not in kept
        )
    if values.get("port_security_enabled") is False:
        if bound.exists():
            raise errors.PortSecurityPortHasSecurityGroup
        if port.allowed_address_pairs:
            raise errors.AddressPairAndPortSecurityRequired
    if values.get("allowed_address_pairs") and not port.port_security_enabled:
        raise errors.AddressPairAndPortSecurityRequired


# Deletion


def remove(port: Port) -> None:
    """Delete a port at somebody's request."""
    with transaction.atomic():
        if port.device_owner in ROUTER_OWNERS and _has_device(port):
            raise errors.ServicePortInUse(
                port_id=port.id, reason=f"has device owner {port.device_owner}"
            )
        trunk = Trunk.objects.filter(port=port).values_list("id", flat=True).first()
        if trunk is not None:
            raise errors.PortInUseAsTrunkParent(port_id=port.id, trunk_id=trunk)
        subport = Subport.objects.filter(port=port).values_list("trunk_id", flat=True).first()
        if subport is not None:
            raise errors.PortInUseAsSubPort(port_id=port.id, trunk_id=subport)
        _part(FloatingIp.objects.filter(port=port))
        drop(port)


def _has_device(port: Port) -> bool:
    if port.device_owner == "network:floatingip":
        return FloatingIp.objects.filter(id=port.device_id).exists()
    return Router.objects.filter(id=port.device_id).exists()


def _part(associated: Any) -> None:
    associated.update(port=None, fixed_ip_address=None, router=None, status="DOWN")


def _stop(forwardings: Any) -> None:
    """Forward no longer; floating ips that forward nothing are on no router."""
    if forwardings.delete()[0]:
        forwarding = PortForwarding.objects.values("floating_ip_id")
        idle = FloatingIp.objects.filter(port=None, router__isnull=False)
        standard.touch(idle.exclude(id__in=forwarding))
        _part(idle.exclude(id__in=forwarding))


def drop(port: Port) -> None:
    """Delete a port with what hangs on it, and tell compute."""
    FixedIp.objects.filter(port=port).delete()
    PortSecurityGroup.objects.filter(port=port).delete()
    PortBinding.objects.filter(port=port).delete()
    _stop(PortForwarding.objects.filter(internal_port=port))
    Tag.objects.filter(resource_id=port.id).delete()
    port_id = port.id
    port.delete()
    port.id = port_id
    events.deleted(port)


def add_own(network: Network, *, asked: list[Values] | None = None, **row: Any) -> Port:
    """Make a port of the service itself: no quota, no groups, up at once."""
    status = str(row.pop("status", "ACTIVE"))
    port = _insert(network, {"port_security_enabled": False, **row}, None)
    Port.objects.filter(id=port.id).update(status=status)
    port.status = status
    if asked != []:
        _take(port, network, asked)
    return port
