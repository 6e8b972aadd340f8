"""Rescue: a server boots from another image, with its own disk beside it, and goes back."""

from typing import Any

from compute.clients.errors import InvalidVolume
from compute.clients.placement import placement
from compute.clients.volume import volume
from compute.domain import context as contexts
from compute.domain import image_values, images, lifecycle, storage
from compute.domain.errors import BadRequest, Conflict, ImageNotFound, Unexpected
from compute.domain.hardware.wishes import InvalidRequest
from compute.models import Host, Server
from middleware.context import RequestContext

VOLUME_TRAIT = "COMPUTE_RESCUE_BFV"


class RescueImageUnsupported(BadRequest):
    message = "Requested rescue image '{image_id}' is not supported"


class NotRescuable(BadRequest):
    message = "Instance {server_id} cannot be rescued: {reason}"


def rescue(
    context: RequestContext,
    server: Server,
    *,
    admin_password: str,
    image_id: str | None = None,
    may_be_volume_backed: bool = False,
) -> None:
    """Boot the server from a rescue image; by default from the image that it was made from."""
    lifecycle.permit(context, server, "rescue")
    properties = _image_properties(context, server, image_id)
    _check_volumes(context, server)
    if storage.boots_from_volume(server):
        _check_volume_backed(context, server, properties, permitted=may_be_volume_backed)
    lifecycle.begin(
        context,
        server,
        "rescue",
        admin_password=admin_password,
        image_id=image_id,
    )


def unrescue(context: RequestContext, server: Server) -> None:
    lifecycle.begin(context, server, "unrescue")


def _image_properties(
    context: RequestContext, server: Server, image_id: str | None
) -> dict[str, Any]:
    if image_id is None:
        return server.image_properties
    try:
        properties: dict[str, Any] = images.show(context, image_id)["properties"]
    except ImageNotFound:
        raise RescueImageUnsupported(image_id=image_id) from None
    try:
        image_values.check(properties)
    except InvalidRequest as exc:
        # Nova: here it does not foresee an image that it cannot read.
        raise Unexpected(kind="ValueError") from exc
    if properties.get("img_block_device_mapping") or properties.get("block_device_mapping"):
        raise RescueImageUnsupported(image_id=image_id)
    return properties


def _check_volumes(context: RequestContext, server: Server) -> None:
    try:
        check_attached(context, server)
    except InvalidVolume as exc:
        raise Conflict(exc.text) from exc


def check_attached(context: RequestContext, server: Server) -> None:
    """Refuse when a volume of the server is not in use, as in the middle of a change."""
    for row in storage.devices_of(server):
        if row.volume_id:
            status = volume().show(context, row.volume_id)["status"]
            if status != "in-use":
                raise InvalidVolume(
                    reason=f"volume '{row.volume_id}' status must be 'in-use'. "
                    f"Currently in '{status}' status"
                )


def _check_volume_backed(
    context: RequestContext, server: Server, properties: dict[str, Any], *, permitted: bool
) -> None:
    stable = "hw_rescue_bus" in properties and "hw_rescue_device" in properties
    if not (permitted and stable):
        raise NotRescuable(server_id=server.uuid, reason="Cannot rescue a volume-backed instance")
    host = Host.objects.filter(host=server.host).first()
    traits = placement().traits_of(contexts.elevated(context), host.uuid) if host else []
    if VOLUME_TRAIT not in traits:
        raise NotRescuable(
            server_id=server.uuid, reason="Host unable to rescue a volume-backed instance"
        )
