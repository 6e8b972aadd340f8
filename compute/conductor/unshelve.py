"""Unshelving: a server that gave its host up needs one, and the image that it left behind."""

from django.db import transaction

from compute.agent import manager
from compute.clients.errors import ImageNotFound
from compute.domain import claims, images, lifecycle, records, services, storage, zones
from compute.domain import context as contexts
from compute.domain.errors import ComputeError, NoValidHost
from compute.domain.states import VmState
from compute.domain.transitions import LIFECYCLE
from compute.models import Server
from compute.scheduler import manager as scheduler
from compute.scheduler import request as requests
from compute.scheduler.manager import Selection
from compute.work import queue
from compute.work.registry import task
from compute.work.task import Work


class UnshelveFailed(ComputeError):
    message = "Error during unshelve instance {server_id}: {reason}"


@task("unshelve", gave_up=manager.gave_up)
def unshelve(work: Work) -> None:
    """Find the image and a host, and hand over; without a host the server stays shelved."""
    server, row = work.server, LIFECYCLE["unshelve"]
    if server is None or not manager.is_under_way(server, row):
        return
    if server.vm_state == VmState.SHELVED:
        _hand_over(work, server, "unshelve in place", None)
        return
    if server.host:
        # An earlier attempt came that far.
        _hand_over(work, server, "unshelve on host", None)
        return
    if not _find_image(work, server):
        return
    step = records.Event(work.context, server, "schedule_instances", services.CONTROLLER)
    if work.again:
        claims.release(work.context, server.uuid)
    spec = requests.of_server(
        work.context,
        server,
        requested_host=work.payload.get("host"),
        is_volume_backed=storage.boots_from_volume(server),
    )
    try:
        chosen, _ = scheduler.select(work.context, spec)
    except NoValidHost as exc:
        with transaction.atomic():
            step.fail(exc)
            # Nova: nothing tells the user but the failed step.
            lifecycle.finish(server, "unshelve", vm_state=VmState.SHELVED_OFFLOADED)
            work.complete()
        return
    step.succeed()
    _hand_over(work, server, "unshelve on host", chosen)


def _find_image(work: Work, server: Server) -> bool:
    image_id = server.system_metadata.get("shelved_image_id")
    if not image_id:
        return True
    step = records.Event(work.context, server, "get_image_info", services.CONTROLLER)
    try:
        images.show(contexts.owner_of(work.context, server.project_id), str(image_id))
    except ImageNotFound as exc:
        reason = f"Unshelve attempted but the image {image_id} cannot be found."
        with transaction.atomic():
            step.fail(UnshelveFailed(server_id=server.uuid, reason=reason))
            lifecycle.finish(server, "unshelve", vm_state=VmState.ERROR)
            records.record_fault(server, exc, message=reason)
            work.complete()
        return False
    step.succeed()
    return True


def _hand_over(work: Work, server: Server, kind: str, chosen: Selection | None) -> None:
    with transaction.atomic():
        if chosen is not None and not lifecycle.show_step(
            server,
            "unshelve",
            LIFECYCLE["unshelve"].task,  # type: ignore[arg-type]  # it has one
            host=chosen.host,
            node=chosen.node,
            availability_zone=zones.of_host(chosen.host),
        ):
            work.complete()
            return
        queue.enqueue(
            kind,
            queue=queue.of_host(str(server.host)),
            context=work.context,
            server=server,
            payload=work.payload,
        )
        work.complete()
