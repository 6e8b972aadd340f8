"""Interfaces of a server that is there: a port more, a port less.

The port is bound and shown within the request, as Nova waits for it too; plugging it into the guest
is the host's work.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from compute.clients.errors import (
    AddressInUse,
    InvalidAddress,
    NetworkNotFound,
    PortLimitExceeded,
)
from compute.clients.network import network, quoted
from compute.domain import context as contexts
from compute.domain import lifecycle, networking, port_claims, records, usable_ports
from compute.domain.errors import (
    BadRequest,
    ComputeError,
    Conflict,
    Forbidden,
    ServerNotFound,
    Unexpected,
    WrongState,
)
from compute.domain.hardware import pci
from compute.models import Host, Server
from compute.work import clock, queue
from middleware.context import RequestContext

Interface = dict[str, Any]
Row = dict[str, Any]


class AttachUnsupported(BadRequest):
    message = "Attaching interfaces is not supported for instance {server_id}."


class AcceleratorsUnsupported(BadRequest):
    message = "Feature not supported with Ports that have accelerators."


class TaggingUnsupported(BadRequest):
    message = "Tagged network interface attachment is not supported for this server instance."


class NoNetwork(BadRequest):
    message = "No specific network was requested and none are available for project '{project_id}'."


class NetworkAmbiguous(BadRequest):
    # Nova: the same sentence is a conflict when a server is booted.
    message = "Multiple possible networks found, use a Network ID to be more specific."


class ExternalNetworkForbidden(Forbidden):
    message = "It is not allowed to create an interface on external network {network_id}"


class SecurityGroupsCannotBeApplied(BadRequest):
    message = (
        "Network requires port_security_enabled and subnet associated in order to apply "
        "security groups."
    )


class AddressTaken(Conflict):
    message = "Fixed IP {address} is already in use."


def attach(
    context: RequestContext,
    server: Server,
    *,
    network_id: str | None = None,
    port_id: str | None = None,
    fixed_ip: str | None = None,
    tag: str | None = None,
    may_use_external: bool,
) -> str:
    """Give the server a port, a new one or one that is there; return the port's id."""
    row = lifecycle.permit(context, server, "attach_interface")
    records.start_action(context, server, "attach_interface")
    if port_id is not None:
        # Nova: a port that is nowhere is found out before the host is asked, who keeps no event.
        port = network().show_port(contexts.elevated(context), port_id)
        if port.get("binding:vnic_type") in pci.ACCELERATED:
            raise AcceleratorsUnsupported
    step = records.Event(context, server, row.event, server.host)
    try:
        _check_host(server, tag)
        if port_id is not None:
            network_id = _check_port(context, server, port_id)
        net = _chosen(context, server, network_id, may_use_external=may_use_external)
        if port_id is not None:
            port_claims.take(server, port_id)
        with _taken_back(context, server) as plugged, transaction.atomic():
            made = _plug(
                context, server, network_id=net["id"], port_id=port_id, fixed_ip=fixed_ip, tag=tag
            )
            plugged.append(made)
            lifecycle.lock(server, "attach_interface")
            _show(context, server, lambda held: [*held, made])
            queue.enqueue(
                "attach_interface",
                queue=queue.of_host(str(server.host)),
                context=context,
                server=server,
                payload={"port_id": made["port_id"]},
            )
    except ComputeError as exc:
        step.fail(exc)
        raise
    return str(made["port_id"])


@contextmanager
def _taken_back(context: RequestContext, server: Server) -> Iterator[list[Interface]]:
    """Take the ports back that were plugged, if the server may not have them after all."""
    plugged: list[Interface] = []
    try:
        yield plugged
    except (ServerNotFound, WrongState):
        acting = contexts.owner_of(context, server.project_id, server.user_id)
        for each in plugged:
            networking.release(acting, each["port_id"], keep=each["preexisting"])
        raise


def _check_host(server: Server, tag: str | None) -> None:
    traits = Host.objects.filter(host=server.host).values_list("traits", flat=True).first() or ()
    if "COMPUTE_NET_ATTACH_INTERFACE" not in traits:
        raise AttachUnsupported(server_id=server.uuid)
    if tag and "COMPUTE_NET_ATTACH_INTERFACE_WITH_TAG" not in traits:
        raise TaggingUnsupported


def _check_port(context: RequestContext, server: Server, port_id: str) -> str:
    """Refuse a port that the server cannot have; return its network's id."""
    port = network().show_port(context, port_id)
    try:
        usable_ports.check(server, port)
    except usable_ports.PortNotUsableDns:
        # Nova: of a name that is another server's it knows no answer to give.
        raise Unexpected(kind="nova.exception_Remote.PortNotUsableDNS_Remote") from None
    return str(port["network_id"])


def _chosen(
    context: RequestContext, server: Server, network_id: str | None, *, may_use_external: bool
) -> Row:
    """The network asked for, or the only one that there is."""
    if network_id is not None:
        nets = network().networks(context, id=network_id)
        if not nets:
            raise NetworkNotFound(network_id=network_id)
    else:
        own = network().networks(context, tenant_id=server.project_id, shared=False)
        nets = [*own, *network().networks(context, shared=True)]
        if not nets:
            raise NoNetwork(project_id=server.project_id)
        if len(nets) > 1:
            raise NetworkAmbiguous
    (net,) = nets
    if net.get("router:external") and not net.get("shared") and not may_use_external:
        raise ExternalNetworkForbidden(network_id=net["id"])
    if net.get("port_security_enabled", True) and not net.get("subnets"):
        raise SecurityGroupsCannotBeApplied
    return net


def _plug(context: RequestContext, server: Server, **wanted: Any) -> Interface:
    try:
        return networking.plug(context, server, **wanted)
    except AddressInUse as exc:
        raise AddressTaken(address=wanted["fixed_ip"]) from exc
    except Forbidden as exc:
        if isinstance(exc, PortLimitExceeded):
            raise
        raise Forbidden(quoted(context, exc.text)) from exc
    except InvalidAddress as exc:
        # Nova: an address outside the network is nothing it foresees here.
        raise Unexpected(kind="nova.exception_Remote.InvalidInput_Remote") from exc


def detach(context: RequestContext, server: Server, port_id: str) -> None:
    """Let the host take an interface away; whether the server has it turns out there."""
    lifecycle.permit(context, server, "detach_interface")
    with transaction.atomic():
        records.start_action(context, server, "detach_interface")
        queue.enqueue(
            "detach_interface",
            queue=queue.of_host(server.host) if server.host else queue.CONDUCTOR,
            context=context,
            server=server,
            payload={"port_id": port_id},
        )


def _show(context: RequestContext, server: Server, change: Any) -> None:
    """Show the server's ports anew, after `change` of those that are known."""
    held = Server.objects.select_for_update().get(pk=server.pk)
    held.interfaces = change(held.interfaces)
    values = {**networking.refresh(context, held), "updated_at": clock.now()}
    Server.objects.filter(pk=server.pk).update(**values)
    for column, value in values.items():
        setattr(server, column, value)


def forget(context: RequestContext, server: Server, port_id: str) -> None:
    """Show the server without a port that it no longer has."""
    with transaction.atomic():
        _show(context, server, lambda held: [each for each in held if each["port_id"] != port_id])


def refresh(context: RequestContext, server: Server) -> None:
    """Ask Network what has changed about the server's ports, and show that."""
    with transaction.atomic():
        _show(context, server, lambda held: held)
