"""Rebuild: the same server from an image anew, with its name, addresses and volumes."""

from dataclasses import dataclass, field
from typing import Any

from compute.clients.volume import volume
from compute.domain import (
    image_properties,
    image_values,
    images,
    lifecycle,
    rescuing,
    server_quota,
    storage,
)
from compute.domain.errors import BadRequest, ImageNotFound
from compute.domain.hardware import guests
from compute.models import KeyPair, Server
from middleware.context import RequestContext

_YES = {"1", "t", "true", "on", "y", "yes"}
_KEPT = ("container_format", "disk_format", "min_disk", "min_ram")


@dataclass(slots=True, kw_only=True)
class Plan:
    """What to rebuild with; `changes` are columns that change along with the image."""

    image_id: str
    admin_password: str
    disk_config: str | None = None
    personality: list[dict[str, str]] = field(default_factory=list)
    keep_ephemeral: bool = False
    may_reimage_volume: bool = False
    may_have_no_disk: bool = False
    changes: dict[str, Any] = field(default_factory=dict)


def rebuild(context: RequestContext, server: Server, plan: Plan) -> None:
    """Change what the plan says and queue the making of the guest; or refuse and change nothing."""
    lifecycle.permit(context, server, "rebuild")
    changes = dict(plan.changes)
    if "key_name" in changes:
        changes |= _key(context, changes["key_name"])
    image = _image(context, plan.image_id)
    _check_image(image, plan)
    is_volume_backed = storage.boots_from_volume(server)
    is_other_image = _previous_image(context, server, plan, is_volume_backed) != plan.image_id
    _check(context, server, plan, image, is_volume_backed)
    if is_other_image:
        # Nova: the same image may have come to say something else of it.
        kept = {"properties": server.image_properties}
        guests.check_same(images.wish(kept, server), images.wish(image, server))
    _check_kernel(context, image)
    changes |= _of_image(image, plan, server.root_gb)
    if not is_volume_backed:
        changes["image_ref"] = plan.image_id
    old = {"image_ref": server.image_ref}
    lifecycle.begin(
        context,
        server,
        "rebuild",
        changes=changes,
        admin_password=plan.admin_password,
        files=plan.personality,
        keep_ephemeral=plan.keep_ephemeral,
        reimages=plan.image_id if is_volume_backed and plan.may_reimage_volume else None,
        was_stopped=server.vm_state == "stopped",
        other_image=is_other_image,
        before=old,
    )


def _key(context: RequestContext, name: str | None) -> dict[str, Any]:
    if not name:
        return {"key_name": None, "key": None}
    pair = (
        KeyPair.objects.filter(user_id=context.user_id, name=name)
        .values("type", "public_key", "name")
        .first()
    )
    if pair is None:
        raise BadRequest("Invalid key_name provided.")
    return {"key_name": name, "key": dict(pair)}


def _image(context: RequestContext, image_id: str) -> dict[str, Any]:
    try:
        return images.show(context, image_id)
    except ImageNotFound:
        raise BadRequest("Cannot find image for rebuild") from None


def _previous_image(
    context: RequestContext, server: Server, plan: Plan, is_volume_backed: bool
) -> str | None:
    """The image in the root disk now; a volume takes another one only if that is permitted."""
    if not is_volume_backed:
        return server.image_ref
    if plan.changes.get("trusted_image_certificates"):
        raise BadRequest("Image certificate validation is not supported for volume-backed servers.")
    root = next(row for row in storage.devices_of(server) if row.boot_index == 0)
    shown = volume().show(context, str(root.volume_id))
    before: str | None = (shown.get("volume_image_metadata") or {}).get("image_id")
    if before != plan.image_id and not plan.may_reimage_volume:
        raise images.ImageUnacceptable(
            image_id=plan.image_id,
            reason="Unable to rebuild with a different image for a volume-backed server.",
        )
    return before


def _check_image(image: dict[str, Any], plan: Plan) -> None:
    """Refuse what the image itself says against this."""
    properties = image["properties"]
    if plan.disk_config == "AUTO" and (
        str(properties.get("auto_disk_config", "")).strip().lower() == "disabled"
    ):
        raise images.AutoDiskConfigDisabled(image_id=plan.image_id)
    architecture = properties.get("hw_architecture")
    if architecture and not image_values.is_architecture(architecture):
        raise BadRequest(f"Architecture name '{architecture}' is not recognised")


def _check(
    context: RequestContext,
    server: Server,
    plan: Plan,
    image: dict[str, Any],
    is_volume_backed: bool,
) -> None:
    """Refuse what boot would refuse of this image, these files and this metadata."""
    properties = image["properties"]
    server_quota.check_metadata(context, plan.changes.get("metadata") or {})
    server_quota.check_personality(context, plan.personality)
    if properties.get("cinder_encryption_key_id"):
        raise images.ImageUnacceptable(
            image_id=plan.image_id,
            reason="Direct booting of an image uploaded from an encrypted volume is unsupported.",
        )
    if image["status"] != "active":
        raise images.ImageNotActive(image_id=plan.image_id)
    root = next((row for row in storage.devices_of(server) if row.boot_index == 0), None)
    images.check_fits(
        image,
        server,
        may_have_no_disk=plan.may_have_no_disk,
        volume_gb=root.volume_size if root is not None and is_volume_backed else None,
        is_volume_backed=is_volume_backed,
    )
    rescuing.check_attached(context, server)


def _check_kernel(context: RequestContext, image: dict[str, Any]) -> None:
    try:
        images.check_kernel(context, image)
    except ImageNotFound:
        raise BadRequest("Cannot find image for rebuild") from None


def _of_image(image: dict[str, Any], plan: Plan, root_gb: int) -> dict[str, Any]:
    """The columns that come from the image, as at boot."""
    properties = image["properties"]
    kernel = properties.get("kernel_id") or ""
    nothing = kernel == "nokernel"
    automatic = plan.disk_config == "AUTO" or (
        plan.disk_config is None
        and str(properties.get("auto_disk_config", "")).strip().lower() in _YES
    )
    kept: dict[str, Any] = {**image_properties.kept(properties)}
    kept |= {name: image[name] for name in _KEPT if image.get(name) is not None}
    kept["min_disk"] = max(int(image.get("min_disk") or 0), root_gb)
    return {
        "image_properties": kept,
        "kernel_id": "" if nothing else kernel,
        "ramdisk_id": "" if nothing else properties.get("ramdisk_id") or "",
        "disk_config": "AUTO" if automatic else "MANUAL",
        "progress": 0,
    }
