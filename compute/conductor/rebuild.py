"""Rebuilding a server: may its host run the new image at all?  Then the host does it."""

from django.db import transaction

from compute.agent import manager
from compute.domain import lifecycle, records, services
from compute.domain.errors import NOT_ENOUGH, NoValidHost
from compute.domain.transitions import LIFECYCLE
from compute.models import Host, Server
from compute.scheduler import filters, hosts
from compute.scheduler import request as requests
from compute.work import queue
from compute.work.registry import task
from compute.work.task import Work

EVENT = "rebuild_server"
# Nova's RUN_ON_REBUILD: what depends on the image alone, and not on the room there is.
_ASKED = (
    "AggregateImagePropertiesIsolation",
    "ComputeFilter",
    "ImagePropertiesFilter",
    "IsolatedHostsFilter",
)


@task("rebuild", gave_up=manager.gave_up)
def rebuild(work: Work) -> None:
    """Ask the filters of a new image, and hand over to the server's host."""
    server, row = work.server, LIFECYCLE["rebuild"]
    if server is None or not manager.is_under_way(server, row):
        return
    step = records.Event(work.context, server, EVENT, services.CONTROLLER)
    if work.payload.get("other_image") and not _is_fit(work, server):
        _refuse(work, server, step)
        return
    with transaction.atomic():
        step.succeed()
        queue.enqueue(
            "rebuild on host",
            queue=queue.of_host(str(server.host)),
            context=work.context,
            server=server,
            payload=work.payload,
        )
        work.complete()


def _is_fit(work: Work, server: Server) -> bool:
    uuids = Host.objects.filter(host=server.host).values_list("uuid", flat=True)
    spec = requests.of_server(work.context, server)
    enabled = [each for name, each in filters.enabled() if name in _ASKED]
    return all(each.passes(state, spec) for state in hosts.load(uuids) for each in enabled)


def _refuse(work: Work, server: Server, step: records.Event) -> None:
    exc = NoValidHost(reason=NOT_ENOUGH)
    with transaction.atomic():
        Server.objects.filter(pk=server.pk).update(**work.payload.get("before", {}))
        step.fail(exc)
        lifecycle.fail(server, "rebuild", exc)
        work.complete()
