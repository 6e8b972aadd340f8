"""Resize: another flavor, on another host; kept or taken back when its user has looked at it."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction

from compute.domain import (
    flavors,
    images,
    lifecycle,
    records,
    server_quota,
    services,
    storage,
    zones,
)
from compute.domain.errors import BadRequest, Conflict, FlavorNotFound, Forbidden, ServerNotReady
from compute.domain.hardware import guests, refusals
from compute.models import Flavor, Migration, Server
from compute.work import clock, queue
from middleware.context import RequestContext

# The columns of a server that are its flavor.
FLAVOR_COLUMNS = (
    "flavor_id",
    "flavor_name",
    "vcpus",
    "memory_mb",
    "root_gb",
    "ephemeral_gb",
    "swap_mb",
    "rxtx_factor",
    "flavor_extra_specs",
    "flavor_description",
)


class SameFlavor(BadRequest):
    message = "When resizing, instances must change flavor!"


class CannotResizeDisk(BadRequest):
    message = "Server disk was unable to be resized because: {reason}"


class ServiceUnavailable(Conflict):
    message = "Service is unavailable at this time."


class AcceleratorsNotSupported(Forbidden):
    message = "Feature not supported with instances that have accelerators."


class NotResized(BadRequest):
    message = "Instance has not been resized."


def flavor_of(server: Server) -> dict[str, Any]:
    """The flavor that a server has, as it is kept to go back to."""
    return {name: getattr(server, name) for name in FLAVOR_COLUMNS}


def resize(
    context: RequestContext,
    server: Server,
    *,
    flavor_id: str,
    disk_config: str | None = None,
    may_have_no_disk: bool = False,
) -> None:
    """Queue the move to a host that has room for the flavor."""
    permit(context, server, "resize")
    _check_disk_config(server, disk_config)
    flavor = _flavor(context, flavor_id)
    if (flavor.extra_specs or {}).get("accel:device_profile"):
        raise AcceleratorsNotSupported
    is_volume_backed = storage.boots_from_volume(server)
    if flavor.root_gb == 0 and server.root_gb != 0 and not is_volume_backed:
        raise CannotResizeDisk(reason="Resize to zero disk flavor is not allowed.")
    if flavor.disabled and flavor.flavor_id != server.flavor_id:
        raise BadRequest(FlavorNotFound(flavor_id=flavor_id).text)
    if flavor.flavor_id == server.flavor_id:
        raise SameFlavor
    server_quota.check_resize(_owner(context, server), server, flavor)
    _check_image(server, flavor, is_volume_backed, may_have_no_disk)
    lifecycle.begin(
        context,
        server,
        "resize",
        changes={"progress": 0, "disk_config": disk_config or "MANUAL"},
        flavor=flavor.as_chosen(),
        flavor_key=flavor.pk,
        ignored_hosts=[] if may_stay() else [server.host],
    )


def may_stay() -> bool:
    """Whether a resize may end on the host where it began."""
    return bool(getattr(settings, "ALLOW_RESIZE_TO_SAME_HOST", False))


def permit(context: RequestContext, server: Server, name: str) -> None:
    """Refuse what stands against a resize or a migration, the host's absence too."""
    lifecycle.permit(context, server, name)
    if not server.host:
        raise ServerNotReady(server_id=server.uuid)
    if not services.host_is_up(server.host):
        raise ServiceUnavailable


def _owner(context: RequestContext, server: Server) -> RequestContext:
    """Quotas are those of the server's project."""
    return replace(context, project_id=server.project_id, user_id=server.user_id)


def _check_disk_config(server: Server, disk_config: str | None) -> None:
    of_image = str(server.image_properties.get("auto_disk_config", "")).strip().lower()
    if disk_config == "AUTO" and of_image == "disabled":
        raise images.AutoDiskConfigDisabled(image_id=server.image_ref)


def _flavor(context: RequestContext, flavor_id: str) -> Flavor:
    try:
        return flavors.find(context, flavor_id)
    except FlavorNotFound as exc:
        raise BadRequest(exc.text) from None


def _check_image(
    server: Server, flavor: Flavor, is_volume_backed: bool, may_have_no_disk: bool
) -> None:
    kept = server.image_properties
    record = {
        "min_ram": kept.get("min_ram"),
        # Nova: what the server was made with is the least that its image is fit for.
        "min_disk": kept.get("min_disk"),
        "properties": kept,
    }
    if is_volume_backed:
        # Nova: what is checked of disks is not meant for volumes; here it is left out whole.
        guests.check(images.wish(record, flavor), with_pci=True)
        if flavor.memory_mb < int(record["min_ram"] or 0):
            raise images.FlavorMemoryTooSmall
    else:
        images.check_fits(record, flavor, may_have_no_disk=may_have_no_disk, is_resize=True)
    refusals.check_resize(images.wish(record, server), images.wish(record, flavor))


def _finished_move(server: Server) -> Migration:
    move = Migration.objects.filter(server_id=server.pk, status="finished").order_by("pk").last()
    if move is None:
        raise NotResized
    return move


def confirm(context: RequestContext, server: Server) -> None:
    """Keep the new flavor, and free the place that was kept at the source."""
    row = lifecycle.permit(context, server, "confirmResize")
    move = _finished_move(server)
    if not services.host_is_up(move.source_compute):
        raise ServiceUnavailable
    with transaction.atomic():
        lifecycle.set_states(row, server, row.says, {})
        _begin(move, "confirming")
        records.start_action(context, server, "confirmResize")
        # Nova: it is the source that confirms, while the server is at the destination already.
        queue.enqueue(
            "confirmResize",
            queue=queue.of_host(str(move.source_compute)),
            context=context,
            server=server,
            payload={"migration": move.pk},
        )


def revert(context: RequestContext, server: Server) -> None:
    """Go back to the flavor and the host that the server had."""
    lifecycle.permit(context, server, "revertResize")
    move = _finished_move(server)
    kept = server.old_flavor or {}
    before = Flavor(vcpus=kept.get("vcpus", 0), memory_mb=kept.get("memory_mb", 0))
    server_quota.check_revert(_owner(context, server), server, before)
    with transaction.atomic():
        lifecycle.begin(
            context,
            server,
            "revertResize",
            changes={"availability_zone": zones.of_host(str(move.source_compute))},
            migration=move.pk,
        )
        _begin(move, "reverting")


def _begin(move: Migration, status: str) -> None:
    """Confirm or revert, not both: whoever comes second finds no finished move."""
    finished = Migration.objects.filter(pk=move.pk, status="finished")
    if not finished.update(status=status, updated_at=clock.now()):
        raise NotResized
