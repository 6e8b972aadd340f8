"""Rescue on the host: the guest boots from another image, and back."""

from django.db import transaction

from compute.agent import in_time, manager
from compute.domain import context as contexts
from compute.domain import images, lifecycle, records
from compute.domain.errors import ImageNotFound
from compute.domain.transitions import LIFECYCLE
from compute.virt import registry
from compute.work import clock
from compute.work.registry import task
from compute.work.task import Work


def _gave_up(work: Work, exc: Exception) -> None:
    server, row = work.server, LIFECYCLE["rescue"]
    if server is None or not manager.is_under_way(server, row):
        return
    step = records.Event(work.context, server, row.event, server.host)
    with transaction.atomic():
        step.fail(exc)
        # Nova: before it has its image, nothing has happened to the server.
        lifecycle.fail(server, row.name, exc, stays=isinstance(exc, ImageNotFound))
        work.complete()


@task("rescue", gave_up=_gave_up)
def rescue(work: Work) -> None:
    """Boot the guest from the rescue image."""
    server, row = work.server, LIFECYCLE["rescue"]
    if server is None or not manager.is_under_way(server, row):
        return
    image_id = work.payload.get("image_id") or server.image_ref
    driver = registry.driver(str(server.host))
    with records.event(work.context, server, row.event, server.host) as step:
        work.take_time("rescue")
        if image_id:
            images.show(contexts.elevated(work.context), image_id)
        driver.rescue(server, image_id, work.payload.get("admin_password"))
        with transaction.atomic():
            if lifecycle.finish(
                server,
                "rescue",
                power_state=driver.power_state(server),
                launched_at=clock.now(),
                rescue_image_ref=image_id,
            ):
                step.succeed()
                in_time.unrescue_later(server)
            work.complete()


@task("unrescue", gave_up=manager.gave_up)
def unrescue(work: Work) -> None:
    """Boot the guest from its own disk again."""
    server, row = work.server, LIFECYCLE["unrescue"]
    if server is None or not manager.is_under_way(server, row):
        return
    driver = registry.driver(str(server.host))
    with records.event(work.context, server, row.event, server.host) as step:
        work.take_time("unrescue")
        driver.unrescue(server)
        with transaction.atomic():
            if lifecycle.finish(
                server,
                "unrescue",
                power_state=driver.power_state(server),
                rescue_image_ref="",
            ):
                step.succeed()
            work.complete()
