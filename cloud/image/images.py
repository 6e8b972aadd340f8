"""What happens to image records: made, changed, tagged, deactivated, deleted."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from cloud.image import store
from cloud.image.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    image_not_found,
    limit_exceeded,
)
from cloud.image.models import Image, ImageProperty, ImageTag

PROPERTY_QUOTA = 128
TAG_QUOTA = 128
MEMBER_QUOTA = 128
# Columns that a request may set; all else in it is a custom property.
SETTABLE = frozenset(
    ("name", "visibility", "owner", "container_format", "disk_format", "min_disk", "min_ram",
     "protected", "os_hidden")
)  # fmt: skip
READ_ONLY = frozenset(
    ("created_at", "updated_at", "status", "checksum", "size", "virtual_size", "direct_url",
     "self", "file", "schema", "id", "os_hash_algo", "os_hash_value")
)  # fmt: skip
RESERVED = frozenset(("location", "deleted", "deleted_at"))
RESERVED_NAMESPACE = "os_glance"


def check_name(name: str) -> None:
    """Refuse names that are Image's own."""
    if name in RESERVED or name.startswith(RESERVED_NAMESPACE):
        raise Forbidden(f"Attribute '{name}' is reserved.")


def _check_values(values: Mapping[str, Any]) -> None:
    for name in ("min_disk", "min_ram"):
        if (values.get(name) or 0) < 0:
            raise BadRequest(
                f"Invalid value '{values[name]}' for parameter '{name}': Cannot be a negative value"
            )


def _check_quotas(properties: int, tags: int) -> None:
    if properties > PROPERTY_QUOTA:
        raise limit_exceeded("properties", properties, PROPERTY_QUOTA)
    if tags > TAG_QUOTA:
        raise limit_exceeded("tags", tags, TAG_QUOTA)


@transaction.atomic
def create(
    values: Mapping[str, Any],
    *,
    image_id: str | None,
    properties: Mapping[str, str],
    tags: Iterable[str],
) -> str:
    """Make an image record without data, and return its id."""
    _check_values(values)
    tags = sorted(set(tags))
    _check_quotas(len(properties), len(tags))
    if image_id is not None and Image.objects.filter(pk=image_id).exists():
        raise Conflict(f"Image ID {image_id} already exists!")
    now = timezone.now()
    given = {} if image_id is None else {"id": image_id}
    image = Image.objects.create(**values, **given, created_at=now, updated_at=now)
    ImageProperty.objects.bulk_create(
        ImageProperty(image=image, name=name, value=value) for name, value in properties.items()
    )
    ImageTag.objects.bulk_create(ImageTag(image=image, value=tag) for tag in tags)
    return image.pk


def _locked(image_id: str) -> Image:
    image = Image.objects.select_for_update().filter(pk=image_id).first()
    if image is None:
        raise image_not_found(image_id)
    return image


@transaction.atomic
def change(image_id: str, changes: Iterable[Mapping[str, Any]], *, is_admin: bool) -> None:
    """Apply a patch: each change has `op`, `name`, `value` and `is_strict` (the v2.0 form)."""
    image = _locked(image_id)
    properties = dict(image.properties.values_list("name", "value"))
    before = dict(properties)
    tags: set[str] | None = None
    for each in changes:
        name = each["name"]
        if name == "tags" and each["op"] != "remove":
            if each["op"] == "add" and each["is_strict"]:
                raise Conflict("Property tags already present.")
            tags = set(each["value"])
        else:
            _CHANGES[each["op"]](image, properties, each, is_admin)
    _check_values({"min_disk": image.min_disk, "min_ram": image.min_ram})
    _check_quotas(len(properties) if properties.keys() - before.keys() else 0, len(tags or ()))
    image.updated_at = timezone.now()
    image.save()
    _write_properties(image, before, properties)
    if tags is not None:
        image.tags.all().delete()
        ImageTag.objects.bulk_create(ImageTag(image=image, value=tag) for tag in sorted(tags))


def _write_properties(image: Image, before: dict[str, Any], after: dict[str, Any]) -> None:
    image.properties.filter(name__in=before.keys() - after.keys()).delete()
    for name, value in after.items():
        if before.get(name) != value or name not in before:
            ImageProperty.objects.update_or_create(
                image=image, name=name, defaults={"value": value}
            )


def _set(image: Image, name: str, value: Any) -> None:
    if name in ("container_format", "disk_format") and image.status not in ("queued", "importing"):
        raise Forbidden(f"Attribute {name} can be only replaced for a queued image.")
    setattr(image, name, value)


def _replace(image: Image, properties: dict[str, Any], each: Any, is_admin: bool) -> None:
    name, value = each["name"], each["value"]
    if name == "owner" and not is_admin:
        raise Forbidden("Owner can't be updated by non admin.")
    if name in SETTABLE:
        _set(image, name, value)
    elif name in properties:
        properties[name] = value
    else:
        raise Conflict(f"Property {name} does not exist.")


def _add(image: Image, properties: dict[str, Any], each: Any, is_admin: bool) -> None:
    name, value = each["name"], each["value"]
    if each["is_strict"] and (name in SETTABLE or name in properties):
        raise Conflict(f"Property {name} already present.")
    if name == "owner" and not is_admin:
        raise Forbidden("Owner can't be updated by non admin.")
    if name in SETTABLE:
        _set(image, name, value)
    else:
        properties[name] = value


def _remove(image: Image, properties: dict[str, Any], each: Any, is_admin: bool) -> None:
    name = each["name"]
    if name in SETTABLE or name == "tags":
        raise Forbidden(f"Property {name} may not be removed.")
    if name not in properties:
        raise Conflict(f"Property {name} does not exist.")
    del properties[name]


_CHANGES = {"replace": _replace, "add": _add, "remove": _remove}


@transaction.atomic
def delete(image_id: str) -> None:
    """Delete the record, and its bytes once the deletion is certain."""
    image = _locked(image_id)
    if image.protected:
        raise Forbidden(f"Image {image_id} is protected and cannot be deleted.")
    image.delete()
    transaction.on_commit(lambda: store.remove(image_id))


@transaction.atomic
def deactivate(image_id: str) -> None:
    _toggle(image_id, "active", "deactivated", "deactivate")


@transaction.atomic
def reactivate(image_id: str) -> None:
    _toggle(image_id, "deactivated", "active", "reactivate")


def _toggle(image_id: str, before: str, after: str, verb: str) -> None:
    image = _locked(image_id)
    if image.status not in (before, after):
        raise Forbidden(f"Not allowed to {verb} image in status '{image.status}'")
    if image.status == before:
        image.status, image.updated_at = after, timezone.now()
        image.save(update_fields=["status", "updated_at"])


@transaction.atomic
def add_tag(image_id: str, tag: str) -> None:
    image = _locked(image_id)
    if image.tags.filter(value=tag).exists():
        return
    count = image.tags.count() + 1
    if count > TAG_QUOTA:
        error = limit_exceeded("tags", count, TAG_QUOTA)
        error.explanation = f"Image tag limit exceeded for image {image_id}: {error.explanation}:"
        raise error
    try:
        with transaction.atomic():
            ImageTag.objects.create(image=image, value=tag)
    except IntegrityError:
        return
    _touch(image)


@transaction.atomic
def remove_tag(image_id: str, tag: str) -> None:
    image = _locked(image_id)
    if not image.tags.filter(value=tag).delete()[0]:
        raise NotFound
    _touch(image)


def _touch(image: Image) -> None:
    image.updated_at = timezone.now()
    image.save(update_fields=["updated_at"])
