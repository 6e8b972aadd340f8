"""Volumes of a server that is there: attached, detached, swapped, kept or not when it goes.

The volume is reserved in the request; its host does the rest.  A server that is shelved and
offloaded has no host: its volumes are attached on paper, and connected when it is unshelved.
"""

from typing import Any

from django.db import transaction

from compute.clients.errors import InvalidVolume
from compute.clients.volume import quoted, volume
from compute.domain import device_names, lifecycle, records, services, storage
from compute.domain.errors import BadRequest, Conflict, NotFound, Unexpected, WrongState
from compute.domain.states import VmState
from compute.models import BlockDevice, Host, Server
from compute.work import queue
from middleware.context import RequestContext

SHELVED = frozenset({VmState.SHELVED, VmState.SHELVED_OFFLOADED})

Volume = dict[str, Any]


class NotAttached(NotFound):
    message = "Instance {server_id} is not attached to volume {volume_id}"


class DeviceNotFound(NotFound):
    message = "No volume Block Device Mapping with id {volume_id}."


class RootDevice(BadRequest):
    message = "Cannot detach a root device volume"


class ServiceDown(Conflict):
    message = "Service is unavailable at this time."


class TaggingUnsupported(BadRequest):
    message = "Tagged volume attachment is not supported for this server instance."


class TaggingShelvedUnsupported(BadRequest):
    message = "Tagged volume attachment is not supported for shelved-offloaded instances."


class MultiattachTooOld(BadRequest):
    message = "Multiattach volumes are only supported starting with compute API version 2.60."


class MultiattachUnsupported(BadRequest):
    message = "Volume {volume_id} has 'multiattach' set, which is not supported for this instance."


class MultiattachShelvedUnsupported(BadRequest):
    message = "Attaching multiattach volumes is not supported for shelved-offloaded instances."


class NotMutable(BadRequest):
    message = "The {name} property is not mutable"


def refuse_shelved(server: Server, doing: str) -> None:
    """Refuse a shelved server to callers that do not know that it can be asked."""
    if server.vm_state in SHELVED:
        raise WrongState(
            action=doing, server_id=server.uuid, attribute="vm_state", state=server.vm_state
        )


def device_of(server: Server, volume_id: str) -> BlockDevice | None:
    return BlockDevice.objects.filter(server_id=server.pk, volume_id=volume_id).first()


# Attaching


def attach(
    context: RequestContext,
    server: Server,
    volume_id: str,
    *,
    device: str | None = None,
    tag: str | None = None,
    delete_on_termination: bool = False,
    knows_many_attachments: bool,
    at_once: bool,
) -> str | None:
    """Attach a volume and return the name of its device, if it is known yet.

    With `at_once` the volume is reserved before this returns, and a refusal is the caller's to
    read; without, that is left to the conductor, which tells nobody.
    """
    lifecycle.permit(context, server, "attach_volume")
    if device is not None:
        device_names.check(device)
    found = volume().show(context, volume_id)
    check_not_attached(server, found)
    wanted: dict[str, Any] = {
        "device": device,
        "tag": tag,
        "delete_on_termination": delete_on_termination,
        "knows_many_attachments": knows_many_attachments,
    }
    if server.vm_state == VmState.SHELVED_OFFLOADED:
        if tag:
            raise TaggingShelvedUnsupported
        if found.get("multiattach"):
            raise MultiattachShelvedUnsupported
        _attach_on_paper(context, server, volume_id, delete_on_termination=delete_on_termination)
        return None
    if not at_once:
        with transaction.atomic():
            queue.enqueue(
                "reserve volume",
                queue=queue.CONDUCTOR,
                context=context,
                server=server,
                payload={"volume_id": volume_id, **wanted},
            )
        return None
    return reserve(context, server, found, **wanted)


def check_not_attached(server: Server, found: Volume) -> None:
    """Refuse a volume that servers have; a reset of its state in Volume does not get round this."""
    holders = list(
        BlockDevice.objects.filter(volume_id=found["id"], server__deleted=False)
        .order_by("pk")
        .values_list("server__uuid", flat=True)
    )
    if not holders:
        return
    if not found.get("multiattach"):
        raise InvalidVolume(
            reason=f"volume {found['id']} is already attached to instances: {' '.join(holders)}"
        )
    if server.uuid in holders:
        raise _twice(str(found["id"]))


def _twice(volume_id: str) -> InvalidVolume:
    return InvalidVolume(reason=f"volume {volume_id} already attached")


