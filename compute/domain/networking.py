"""A server's ports: made, bound, unbound, deleted, and shown as its addresses.

Everything begins by listing the ports whose device is the server, so that it may be done again
after a crash without making a port twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from django.db import transaction

from compute.clients.errors import AutoAllocationFailed, NoMoreFixedIps, PortNotFound
from compute.clients.network import network
from compute.domain import context as contexts
from compute.domain import port_needs, usable_ports
from compute.domain.errors import BadRequest, BuildAborted
from compute.models import Server
from middleware.context import RequestContext

Interface = dict[str, Any]
Port = dict[str, Any]


class QosNetworkUnsupported(BadRequest):
    message = (
        "Using networks with QoS policy is not supported for instance {server_id}. "
        "(Network ID is {network_id})"
    )


_FAILED = "Failed to allocate the network(s), not rescheduling."


def allocate(
    context: RequestContext, server: Server, host: str, *, again: bool = True
) -> dict[str, Any]:
    """Give a new server its ports on the host; return the columns that show them.

    Only when it is done `again` can there be ports that an earlier attempt has made.
    """
    if server.requested_networks == "none":
        return columns([])
    if server.system_metadata.get("is_forbidden_network"):
        raise BuildAborted(server_id=server.uuid, reason=_FAILED)
    acting = _acting(context, server)
    try:
        held = network().list_ports(acting, device_id=server.uuid) if again else []
        wanted, names = _wanted(acting, server, held)
        ports = []
        for item in wanted:
            port = _take(held, item) or _make(context, server, host, item, _group_ids(server))
            ports.append((port, item))
        shown = _shown(acting, ports, names)
        changes = columns(shown)
        made = [port for port, _ in ports]
        if any(item.get("port") for item in wanted) or set(_group_ids(server)) - {"default"}:
            changes["security_groups"] = _group_names(acting, made)
        else:
            changes["security_groups"] = [
                {"name": "default"} for port in made for _ in port.get("security_groups") or ()
            ]
    except NoMoreFixedIps as exc:
        raise BuildAborted(
            server_id=server.uuid,
            reason=f"Failed to allocate the network(s) with error {exc.text}, not rescheduling.",
        ) from exc
    except (AutoAllocationFailed, QosNetworkUnsupported) as exc:
        # Nova: whatever else goes wrong with ports may go right on another host.
        raise BuildAborted(server_id=server.uuid, reason=_FAILED) from exc
    return changes


def _acting(context: RequestContext, server: Server) -> RequestContext:
    return contexts.owner_of(context, server.project_id, server.user_id)


def _wanted(
    acting: RequestContext, server: Server, held: list[Port]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """What to make ports of, and the names of these networks as far as they are known."""
    asked = server.requested_networks
    if isinstance(asked, list) and asked:
        return [dict(item) for item in asked], {}
    known = sorted({port["network_id"] for port in held})
    if known:
        # An earlier attempt has chosen already; the choice may not be the same a second time.
        return [{"uuid": each} for each in known], {}
    nets = available_networks(acting)
    if not nets and asked == "auto":
        topology = network().auto_allocated_topology(acting, server.project_id)
        return [{"uuid": topology["id"]}], {}
    return [{"uuid": net["id"]} for net in nets], {net["id"]: net["name"] for net in nets}


def available_networks(acting: RequestContext) -> list[dict[str, Any]]:
    """The networks that a server of the project may be put on without naming one."""
    # An administrator would see everybody's; a member sees the project's own and shared ones.
    member = replace(acting, roles=("member", "reader"), is_admin=False)
    fields = ["id", "name", "project_id", "shared", "router:external"]
    return [
        net
        for net in network().networks(member, fields=fields)
        # Nova: external ones that the project owns, too; whether it may use them is asked later.
        if net.get("shared") or net.get("project_id") == acting.project_id
    ]


def _take(held: list[Port], item: dict[str, Any]) -> Port | None:
    """The port that an earlier attempt made for this item."""
    for index, port in enumerate(held):
        if item.get("port"):
            found = port["id"] == item["port"]
        else:
            addresses = {fixed["ip_address"] for fixed in port["fixed_ips"]}
            found = port["network_id"] == item["uuid"] and (
                not item.get("fixed_ip") or item["fixed_ip"] in addresses
            )
        if found:
            return held.pop(index)
    return None


def _make(
    context: RequestContext,
    server: Server,
    host: str,
    item: dict[str, Any],
    groups: Sequence[str] = (),
) -> Port:
    acting = _acting(context, server)
    bound = {
        "device_id": server.uuid,
        "device_owner": f"compute:{server.availability_zone or ''}",
        "binding:host_id": host,
        **usable_ports.name_of(acting, server.hostname),
    }
    if item.get("port"):
        usable_ports.check(server, network().show_port(acting, item["port"]))
        return _bind(acting, server, network().update_port(acting, item["port"], **bound))
    port: dict[str, Any] = {
        "network_id": item["uuid"],
        "project_id": server.project_id,
        "admin_state_up": True,
    }
    chosen = [each for each in groups if each != "default"]
    if chosen:
        port["security_groups"] = _with_default(acting, server, chosen)
    if not item.get("fixed_ip"):
        return _plain(acting, network().create_port(acting, **port, **bound), server)
    port["fixed_ips"] = [{"ip_address": item["fixed_ip"]}]
    # Whether an address may be chosen is for Network to say of the one who asks.
    with transaction.atomic():
        made = network().create_port(context, **port, device_id=server.uuid)
        return _plain(acting, network().update_port(acting, made["id"], **bound), server)


def _bind(acting: RequestContext, server: Server, port: Port) -> Port:
    """Tell Network which provider and which device serve the port."""
    said = port_needs.profile(server.uuid, port)
    if said is None:
        return port
    return network().update_port(acting, port["id"], **{"binding:profile": said})


def _plain(acting: RequestContext, port: Port, server: Server) -> Port:
    """Refuse a port that was made only now and needs more than had been asked of the scheduler."""
    if not port.get("resource_request"):
        return port
    network().delete_port(acting, port["id"])
    raise QosNetworkUnsupported(server_id=server.uuid, network_id=port["network_id"])


def _group_ids(server: Server) -> list[str]:
    return list(server.system_metadata.get("security_group_ids") or [])


def _with_default(acting: RequestContext, server: Server, groups: list[str]) -> list[str]:
    if "default" not in _group_ids(server):
        return groups
    rows = network().security_groups(acting, project_id=server.project_id, name="default")
    return [*(row["id"] for row in rows), *groups]


def _shown(
    acting: RequestContext,
    ports: Sequence[tuple[Port, dict[str, Any]]],
    names: Mapping[str, str],
) -> list[Interface]:
    """Ports as a server keeps them."""
    ids = {port["network_id"] for port, _ in ports}
    if not ids <= set(names):
        names = _names(acting, ids)
    older = [port["id"] for port, item in ports if item.get("port")]
    floating = _floating(acting, older)
    return [
        interface(
            port,
            name=names.get(port["network_id"], ""),
            floating_ips=floating.get(port["id"], []),
            tag=item.get("tag"),
            preexisting=bool(item.get("port")),
        )
        for port, item in ports
    ]


def _names(acting: RequestContext, ids: Iterable[str]) -> dict[str, str]:
    wanted = sorted(ids)
    if not wanted:
        return {}
    rows = network().networks(acting, id=wanted, fields=["id", "name"])
    return {net["id"]: net["name"] for net in rows}


def _floating(acting: RequestContext, port_ids: Sequence[str]) -> dict[str, list[str]]:
    """The floating addresses of each port."""
    found: dict[str, list[str]] = {}
    if port_ids:
        for row in network().floating_ips(acting, port_id=list(port_ids)):
            found.setdefault(row["port_id"], []).append(row["floating_ip_address"])
    return found


def interface(
    port: Port,
    *,
    name: str,
    floating_ips: Iterable[str] = (),
    tag: str | None = None,
    preexisting: bool = False,
) -> Interface:
    """One port as a server keeps it."""
    more = {"has_request": True} if port.get("resource_request") else {}
    return {
        **more,
        "port_id": port["id"],
        "network_id": port["network_id"],
        "network_name": name,
        "mac_address": port["mac_address"],
        "fixed_ips": [
            {
                "ip_address": fixed["ip_address"],
                "version": ip_address(fixed["ip_address"]).version,
                "subnet_id": fixed["subnet_id"],
            }
            for fixed in port["fixed_ips"]
        ],
        "floating_ips": list(floating_ips),
        "tag": tag,
        "status": port.get("status"),
        "preexisting": preexisting,
        "vnic_type": port.get("binding:vnic_type", "normal"),
    }


def columns(interfaces: list[Interface]) -> dict[str, Any]:
    """The columns of a server that has these interfaces."""
    addresses: dict[str, list[dict[str, Any]]] = {}
    for each in interfaces:
        shown = addresses.setdefault(each["network_name"], [])
        mac = each["mac_address"]
        shown += [
            _address(fixed["version"], fixed["ip_address"], "fixed", mac)
            for fixed in each["fixed_ips"]
        ]
        shown += [_address(4, address, "floating", mac) for address in each["floating_ips"]]
    return {"interfaces": interfaces, "addresses": addresses}


def _address(version: int, address: str, kind: str, mac: str) -> dict[str, Any]:
    return {
        "version": version,
        "addr": address,
        "OS-EXT-IPS:type": kind,
        "OS-EXT-IPS-MAC:mac_addr": mac,
    }


def _group_names(acting: RequestContext, ports: Iterable[Port]) -> list[dict[str, str]]:
    """The groups of each port; one that two ports have is there twice, as in Nova."""
    ids = [each for port in ports for each in port.get("security_groups") or ()]
    if not ids:
        return []
    rows = network().security_groups(acting, id=sorted(set(ids)))
    names = {row["id"]: row["name"] for row in rows}
    return [{"name": names[each]} for each in ids if each in names]


def refresh(context: RequestContext, server: Server) -> dict[str, Any]:
    """Ask Network anew what ports the server has; return the columns that show them."""
    acting = _acting(context, server)
    known = {each["port_id"]: each for each in server.interfaces}
    ports = network().list_ports(acting, device_id=server.uuid)
    order = {port_id: index for index, port_id in enumerate(known)}
    ports.sort(key=lambda port: order.get(port["id"], len(order)))
    names = _names(acting, {port["network_id"] for port in ports})
    floating = _floating(acting, [port["id"] for port in ports])
    interfaces = [
        interface(
            port,
            name=names.get(port["network_id"], ""),
            floating_ips=floating.get(port["id"], ()),
            tag=known.get(port["id"], {}).get("tag"),
            preexisting=known.get(port["id"], {}).get("preexisting", False),
        )
        for port in ports
    ]
    return {**columns(interfaces), "security_groups": _group_names(acting, ports)}


def deallocate(context: RequestContext, server: Server) -> None:
    """Delete the ports that were made for the server, and set the others free."""
    acting = _acting(context, server)
    kept = _preexisting(server)
    for port in network().list_ports(acting, device_id=server.uuid):
        release(acting, port["id"], keep=port["id"] in kept)


def let_go_of_asked(context: RequestContext, server: Server) -> None:
    """Take the names from the ports that a server asked for and did not get, when it is not built.

    Nova: so the next host takes a port that had another name.
    """
    asked = server.requested_networks if isinstance(server.requested_networks, list) else []
    ids = [item["port"] for item in asked if item.get("port")]
    acting = _acting(context, server)
    for port in network().list_ports(acting, id=ids) if ids else ():
        if not port["device_id"]:
            release(acting, port["id"], keep=True)


def _preexisting(server: Server) -> set[str]:
    asked = server.requested_networks
    named = asked if isinstance(asked, list) else []
    return {item["port"] for item in named if item.get("port")} | {
        each["port_id"] for each in server.interfaces if each.get("preexisting")
    }


def release(acting: RequestContext, port_id: str, *, keep: bool) -> None:
    """Delete one port, or take the server and the host away from it."""
    if not keep:
        network().delete_port(acting, port_id)
        return
    nobody = {
        "device_id": "",
        "device_owner": "",
        "binding:host_id": "",
        **usable_ports.name_of(acting, ""),
    }
    try:
        network().update_port(acting, port_id, **nobody)
    except PortNotFound:
        return


def plug(
    context: RequestContext,
    server: Server,
    *,
    network_id: str | None = None,
    port_id: str | None = None,
    fixed_ip: str | None = None,
    tag: str | None = None,
) -> Interface:
    """Give a server one port more; the caller puts it among its interfaces."""
    acting = _acting(context, server)
    item = {"uuid": network_id, "port": port_id, "fixed_ip": fixed_ip, "tag": tag}
    port = _make(context, server, server.host or "", item)
    return _shown(acting, [(port, item)], {})[0]


def rebind(context: RequestContext, server: Server, host: str) -> None:
    """Bind all ports of a server to the host that it has moved to."""
    acting = _acting(context, server)
    owner = f"compute:{server.availability_zone or ''}"
    for each in server.interfaces:
        port = network().update_port(
            acting, each["port_id"], device_owner=owner, **{"binding:host_id": host}
        )
        if port_needs.is_special(each):
            _bind(acting, server, port)
