"""Swapping an attached volume for another, while Volume migrates it."""

from typing import Any

from django.db import transaction

from compute.clients.errors import InvalidVolume, VolumeAttachmentNotFound
from compute.clients.volume import volume
from compute.domain import attachments, lifecycle, records
from compute.domain.errors import BadRequest, ComputeError, Conflict, NotFound, Unexpected
from compute.models import BlockDevice, Server
from compute.work import queue
from middleware.context import RequestContext

Volume = dict[str, Any]


class NotMigrating(Conflict):
    message = "volume {volume_id} is not migrating; this API should only be called by Cinder"


class MultiattachSwapUnsupported(BadRequest):
    message = (
        "Swapping multi-attach volumes with more than one read/write attachment is not supported."
    )


def swap(context: RequestContext, server: Server, old_id: str, new_id: str) -> None:
    """Put another volume in the place of an attached one, for Volume, which is migrating it."""
    old = volume().show(context, old_id)
    if not old.get("migration_status"):
        raise NotMigrating(volume_id=old_id)
    try:
        new = volume().show(context, new_id)
    except NotFound as exc:
        # Nova: a volume that the body names and that is not there is a bad request.
        raise BadRequest(exc.text) from exc
    lifecycle.permit(context, server, "swap_volume")
    _check_swap(server, old, new)
    with transaction.atomic():
        attachments.begin_detaching(context, old_id)
        try:
            row = _check_alone(context, server, old, new)
        except ComputeError:
            volume().roll_detaching(context, old_id)
            raise
        try:
            made = volume().attachment_create(context, new_id, server.uuid)
        except InvalidVolume as exc:
            volume().roll_detaching(context, old_id)
            # Nova: a new volume that cannot be had is nothing it foresees.
            raise Unexpected(kind="nova.exception.InvalidInput") from exc
        records.start_action(context, server, "swap_volume")
        queue.enqueue(
            "swap_volume",
            queue=queue.of_host(str(server.host)),
            context=context,
            server=server,
            payload={
                "device_id": row.pk,
                "old_volume_id": old_id,
                "new_volume_id": new_id,
                "new_attachment_id": made["id"],
            },
        )


def _check_alone(context: RequestContext, server: Server, old: Volume, new: Volume) -> BlockDevice:
    """Refuse what others write to; looked at while the volume is being detached already."""
    if _writers(context, old) > 1:
        raise MultiattachSwapUnsupported
    row = attachments.device_of(server, old["id"])
    if row is None:
        raise attachments.DeviceNotFound(volume_id=old["id"])
    attachments.check_not_attached(server, new)
    return row


def _check_swap(server: Server, old: Volume, new: Volume) -> None:
    if server.uuid not in {each["server_id"] for each in old["attachments"]}:
        raise InvalidVolume(reason="Old volume is attached to a different instance.")
    if new["attachments"]:
        raise InvalidVolume(reason="New volume must be detached in order to swap.")
    if int(new["size"]) < int(old["size"]):
        raise InvalidVolume(reason="New volume must be the same size or larger.")


def _writers(context: RequestContext, old: Volume) -> int:
    attachments = old["attachments"]
    if len(attachments) < 2:
        return len(attachments)
    count = 0
    for each in attachments:
        try:
            shown = volume().attachment_show(context, each["attachment_id"])
        except VolumeAttachmentNotFound:
            count += 1
        else:
            count += shown.get("attach_mode") == "rw"
    return count
