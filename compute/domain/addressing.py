"""Addresses of a server's ports: fixed ones more or fewer, floating ones to and fro."""

from ipaddress import ip_address
from typing import Any

from django.db import transaction

from compute.clients.errors import FloatingIpNotFound
from compute.clients.network import network
from compute.domain import networking
from compute.domain.errors import (
    BadRequest,
    ComputeError,
    Conflict,
    Forbidden,
    NotFound,
    ServerLocked,
    ServerNotFound,
    Unexpected,
)
from compute.models import Server
from compute.work import clock, queue
from middleware.context import RequestContext


def refresh(context: RequestContext, server: Server) -> None:
    """Keep what Network says of the server's ports now."""
    changes = {**networking.refresh(context, server), "updated_at": clock.now()}
    Server.objects.filter(pk=server.pk).update(**changes)


def _check_lock(context: RequestContext, server: Server) -> None:
    if server.locked_by and not context.is_admin:
        raise ServerLocked(server_id=server.uuid)


def _queue(context: RequestContext, server: Server, kind: str, **payload: Any) -> None:
    _check_lock(context, server)
    if not server.host:
        # Nova: nobody asks whether there is a host that could be told.
        raise Unexpected(kind="nova.exception.NovaException")
    with transaction.atomic():
        queue.enqueue(
            kind,
            queue=queue.of_host(server.host),
            context=context,
            server=server,
            payload=payload,
        )


def inject(context: RequestContext, server: Server) -> None:
    """Have the host learn the server's network anew; guests of today ask for it themselves."""
    _queue(context, server, "inject network info")


# Fixed addresses: the host does it, and nobody is told when it cannot be done
def add_fixed(context: RequestContext, server: Server, network_id: str) -> None:
    _queue(context, server, "add fixed ip", network_id=network_id)


def remove_fixed(context: RequestContext, server: Server, address: str) -> None:
    _queue(context, server, "remove fixed ip", address=address)


# Floating addresses
def associate_floating(
    context: RequestContext, server: Server, address: str, *, fixed_address: str | None
) -> None:
    """Let a floating address lead to one of the server's fixed ones, its first by default."""
    if not server.interfaces:
        raise BadRequest("Instance network is not ready yet")
    fixed = [
        (each["port_id"], one["ip_address"])
        for each in server.interfaces
        for one in each["fixed_ips"]
    ]
    if not fixed:
        raise BadRequest("No fixed IPs associated to instance")
    port_id, to = _choose(server, fixed, address, fixed_address)
    row = _floating(context, address)
    if row is None:
        raise NotFound("floating IP not found")
    try:
        network().update_floating_ip(context, row["id"], port_id=port_id, fixed_ip_address=to)
    except Forbidden:
        raise
    except Conflict as exc:
        raise BadRequest(exc.text) from exc
    except FloatingIpNotFound:
        raise NotFound("floating IP not found") from None
    except ComputeError as exc:
        raise BadRequest(
            f"Unable to associate floating IP {address} to fixed IP {to} for instance "
            f"{server.uuid}. Error: {exc.text}"
        ) from exc
    refresh(context, server)
    _refresh_former_holder(context, server, row)


def _choose(
    server: Server, fixed: list[tuple[str, str]], address: str, wanted: str | None
) -> tuple[str, str]:
    if wanted is not None:
        found = next((each for each in fixed if each[1] == wanted), None)
        if found is None:
            raise BadRequest("Specified fixed address not assigned to instance")
        return found
    found = next((each for each in fixed if ip_address(each[1]).version == 4), None)
    if found is None:
        raise BadRequest(
            f"Unable to associate floating IP {address} to any fixed IPs for instance "
            f"{server.uuid}. Instance has no fixed IPv4 addresses to associate."
        )
    return found


def _floating(context: RequestContext, address: str) -> dict[str, Any] | None:
    rows = network().floating_ips(context, floating_ip_address=address)
    if len(rows) > 1:
        raise Conflict(f"Multiple floating IPs are found for address {address}.")
    return rows[0] if rows else None


def _refresh_former_holder(context: RequestContext, server: Server, row: dict[str, Any]) -> None:
    """The server that had the address before shows it no longer."""
    if row.get("port_id"):
        former = _server_of(context, row["port_id"])
        if former is not None and former.pk != server.pk:
            refresh(context, former)


def _server_of(context: RequestContext, port_id: str) -> Server | None:
    device = network().show_port(context, port_id).get("device_id")
    return Server.objects.filter(uuid=device, deleted=False).first() if device else None


def holder_of(context: RequestContext, address: str) -> Server | None:
    """The server to which a floating address leads."""
    row = _floating(context, address)
    if row is None:
        raise NotFound(f"Floating IP not found for address {address}.")
    if not row.get("port_id"):
        return None
    device = str(network().show_port(context, row["port_id"]).get("device_id") or "")
    if not device:
        return None
    servers = Server.objects.filter(uuid=device, deleted=False)
    if not context.is_admin:
        servers = servers.filter(project_id=context.project_id)
    server = servers.first()
    if server is None:
        raise ServerNotFound(server_id=device)
    return server


def disassociate_floating(
    context: RequestContext, holder: Server | None, server_id: str, address: str
) -> None:
    """Let the floating address lead nowhere, if it leads to that server."""
    row = _floating(context, address)
    if row is None:
        raise NotFound("floating IP not found")
    if holder is None or not row.get("port_id") or holder.uuid != server_id:
        raise Conflict(f"Floating IP {address} is not associated with instance {server_id}.")
    network().update_floating_ip(context, row["id"], port_id=None)
    refresh(context, holder)
