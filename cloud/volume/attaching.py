"""Volumes and servers: reserve, attach, detach, and the attachments API behind newer clients."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from cloud.volume import neighbours, queries
from cloud.volume.errors import (
    BadRequest,
    Conflict,
    VolumeError,
    invalid_input,
    invalid_volume,
)
from cloud.volume.models import Attachment, Volume
from cloud.volume.volumes import lock, save
from middleware.context import RequestContext


@transaction.atomic
def reserve(context: RequestContext, volume_id: str) -> None:
    """Mark a volume as about to be attached."""
    volume = lock(context, volume_id)
    expected = ("available", "in-use") if volume.multiattach else ("available",)
    if volume.status not in expected:
        raise invalid_volume(
            f"Volume status must be {' or '.join(expected)} to reserve, but the status is "
            f"{volume.status}."
        )
    save(volume, status="attaching", previous_status=volume.status)


@transaction.atomic
def unreserve(context: RequestContext, volume_id: str) -> None:
    volume = lock(context, volume_id)
    if volume.status == "attaching":
        save(volume, status="in-use" if volume.attachments.exists() else "available")


@transaction.atomic
def begin_detaching(context: RequestContext, volume_id: str) -> None:
    volume = lock(context, volume_id)
    if volume.status != "in-use" or volume.attach_status != "attached":
        raise invalid_volume(
            "Unable to detach volume. Volume status must be 'in-use' and attach_status must be "
            "'attached' to detach."
        )
    save(volume, status="detaching")


@transaction.atomic
def roll_detaching(context: RequestContext, volume_id: str) -> None:
    volume = lock(context, volume_id)
    if volume.status == "detaching":
        save(volume, status="in-use")


@transaction.atomic
def attach(
    context: RequestContext,
    volume_id: str,
    *,
    server_id: str | None,
    host_name: str | None,
    mountpoint: str,
    mode: str,
) -> None:
    """Record that a volume is attached, as clients older than the attachments API do."""
    volume = lock(context, volume_id)
    if volume.status == "maintenance":
        raise invalid_volume("The volume cannot be attached in maintenance mode.")
    if "readonly" not in volume.admin_metadata:
        save(volume, admin_metadata={**volume.admin_metadata, "readonly": "False"})
    _check_mode(volume, mode)
    has_mode = volume.admin_metadata.get("attached_mode")
    if volume.status == "attaching" and has_mode and has_mode != mode:
        raise invalid_volume("being attached by different mode")
    same = volume.attachments.all()
    same = same.filter(instance_uuid=server_id) if server_id else same.filter(
        attached_host=host_name)  # fmt: skip
    if same.exists():
        # Cinder: what is attached already is in use, and that is no error.
        save(volume, status="in-use")
        return
    if volume.status == "in-use" and not volume.multiattach and not volume.migration_status:
        raise invalid_volume("volume is already attached and multiple attachments are not enabled")
    now = timezone.now()
    Attachment.objects.create(
        volume=volume,
        instance_uuid=server_id,
        attach_status="attached",
        attach_mode=mode,
        attached_host=host_name,
        mountpoint=mountpoint,
        attach_time=now,
        updated_at=now,
    )
    save(
        volume,
        status="in-use",
        attach_status="attached",
        admin_metadata={**volume.admin_metadata, "attached_mode": mode},
    )


def _readonly(volume: Volume) -> str:
    return str(volume.admin_metadata.get("readonly", "False"))


def _check_mode(volume: Volume, mode: str) -> None:
    if _readonly(volume) == "True" and mode != "ro":
        raise BadRequest(f"Invalid attaching mode '{mode}' for volume {volume.pk}.")


@transaction.atomic
def detach(
    context: RequestContext, volume_id: str, attachment_id: str | None, *, force: bool = False
) -> None:
    volume = lock(context, volume_id)
    attachments = list(volume.attachments.order_by("created_at"))
    if attachment_id is not None:
        chosen = [each for each in attachments if each.pk == attachment_id]
        if not chosen:
            if not is_service(context):
                if Attachment.objects.filter(pk=attachment_id).exists():
                    raise invalid_input("Mismatched volume and attachment")
                raise _used_by("")
            # Cinder: detaching what is not attached any more is no error.
            _settle(volume)
            return
    elif len(attachments) > 1:
        if not is_service(context):
            raise _used_by("")
        raise invalid_volume(
            "Detach volume failed: More than one attachment, but no attachment_id provided."
        )
    else:
        chosen = attachments
    for each in chosen:
        check_deletable(context, each)
    if volume.status == "maintenance":
        raise invalid_volume("The volume cannot be detached in maintenance mode.")
    for each in chosen:
        each.delete()
    _settle(volume)


def _settle(volume: Volume) -> None:
    """Take the volume to the state that its attachments leave it in."""
    left = set(volume.attachments.values_list("attach_status", flat=True))
    if "attached" in left:
        status, attach_status = "in-use", "attached"
    elif "attaching" in left:
        status, attach_status = "attaching", "attaching"
    elif left:
        status, attach_status = "reserved", "reserved"
    else:
        status, attach_status = "available", "detached"
    admin = {name: value for name, value in volume.admin_metadata.items()
             if name != "attached_mode" or left}  # fmt: skip
    save(volume, status=status, attach_status=attach_status, admin_metadata=admin)


def is_service(context: RequestContext) -> bool:
    return "service" in context.roles or "service" in context.service_roles


def check_deletable(context: RequestContext, attachment: Attachment) -> None:
    """Refuse to take a disk away under a running server, unless Compute itself asks."""
    client = neighbours.compute()
    server_id = attachment.instance_uuid
    if client is None or is_service(context) or not server_id or not attachment.connection_info:
        return
    if client.is_attached(context, server_id, str(attachment.volume_id), str(attachment.pk)):
        raise _used_by(server_id)


def _used_by(server_id: str) -> Conflict:
    return Conflict(
        f"ConflictNovaUsingAttachment: Detach volume from instance {server_id} using the Compute "
        "API"
    )


@transaction.atomic
def terminate(context: RequestContext, volume_id: str) -> None:
    """End a connection, unless a running server uses it; what was to be attached is so no more."""
    volume = lock(context, volume_id)
    attachments = list(volume.attachments.all())
    if len(attachments) > 1 and not is_service(context):
        raise _used_by("")
    for each in attachments:
        check_deletable(context, each)
    unreserve(context, volume_id)


# Connections


def connection_of(volume: Volume, connector: dict[str, Any]) -> dict[str, Any]:
    """What a host needs to reach the volume, as an LVM backend over iSCSI tells it."""
    return {
        "driver_volume_type": "iscsi",
        "data": {
            "target_discovered": False,
            "target_portal": "127.0.0.1:3260",
            "target_iqn": f"iqn.2010-10.org.openstack:volume-{volume.pk}",
            "target_lun": 0,
            "volume_id": volume.pk,
            "auth_method": "CHAP",
            "auth_username": volume.pk.replace("-", "")[:20],
            "auth_password": volume.pk.replace("-", "")[12:],
            "encrypted": volume.encryption_key_id is not None,
            "qos_specs": None,
            "access_mode": volume.admin_metadata.get("attached_mode")
            or ("ro" if _readonly(volume) == "True" else "rw"),
            "cacheable": False,
            "enforce_multipath": bool(connector.get("enforce_multipath", False)),
        },
    }


def initialize(context: RequestContext, volume_id: str, connector: Any) -> dict[str, Any]:
    """The connection information of the older API."""
    volume = Volume.objects.filter(queries.visible_to(context), pk=volume_id).get()
    if volume.status == "maintenance":
        raise invalid_volume("The volume connection cannot be initialized in maintenance mode.")
    if not isinstance(connector, dict) or "initiator" not in connector:
        raise invalid_input("Connector doesn't have required information: initiator")
    connection = connection_of(volume, connector)
    connection["enforce_multipath"] = bool(connector.get("enforce_multipath", False))
    return connection


# The attachments API


def create(
    context: RequestContext,
    volume_id: str,
    *,
    server_id: str | None,
    connector: dict[str, Any] | None,
    mode: str | None,
) -> dict[str, Any]:
    """Reserve a volume for a server, and connect it at once when a connector is given.

    The attachment's row, as it was when it was reserved.
    """
    attachment_id = _reserve(context, volume_id, server_id)
    if connector:
        # Volume (Cinder): what cannot be connected stays reserved.
        try:
            _connect_new(context, attachment_id, connector)
        except VolumeError as error:
            raise VolumeError(
                f"Unable to create attachment for volume ({error.message})."
            ) from None
    with transaction.atomic():
        attachment, volume = _locked(context, attachment_id)
        # Volume (Cinder): the mode is set last, and what has changed is not read again.
        attachment.attach_mode = "ro" if _is_said_readonly(volume) else mode
        attachment.save()
    row = queries.attachment(context, attachment_id)
    return {**row, "attach_status": "reserved", "attach_time": None}


@transaction.atomic
def _reserve(context: RequestContext, volume_id: str, server_id: str | None) -> str:
    volume = lock(context, volume_id)
    if "error" in volume.status:
        raise invalid_volume(
            "Volume attachments can not be created if the volume is in an error state. The Volume "
            f"{volume_id} currently has a status of: {volume.status} "
        )
    expected = ("available", "in-use", "downloading") if volume.multiattach else (
        "available", "downloading")  # fmt: skip
    if volume.status not in expected:
        # Cinder: a server that moves between hosts has two attachments to the same volume.
        is_same = (
            server_id is not None
            and volume.status in ("in-use", "reserved")
            and volume.attachments.filter(instance_uuid=server_id).exists()
        )
        if not is_same:
            raise invalid_volume(
                f"Volume {volume_id} status must be {' or '.join(expected)} to reserve, but the "
                f"current status is {volume.status}."
            )
    attachment = Attachment.objects.create(
        volume=volume, instance_uuid=server_id, attach_status="reserved"
    )
    if volume.status in expected:
        save(volume, status="reserved")
    return str(attachment.pk)


@transaction.atomic
def _connect_new(context: RequestContext, attachment_id: str, connector: dict[str, Any]) -> None:
    attachment, volume = _locked(context, attachment_id)
    _connect(volume, attachment, connector)


def _is_said_readonly(volume: Volume) -> bool:
    # Volume (Cinder): that something is said of it is enough, even if it is a no.
    return bool(volume.admin_metadata.get("readonly"))


@transaction.atomic
def update(context: RequestContext, attachment_id: str, connector: dict[str, Any]) -> None:
    """Connect a reserved volume to a host."""
    attachment, volume = _locked(context, attachment_id)
    if "error" in volume.status:
        raise _unable_to_update(
            "Resource could not be updated: Volume attachments can not be updated if the volume "
            f"is in an error state. The Volume {volume.pk} currently has a status of: "
            f"{volume.status} "
        )
    others = volume.attachments.exclude(pk=attachment_id).exclude(connection_info={})
    # Cinder: two hosts at once are for live migration, and only of one server.
    if not volume.multiattach and others.exclude(instance_uuid=attachment.instance_uuid).exists():
        raise _unable_to_update(f"duplicate connectors detected on volume {volume.pk}")
    if "host" not in connector:
        # Volume (Cinder): it locks by the host.
        raise VolumeError("Unable to update the attachment.")
    _connect(volume, attachment, connector)


def _unable_to_update(reason: str) -> VolumeError:
    return VolumeError(f"Unable to update attachment ({reason}).")


def _connect(volume: Volume, attachment: Attachment, connector: dict[str, Any]) -> None:
    if "initiator" not in connector:
        raise invalid_input("Connector doesn't have required information: initiator")
    mode = connector.get("mode", "rw")
    if attachment.attach_mode != "null":
        mode = attachment.attach_mode
    connection = connection_of(volume, connector)
    attachment.connection_info = {
        "driver_volume_type": connection["driver_volume_type"],
        **connection["data"],
        "attachment_id": attachment.pk,
    }
    attachment.connector = connector
    attachment.attach_mode = mode if mode is None else str(mode)
    attachment.attached_host = connector.get("host", "")
    attachment.mountpoint = connector.get("mountpoint", "na")
    attachment.attach_status = "attaching"
    attachment.attach_time = timezone.now()
    attachment.updated_at = timezone.now()
    attachment.save()
    save(volume, status="attaching", attach_status="attaching")


@transaction.atomic
def complete(context: RequestContext, attachment_id: str) -> None:
    """Say that a server now has the volume."""
    attachment, volume = _locked(context, attachment_id)
    attachment.attach_status = "attached"
    attachment.attach_time = attachment.attach_time or timezone.now()
    attachment.updated_at = timezone.now()
    attachment.save()
    save(volume, status="in-use", attach_status="attached")


@transaction.atomic
def delete(context: RequestContext, attachment_id: str) -> str:
    """End an attachment; the volume's id, to show what attachments are left."""
    attachment, volume = _locked(context, attachment_id)
    check_deletable(context, attachment)
    attachment.delete()
    _settle(volume)
    return str(volume.pk)


def _locked(context: RequestContext, attachment_id: str) -> tuple[Attachment, Volume]:
    row = queries.attachment(context, attachment_id)
    volume = lock(context, row["volume_id"])
    attachment = Attachment.objects.filter(pk=attachment_id).first()
    if attachment is None:
        # Somebody has ended it while the volume was waited for.
        raise queries.attachment_missing(attachment_id)
    return attachment, volume
