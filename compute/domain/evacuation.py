"""Evacuation: a server whose host has failed is built again on another one."""

from django.db import transaction

from compute.domain import lifecycle, services
from compute.domain.errors import BadRequest, NotFound
from compute.domain.states import VmState
from compute.models import Migration, Server
from middleware.context import RequestContext


class HostMissing(NotFound):
    message = "Compute host {host} not found."


class HostStillUp(BadRequest):
    message = "Compute service of {host} is still in use."


def evacuate(
    context: RequestContext,
    server: Server,
    *,
    host: str | None = None,
    is_forced: bool = False,
    admin_password: str | None = None,
    is_shared: bool = False,
    keeps_stopped: bool = False,
) -> None:
    """Queue the rebuild on another host; with `keeps_stopped` the server is off there.

    With `is_shared` the caller expects the disks to be there already, which they never are.
    """
    if host is not None and services.compute_of(host) is None:
        raise HostMissing(host=host)
    if server.host == host:
        raise BadRequest("The target host can't be the same one.")
    lifecycle.permit(context, server, "evacuate")
    if services.host_is_up(server.host):
        raise HostStillUp(host=server.host)
    was_error = server.vm_state == VmState.ERROR
    stops = server.vm_state == VmState.STOPPED or (keeps_stopped and not was_error)
    with transaction.atomic():
        move = Migration.objects.create(
            server=server,
            migration_type="evacuation",
            status="accepted",
            source_compute=server.host,
            source_node=server.node,
            dest_compute=host,
            user_id=context.user_id,
            project_id=context.project_id,
        )
        lifecycle.begin(
            context,
            server,
            "evacuate",
            migration=move.pk,
            host=host,
            is_forced=is_forced,
            admin_password=admin_password,
            is_shared=is_shared,
            stops=stops,
        )


def of_host(host: str) -> list[Server]:
    """The servers that an evacuation of the host would move; HostStillUp when it needs none."""
    if services.host_is_up(host):
        raise HostStillUp(host=host)
    return list(Server.objects.filter(host=host, deleted=False).order_by("pk"))