def reserve(
    context: RequestContext,
    server: Server,
    found: Volume,
    *,
    device: str | None,
    tag: str | None,
    delete_on_termination: bool,
    knows_many_attachments: bool,
) -> str:
    """Name the device, reserve the volume for the server, and let its host attach it."""
    traits = Host.objects.filter(host=server.host).values_list("traits", flat=True).first() or ()
    if tag and "COMPUTE_VOLUME_ATTACH_WITH_TAG" not in traits:
        raise TaggingUnsupported
    if found.get("multiattach") and "COMPUTE_VOLUME_MULTI_ATTACH" not in traits:
        raise MultiattachUnsupported(volume_id=found["id"])
    with transaction.atomic():
        # The server's row is the lock under which its devices are named.
        lifecycle.lock(server, "attach_volume")
        row = _add(
            server,
            str(found["id"]),
            device_name=device_names.choose(server, device),
            tag=tag,
            delete_on_termination=delete_on_termination,
        )
        if found.get("multiattach") and not knows_many_attachments:
            raise MultiattachTooOld
        _reserve(context, server, row)
        records.start_action(context, server, "attach_volume")
        queue.enqueue(
            "attach_volume",
            queue=queue.of_host(str(server.host)),
            context=context,
            server=server,
            payload={"device_id": row.pk},
        )
    return str(row.device_name)


def _add(server: Server, volume_id: str, **columns: Any) -> BlockDevice:
    """The row of a volume that the server, which is locked, has not got in the meantime."""
    # Nova: a server may have been ordered with a volume twice; none is given it twice.
    if device_of(server, volume_id) is not None:
        raise _twice(volume_id)
    return BlockDevice.objects.create(
        server=server,
        source_type="volume",
        destination_type="volume",
        volume_id=volume_id,
        **columns,
    )


def _reserve(context: RequestContext, server: Server, row: BlockDevice) -> None:
    try:
        made = volume().attachment_create(context, str(row.volume_id), server.uuid)
    except InvalidVolume as exc:
        raise BadRequest(quoted(context, str(exc.facts["reason"]))) from exc
    row.attachment_id = made["id"]
    row.save(update_fields=["attachment_id"])


def _attach_on_paper(
    context: RequestContext, server: Server, volume_id: str, *, delete_on_termination: bool
) -> None:
    with transaction.atomic():
        lifecycle.lock(server, "attach_volume")
        row = _add(server, volume_id, delete_on_termination=delete_on_termination)
        _reserve(context, server, row)
        records.start_action(context, server, "attach_volume")
        step = records.Event(context, server, "api_attach_volume", services.CONTROLLER)
        # Nova: without a host there is no connector; the volume is to be shown as in use anyway.
        volume().attachment_complete(context, str(row.attachment_id))
        step.succeed()


# Detaching


def detach(context: RequestContext, server: Server, volume_id: str) -> None:
    """Detach a volume; a root device never goes."""
    volume().show(context, volume_id)
    row = device_of(server, volume_id)
    if row is None:
        raise NotAttached(server_id=server.uuid, volume_id=volume_id)
    if row.boot_index == 0:
        raise RootDevice
    lifecycle.permit(context, server, "detach_volume")
    if server.vm_state == VmState.SHELVED_OFFLOADED:
        _detach_on_paper(context, server, row)
        return
    _check_host(server)
    with transaction.atomic():
        begin_detaching(context, volume_id)
        records.start_action(context, server, "detach_volume")
        queue.enqueue(
            "detach_volume",
            queue=queue.of_host(str(server.host)),
            context=context,
            server=server,
            payload={"device_id": row.pk, "volume_id": volume_id},
        )


def _check_host(server: Server) -> None:
    if not server.host:
        raise Unexpected(kind="nova.exception.InstanceNotReady")
    if not services.host_is_up(server.host):
        raise ServiceDown


def begin_detaching(context: RequestContext, volume_id: str) -> None:
    try:
        volume().begin_detaching(context, volume_id)
    except InvalidVolume as exc:
        raise InvalidVolume(reason=quoted(context, str(exc.facts["reason"]))) from exc


def _detach_on_paper(context: RequestContext, server: Server, row: BlockDevice) -> None:
    acting = storage.acting_for(context, server)
    with transaction.atomic():
        records.start_action(context, server, "detach_volume")
        step = records.Event(context, server, "api_detach_volume", services.CONTROLLER)
        storage.detach(acting, row)
        if row.delete_on_termination and row.volume_id:
            volume().delete(acting, row.volume_id)
        row.delete()
        step.succeed()


# Changing


def change(
    server: Server,
    volume_id: str,
    *,
    asked: dict[str, Any],
    delete_on_termination: bool | None,
) -> None:
    """Say what becomes of a volume with its server; `asked` may name, not change, the rest."""
    row = device_of(server, volume_id)
    if row is None:
        raise DeviceNotFound(volume_id=volume_id)
    held = {"id": volume_id, "serverId": server.uuid, "device": row.device_name, "tag": row.tag}
    for name, value in held.items():
        if name in asked and asked[name] != value:
            raise NotMutable(name=name)
    if delete_on_termination is not None:
        row.delete_on_termination = delete_on_termination
        row.touch()
        row.save(update_fields=["delete_on_termination", "updated_at"])
