"""The host's part of plugging and unplugging interfaces."""

from typing import Any

from django.db import transaction

from compute.domain import context as contexts
from compute.domain import interfaces, networking, port_claims, port_needs, records
from compute.domain.errors import NotFound
from compute.domain.transitions import LIFECYCLE
from compute.models import Server
from compute.virt import registry
from compute.work.registry import task
from compute.work.task import Work


class NotAttached(NotFound):
    message = "Port {port_id} is not attached"


def _of(server: Server, port_id: str) -> dict[str, Any] | None:
    return next((each for each in server.interfaces if each["port_id"] == port_id), None)


def _fail(work: Work, server: Server, exc: Exception) -> None:
    event = LIFECYCLE[work.row.kind].event
    records.Event(work.context, server, event, server.host).fail(exc)
    records.record_fault(server, exc)


def release(work: Work, server: Server, interface: dict[str, Any]) -> None:
    """Give the port back, or delete it if it was made for the server; show the server without."""
    acting = contexts.owner_of(work.context, server.project_id, server.user_id)
    if port_needs.is_special(interface):
        port_claims.give_back(server, interface["port_id"])
    networking.release(acting, interface["port_id"], keep=interface["preexisting"])
    interfaces.forget(work.context, server, interface["port_id"])


def _not_plugged(work: Work, exc: Exception) -> None:
    """Take the port back that the guest did not take."""
    server = work.server
    if server is None:
        return
    found = _of(server, work.payload["port_id"])
    if found is not None:
        release(work, server, found)
    with transaction.atomic():
        _fail(work, server, exc)
        work.complete()


@task("attach_interface", gave_up=_not_plugged)
def attach(work: Work) -> None:
    """Plug a bound port into the guest."""
    server = work.server
    if server is None:
        return
    found = _of(server, work.payload["port_id"])
    if found is None or not server.host:
        return
    event = LIFECYCLE["attach_interface"].event
    with records.event(work.context, server, event, server.host) as step:
        work.take_time("attach_interface")
        registry.driver(server.host).attach_interface(server, found)
        with transaction.atomic():
            step.succeed()
            work.complete()


def _not_unplugged(work: Work, exc: Exception) -> None:
    server = work.server
    if server is None:
        return
    with transaction.atomic():
        _fail(work, server, exc)
        work.complete()


@task("detach_interface", gave_up=_not_unplugged)
def detach(work: Work) -> None:
    """Unplug an interface from the guest, and its port from the server."""
    server, port_id = work.server, work.payload["port_id"]
    if server is None:
        return
    event = LIFECYCLE["detach_interface"].event
    with records.event(work.context, server, event, server.host) as step:
        work.take_time("detach_interface")
        found = _of(server, port_id)
        if found is None and not work.row.progress.get("released"):
            # Nova: what Network alone knows of is not the server's.
            raise NotAttached(port_id=port_id)
        if found is not None:
            if server.host:
                registry.driver(server.host).detach_interface(server, found)
            work.note(released=True)
            release(work, server, found)
        with transaction.atomic():
            step.succeed()
            work.complete()
