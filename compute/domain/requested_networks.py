"""What networks a boot asks for: whether they can be had, and how many ports that takes."""

from typing import Any

from compute.clients.errors import FixedIpAlreadyInUse, PortInUse
from compute.clients.network import network
from compute.domain.context import cloud, elevated
from compute.domain.errors import BadRequest, Conflict, Forbidden
from compute.domain.hardware import pci
from middleware.context import RequestContext

# What a boot wants to know of a network.
_FIELDS = ["id", "subnets", "shared", "router:external"]

Requested = list[dict[str, Any]] | str | None


class NetworkAmbiguous(Conflict):
    message = "Multiple possible networks found, use a Network ID to be more specific."


class NetworkRequiresSubnet(BadRequest):
    message = "Network {network_id} requires a subnet in order to boot instances on."


class PortRequiresFixedIp(BadRequest):
    message = "Port {port_id} requires a FixedIP in order to be used."


class PortNeedsNewerVersion(BadRequest):
    message = (
        "Creating servers with ports having resource requests, like a port with a QoS minimum "
        "bandwidth policy, is not supported until microversion 2.72."
    )


class DeviceProfileMissing(BadRequest):
    message = "Device profile name None: No device profile for port {port_id}."


class NetworkMissing(BadRequest):
    message = "Network {network_id} could not be found."


def available(context: RequestContext, ids: list[str] | None = None) -> list[dict[str, Any]]:
    """The networks that the project may use: its own and shared ones, or those of `ids`."""
    if ids:
        return network().networks(context, id=ids, fields=_FIELDS)
    own = network().networks(context, project_id=context.project_id, fields=_FIELDS)
    shared = network().networks(context, shared=True, fields=_FIELDS)
    seen: dict[str, dict[str, Any]] = {net["id"]: net for net in (*own, *shared)}
    return list(seen.values())


def check(context: RequestContext, requested: Requested, count: int) -> tuple[int, bool]:
    """Refuse what cannot be had; return for how many of `count` servers there are ports enough.

    And whether a network is external: Nova finds out that somebody may not use it while building.
    """
    if requested == "none":
        return count, False
    each, has_external = _ports_each(context, requested)
    return _within_quota(context, each, count) if each else count, has_external


def _ports_each(context: RequestContext, requested: Requested) -> tuple[int, bool]:
    if not requested or requested == "auto":
        nets = available(context)
        if len(nets) > 1:
            raise NetworkAmbiguous
        if not nets and requested == "auto":
            network().auto_allocated_topology(context, str(context.project_id), check_only=True)
        return 1, _check_nets(nets)
    needed, has_external = 0, False
    wanted: list[str] = []
    for item in requested:
        assert isinstance(item, dict)
        if item.get("port"):
            _check_port(context, item)
            continue
        needed += 1
        wanted.append(item["uuid"])
        if item.get("fixed_ip"):
            _check_address(context, item)
    if wanted:
        nets = available(context, sorted(set(wanted)))
        has_external = _check_nets(nets)
        missing = [
            net_id for net_id in dict.fromkeys(wanted) if net_id not in {n["id"] for n in nets}
        ]
        if missing:
            raise NetworkMissing(network_id=", ".join(missing))
    return needed, has_external


def refuse_needy_ports(requested: Requested) -> None:
    """Refuse ports that ask something of Placement, which older versions know nothing of."""
    named = requested if isinstance(requested, list) else []
    ids = [item["port"] for item in named if item.get("port")]
    rows = network().list_ports(cloud(), id=ids) if ids else []
    if any(port.get("resource_request") for port in rows):
        raise PortNeedsNewerVersion


def _check_nets(nets: list[dict[str, Any]]) -> bool:
    """Refuse networks without subnets; whether any is external and not shared."""
    for net in nets:
        if not net.get("subnets"):
            raise NetworkRequiresSubnet(network_id=net["id"])
    return any(net.get("router:external") and not net.get("shared") for net in nets)


def _check_port(context: RequestContext, item: dict[str, Any]) -> None:
    port = network().show_port(context, item["port"])
    if port.get("device_id"):
        raise PortInUse(port_id=item["port"])
    is_accelerated = port.get("binding:vnic_type") in pci.ACCELERATED
    if is_accelerated and not port.get("device_profile"):
        raise DeviceProfileMissing(port_id=item["port"])
    if port.get("ip_allocation") not in ("deferred", "none") and not port.get("fixed_ips"):
        raise PortRequiresFixedIp(port_id=item["port"])
    item["uuid"] = port["network_id"]


def _check_address(context: RequestContext, item: dict[str, Any]) -> None:
    ports = network().list_ports(
        elevated(context),
        network_id=item["uuid"],
        fixed_ips=f"ip_address={item['fixed_ip']}",
        fields="device_id",
    )
    if ports:
        raise FixedIpAlreadyInUse(address=item["fixed_ip"], server_id=ports[0]["device_id"])


def _within_quota(context: RequestContext, each: int, count: int) -> int:
    limit, used = network().port_quota(elevated(context), str(context.project_id))
    if limit < 0:
        return count
    free = limit - used
    if free < 0:
        raise Forbidden(f"The number of defined ports: {used} is over the limit: {limit}")
    return count if free >= each * count else free // each


def security_groups(context: RequestContext, names: list[str]) -> list[str]:
    """The ids of the groups named (by name or id), "default" by its name; or a refusal."""
    found: list[str] = []
    for name in names:
        # Nova: the default group is made by Network at the first port, so it is not looked up.
        if name == "default":
            found.append(name)
            continue
        groups = network().security_groups(context, project_id=context.project_id, name=name)
        if not groups:
            groups = network().security_groups(context, id=name)
        if not groups:
            raise BadRequest(f"Unable to find security_group with name or id '{name}'")
        if len(groups) > 1:
            raise Conflict(
                f"Multiple security_group matches found for name '{name}', "
                "use an ID to be more specific."
            )
        found.append(groups[0]["id"])
    return found
