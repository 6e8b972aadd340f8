"""Building a server: schedule, hand over to the chosen host, try another one when that fails."""

import logging
from typing import Any

from django.db import transaction

from compute.clients.errors import ClaimConflict
from compute.domain import claims, groups, lifecycle, records, services, storage
from compute.domain import context as contexts
from compute.domain.errors import MaxRetriesExceeded, NoValidHost
from compute.domain.states import TaskState, VmState
from compute.models import Server, ServerGroup
from compute.scheduler import manager as scheduler
from compute.scheduler import request as requests
from compute.scheduler.manager import Selection
from compute.work import clock, queue
from compute.work.errors import Transient
from compute.work.registry import task
from compute.work.task import Work
from versioned.prepared import PreparedUpdate

log = logging.getLogger(__name__)

# Nova records a step of the conductor only when nobody could be found.
EVENT = "conductor_schedule_and_build_instances"


_WAITING = PreparedUpdate(
    lambda pk: Server.objects.filter(
        pk=pk,
        deleted=False,
        host__isnull=True,
        vm_state=VmState.BUILDING,
        task_state=TaskState.SCHEDULING,
    ),
    int,
)


def _gave_up(work: Work, exc: Exception) -> None:
    if work.server is not None:
        bury(work, work.server, exc)


@task("build", gave_up=_gave_up)
def build(work: Work) -> None:
    """Find a host for a new server and hand it over."""
    server = work.server
    if server is None or not _is_waiting(server):
        _forget_claim(work, server)
        return
    if work.again:
        # An earlier attempt may have claimed a host and died before it could say so.
        claims.release(work.context, server.uuid)
    try:
        chosen, alternates = _destination(work, server)
    except NoValidHost as exc:
        bury(work, server, exc)
        return
    if not _hand_over(work, server, chosen, alternates):
        _forget_claim(work, server)


def _is_waiting(server: Server) -> bool:
    return (
        server.vm_state == VmState.BUILDING
        and server.task_state == TaskState.SCHEDULING
        and not server.host
    )


def _forget_claim(work: Work, server: Server | None) -> None:
    """Give back what was claimed for a server that has been deleted meanwhile."""
    if (server is None or server.deleted) and work.row.server_uuid:
        claims.release(work.context, work.row.server_uuid)


def _destination(work: Work, server: Server) -> tuple[Selection, list[Selection]]:
    if work.payload.get("attempt", 1) > 1:
        return _alternate(work, server)
    asked = work.payload
    spec = requests.of_server(
        work.context,
        server,
        hints=asked.get("hints"),
        forced_host=asked.get("forced_host"),
        forced_node=asked.get("forced_node"),
        requested_host=asked.get("requested_host"),
        requested_node=asked.get("requested_node"),
        is_volume_backed=not server.image_ref or _boots_from_volume(server),
    )
    return scheduler.select(work.context, spec, waiting_since=work.row.created_at)


def _boots_from_volume(server: Server) -> bool:
    return storage.boots_from_volume(server)


def _alternate(work: Work, server: Server) -> tuple[Selection, list[Selection]]:
    """The next host that the scheduler had named and that still has room."""
    left = [Selection(**kept) for kept in work.payload.get("alternates", [])]
    cloud = contexts.elevated(work.context)
    while left:
        next_one = left.pop(0)
        try:
            scheduler.claim_for(
                cloud,
                next_one,
                consumer_id=server.uuid,
                project_id=server.project_id,
                user_id=server.user_id,
            )
        except ClaimConflict:
            continue
        return next_one, left
    raise MaxRetriesExceeded(
        reason=(
            f"Exhausted all hosts available for retrying build failures for instance {server.uuid}."
        )
    )


def _hand_over(work: Work, server: Server, chosen: Selection, alternates: list[Selection]) -> bool:
    """Write the host down and queue the build there, in one transaction."""
    payload: dict[str, Any] = {
        **work.payload,
        "host": chosen.host,
        "alternates": [each.kept() for each in alternates],
    }
    forced = work.payload.get("forced_host") or work.payload.get("forced_node")
    if forced:
        # Nova: what an administrator forced onto a host is not tried on another one.
        payload["alternates"] = None
    with transaction.atomic():
        # Nova: the host itself refuses what was forced onto it.
        if not forced and not _keeps_group_policy(work, server, chosen.host):
            raise Transient("Another server of the group has been put there at the same moment.")
        moved = _WAITING(
            server.pk,
            host=chosen.host,
            node=chosen.node,
            launched_on=chosen.host,
            availability_zone=chosen.zone,
            updated_at=clock.now(),
        )
        if moved:
            if work.payload.get("attempt", 1) > 1:
                storage.reserve_anew(work.context, server)
            queue.enqueue(
                "build on host",
                queue=queue.of_host(chosen.host),
                context=work.context,
                server=server,
                payload=payload,
            )
        work.complete()
    if not moved:
        server.refresh_from_db()
    return bool(moved)


def _keeps_group_policy(work: Work, server: Server, host: str) -> bool:
    """Ask the group again where its servers are, now that nobody else can change that."""
    if not server.scheduler_hints.get("group"):
        return True
    group = ServerGroup.objects.filter(members__server_uuid=server.uuid)
    list(ServerGroup.objects.select_for_update().filter(pk__in=group).values_list("pk"))
    try:
        groups.check_policy(work.context, server, host)
    except groups.GroupPolicyViolated:
        return False
    return True


def bury(work: Work, server: Server, exc: Exception) -> None:
    """End a build for which there is no host: ERROR, with the fault and the failed step."""
    claims.release(work.context, server.uuid)
    step = records.Event(work.context, server, EVENT, services.CONTROLLER)
    with transaction.atomic():
        lifecycle.fail(server, "create", exc)
        Server.objects.filter(pk=server.pk, vm_state=VmState.ERROR).update(host=None, node=None)
        # Nova: that there is no host left to try is no step of its own.
        if not isinstance(exc, MaxRetriesExceeded):
            step.fail(exc)
        work.complete()
