"""Bytes into images: upload, stage and import, each a change of status around a copy.

The copy itself runs outside any transaction: it lasts as long as the client sends.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from cloud.image import formats, quota, store
from cloud.image.errors import (
    BadRequest,
    Conflict,
    Gone,
    ImageError,
    TooLarge,
    UnsupportedMedia,
    image_not_found,
    no_such_transition,
)
from cloud.image.models import Image, ImageProperty, Task
from middleware.context import RequestContext

IMPORT_METHODS = ("glance-direct",)
STORE_NOTES = ("os_glance_importing_to_stores", "os_glance_failed_import")
_TARGETS = {
    "queued": ("saving", "uploading", "importing", "active", "deleted"),
    "saving": ("active", "killed", "deleted", "queued"),
    "uploading": ("importing", "queued", "deleted"),
    "importing": ("active", "deleted", "queued"),
    "active": ("pending_delete", "deleted", "deactivated"),
    "deactivated": ("active", "deleted"),
}


def _missing(image: Image) -> str | None:
    missing = [name for name in ("disk_format", "container_format") if not getattr(image, name)]
    if not missing:
        return None
    noun = "Property" if len(missing) == 1 else "Properties"
    return f"{noun} {', '.join(missing)} must be set prior to saving data."


@transaction.atomic
def _move(image_id: str, status: str, **values: Any) -> Image:
    """Take the image to `status`, or refuse as Glance does."""
    image = Image.objects.select_for_update().filter(pk=image_id).first()
    if image is None:
        raise image_not_found(image_id)
    if status not in _TARGETS.get(image.status, ()):
        raise Conflict(no_such_transition(image.status, status))
    if image.status in ("queued", "uploading") and status in ("saving", "active", "importing"):
        missing = _missing(image)
        if missing is not None:
            raise BadRequest(missing)
    if status == "queued":
        values = {"size": None, "virtual_size": None, **values}
    image.status, image.updated_at = status, timezone.now()
    for name, value in values.items():
        setattr(image, name, value)
    image.save()
    return image


def _restore(image_id: str) -> None:
    if Image.objects.filter(pk=image_id).exists():
        _move(image_id, "queued")


def _copy(
    image: Image, read: store.Read, target: Path, *, size: int | None, room: int | None = None
) -> store.Stored:
    """Write what `read` gives, unless it is more than was said or than there is `room` for.

    Reading ends with the first byte too much, so that who sends for ever fills no disk.
    """
    try:
        most = min(each for each in (quota.cap(), room, size) if each is not None)
        try:
            stored = store.write(read, target, most=most)
        except store.TooMuchData as exc:
            raise _too_much(exc.size, size, room) from None
        except store.Interrupted:
            raise BadRequest("The data ended before all of it was received.") from None
        if size is not None and stored.size != size:
            # The client hung up in the middle, or said something untrue.
            target.unlink(missing_ok=True)
            raise BadRequest(f"Size mismatch: expected {size} bytes, got {stored.size} bytes")
    except BaseException:
        _restore(image.pk)
        raise
    return stored


def _too_much(came: int, said: int | None, room: int | None) -> ImageError:
    if room is not None and came > room and room <= quota.cap():
        return quota.QuotaFull(came, room)
    if came > quota.cap():
        return TooLarge("The incoming image is too large: The provided image is too large.")
    return BadRequest(f"Size exceeds: expected {said} bytes, got {came} bytes")


def _facts(stored: store.Stored, virtual_size: int | None) -> dict[str, Any]:
    return {
        "size": stored.size,
        "virtual_size": virtual_size,
        "checksum": stored.checksum,
        "os_hash_algo": store.HASH_ALGORITHM,
        "os_hash_value": stored.hash_value,
    }


def upload(image_id: str, read: store.Read, *, size: int | None, owner: str | None = None) -> None:
    """Store an image's data and make the image active; it counts for the quota of `owner`."""
    image = _move(image_id, "saving")
    _fill(image, read, size=size, owner=owner)


