"""Fixed addresses of a server's ports, given and taken by its host."""

import logging
from typing import Any

from compute.clients.network import network
from compute.domain import addressing, records
from compute.domain.errors import BadRequest, ComputeError, NotFound
from compute.models import Server
from compute.work.registry import task
from compute.work.task import Work

log = logging.getLogger(__name__)


class NetworkNotOfServer(NotFound):
    message = "Network could not be found for instance {server_id}."


class FixedIpNotOfServer(NotFound):
    message = "Instance {server_id} does not have fixed IP '{address}'."


def _gave_up(work: Work, exc: Exception) -> None:
    if work.server is not None:
        records.record_fault(work.server, exc)


@task("inject network info", gave_up=_gave_up)
def inject(work: Work) -> None:
    if work.server is not None:
        addressing.refresh(work.context, work.server)


@task("add fixed ip", gave_up=_gave_up)
def add(work: Work) -> None:
    """Give the server's port on that network one address more, of the first subnet that has one."""
    server, network_id = work.server, work.payload["network_id"]
    if server is None:
        return
    subnets = network().subnets(work.context, network_id=network_id)
    ports = _ports(work, server, network_id=network_id) if subnets else []
    for port in ports:
        for subnet in subnets:
            fixed = [*port["fixed_ips"], {"subnet_id": subnet["id"]}]
            try:
                network().update_port(work.context, port["id"], fixed_ips=fixed)
            except (BadRequest, ComputeError) as exc:
                log.warning("Subnet %s gives no address: %s", subnet["id"], exc)
                continue
            addressing.refresh(work.context, server)
            return
    raise NetworkNotOfServer(server_id=server.uuid)


@task("remove fixed ip", gave_up=_gave_up)
def remove(work: Work) -> None:
    """Take the address from the port that has it."""
    server, address = work.server, work.payload["address"]
    if server is None:
        return
    for port in _ports(work, server, fixed_ips=f"ip_address={address}"):
        kept = [each for each in port["fixed_ips"] if each["ip_address"] != address]
        network().update_port(work.context, port["id"], fixed_ips=kept)
        addressing.refresh(work.context, server)
        return
    raise FixedIpNotOfServer(server_id=server.uuid, address=address)


def _ports(work: Work, server: Server, **filters: str) -> list[dict[str, Any]]:
    return network().list_ports(work.context, device_id=server.uuid, **filters)
