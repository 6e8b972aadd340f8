"""Images of servers, taken on their hosts: the disk's bytes go to the Image service."""

import logging
from contextlib import suppress
from typing import Any

from django.db import transaction

from compute.agent import manager
from compute.clients.errors import ImageNotFound
from compute.clients.image import image
from compute.domain import context as contexts
from compute.domain import lifecycle, records
from compute.domain.errors import ComputeError, Conflict
from compute.domain.states import TaskState
from compute.domain.transitions import LIFECYCLE
from compute.models import Server
from compute.virt import registry
from compute.work.registry import task
from compute.work.task import Work

log = logging.getLogger(__name__)


def delete_image(work: Work, image_id: str) -> None:
    """Take back an image that will never be filled."""
    try:
        image().delete(contexts.elevated(work.context), image_id)
    except ComputeError as exc:
        log.info("The image %s could not be deleted: %s", image_id, exc)


def _gave_up(work: Work, exc: Exception) -> None:
    delete_image(work, str(work.payload["image_id"]))
    manager.gave_up(work, exc)


@task("createImage", gave_up=_gave_up)
def snapshot(work: Work) -> None:
    """Fill an image with the server's root disk."""
    _take(work, TaskState.IMAGE_SNAPSHOT)


@task("createBackup", gave_up=_gave_up)
def back_up(work: Work) -> None:
    """Fill an image, and delete the backups of its type that are too old by now."""
    if _take(work, None) or work.again:
        _rotate(work)


def drop_unless_filled(work: Work) -> None:
    """Take back the image of an operation that something else has overtaken."""
    image_id = str(work.payload.get("image_id") or "")
    if not image_id:
        return
    with suppress(ComputeError):
        if image().show(contexts.elevated(work.context), image_id)["status"] != "active":
            delete_image(work, image_id)


def _take(work: Work, first: TaskState | None) -> bool:
    server, row = work.server, LIFECYCLE[work.row.kind]
    if server is None or not manager.is_under_way(server, row):
        drop_unless_filled(work)
        return False
    with records.event(work.context, server, row.event, server.host) as step:
        upload(work, server, row.name, first)
        with transaction.atomic():
            power = registry.driver(str(server.host)).power_state(server)
            if lifecycle.finish(server, row.name, power_state=power):
                step.succeed()
            if row.name == "createImage":
                work.complete()
    return True


def upload(
    work: Work,
    server: Server,
    name: str,
    first: TaskState | None,
    *,
    pending: TaskState = TaskState.IMAGE_PENDING_UPLOAD,
    uploading: TaskState = TaskState.IMAGE_UPLOADING,
) -> None:
    """Send the root disk's bytes, and show the steps if that takes its time."""
    image_id = str(work.payload["image_id"])
    acting = contexts.owner_of(work.context, str(work.context.project_id))
    shows = bool(work.duration("snapshot"))
    if shows and "snapshot" not in work.row.progress.get("waited", []):
        if first is not None:
            lifecycle.show_step(server, name, first)
        lifecycle.show_step(server, name, pending)
    work.take_time("snapshot")
    try:
        if image().show(acting, image_id)["status"] == "active":
            # An earlier attempt came that far; the guest may be gone by now.
            return
        content = registry.driver(str(server.host)).snapshot(server)
        if shows:
            lifecycle.show_step(server, name, uploading)
        image().update(acting, image_id, _facts(server))
        image().upload(acting, image_id, content)
    except (ImageNotFound, Conflict):
        # Nova: whoever deletes an image while it is made does not want it; nothing is wrong.
        log.info("The image %s went away while it was made.", image_id)


def _facts(server: Server) -> dict[str, Any]:
    """What the host says of the image."""
    facts = {
        "disk_format": "qcow2",
        "container_format": "bare",
        "image_location": "snapshot",
        "image_state": "available",
        "owner_id": server.project_id,
    }
    if server.kernel_id:
        facts |= {"kernel_id": server.kernel_id, "ramdisk_id": server.ramdisk_id}
    return facts


def _rotate(work: Work) -> None:
    acting = contexts.owner_of(work.context, str(work.context.project_id))
    kept = image().list(
        acting,
        image_type="backup",
        backup_type=work.payload["backup_type"],
        instance_uuid=work.row.server_uuid,
        sort_key="created_at",
        sort_dir="desc",
    )
    for old in kept[int(work.payload["rotation"]) :]:
        delete_image(work, old["id"])