def _fill(image: Image, read: store.Read, *, size: int | None, owner: str | None) -> None:
    """Take data into the store as far as the quota goes, and make the image active."""
    try:
        room = quota.check(owner, image.pk, size)
    except quota.QuotaFull:
        _restore(image.pk)
        raise
    inspector = formats.Inspector(
        read, disk_format=image.disk_format, container_format=image.container_format
    )
    stored = _copy(image, inspector.read, store.path_of(image.pk), size=size, room=room)
    try:
        virtual_size = inspector.virtual_size()
    except UnsupportedMedia:
        store.path_of(image.pk).unlink(missing_ok=True)
        _restore(image.pk)
        raise
    try:
        # Others may have stored something meanwhile.
        quota.check(owner, image.pk, stored.size)
    except quota.QuotaFull:
        store.path_of(image.pk).unlink(missing_ok=True)
        _restore(image.pk)
        raise
    try:
        _move(image.pk, "active", **_facts(stored, virtual_size))
    except Exception:
        store.remove(image.pk)
        raise Gone(
            f"Image {image.pk} could not be found after upload. The image may have been "
            "deleted during the upload, cleaning up the chunks uploaded."
        ) from None


def stage(image_id: str, read: store.Read, *, size: int | None) -> None:
    """Keep data aside until an import asks for it.

    # Glance: what is staged counts for no quota yet.
    """
    image = _move(image_id, "uploading")
    stored = _copy(image, read, store.staged_path_of(image_id), size=size)
    if not Image.objects.filter(pk=image_id).update(size=stored.size):
        # It was deleted meanwhile.
        store.remove(image_id)
        raise image_not_found(image_id)


def check_import(image: dict[str, Any], method: str) -> None:
    """Refuse imports that the image's state does not allow, in Glance's order."""
    if image["status"] == "active":
        raise Conflict("Image with status active cannot be target for import")
    if image["status"] != "uploading" and method == "glance-direct":
        raise Conflict("Image needs to be staged before 'glance-direct' method can be used")
    for name in ("container_format", "disk_format"):
        if not image[name]:
            raise Conflict(f"'{name}' needs to be set before import")


def import_staged(context: RequestContext, image_id: str, wanted: dict[str, Any]) -> None:
    """Take staged data into the store, and record the task that did it, or that failed.

    # Glance: an image whose import failed stays in `importing`, and says from which store.
    """
    stores = wanted.get("stores", [store.STORE])
    image = _move(image_id, "importing")
    task = Task.objects.create(
        type="api_image_import",
        status="processing",
        owner=context.project_id,
        user_id=context.user_id,
        request_id=context.request_id,
        image_id=image_id,
        input={"image_id": image_id, "import_req": wanted, "backend": stores},
    )
    staged = store.staged_path_of(image_id)
    failed = ""
    if not stores:
        # Glance: nothing was taken to nowhere.
        _finish(task, "failure", message="Task failed due to Internal Error")
        _restore(image_id)
        _note_stores(image_id, failed)
        return
    size = staged.stat().st_size
    try:
        with staged.open("rb") as data:
            _fill(image, data.read, size=image.size, owner=context.project_id)
        message = f"Copied {size // 1024**2} MiB"
        _finish(task, "success", result={"image_id": image_id}, message=message)
    except ImageError:
        failed = store.STORE
        _finish(task, "failure", message="Task failed due to Internal Error")
        Image.objects.filter(pk=image_id).update(status="importing", size=size)
    except Exception as exc:
        _finish(task, "failure", message=str(exc))
        raise
    finally:
        staged.unlink(missing_ok=True)
    _note_stores(image_id, failed)


def _note_stores(image_id: str, failed: str) -> None:
    """Note on the image which stores an import is for still, and which it did not reach."""
    if Image.objects.filter(pk=image_id).exists():
        for name, value in zip(STORE_NOTES, ("", failed), strict=True):
            ImageProperty.objects.update_or_create(
                image_id=image_id, name=name, defaults={"value": value}
            )


def _finish(task: Task, status: str, **values: Any) -> None:
    task.status, task.updated_at = status, timezone.now()
    task.expires_at = task.updated_at + timedelta(hours=48)
    for name, value in values.items():
        setattr(task, name, value)
    task.save()
