"""What happens to image records: made, changed, tagged, deactivated, deleted."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from cloud.image import store, texts
from cloud.image.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    image_not_found,
    limit_exceeded,
)
from cloud.image.models import Image, ImageProperty, ImageTag, SpentId

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
UNSETTABLE = ("created_at", "updated_at", "status", "checksum", "size", "virtual_size")
RESERVED = frozenset(("location", "deleted", "deleted_at"))
RESERVED_NAMESPACE = "os_glance"


LARGEST = 2**31 - 1
# Asked before each change of a patch is made: the change, and whose the image is by then.
Allowed = Callable[[Mapping[str, Any], str | None], None]


def is_reserved(name: str) -> bool:
    """Whether a name is Image's own."""
    return name in RESERVED or name.startswith(RESERVED_NAMESPACE)


def _check_sign(name: str, value: Any) -> None:
    if name in ("min_disk", "min_ram") and value and value < 0:
        raise BadRequest(
            f"Invalid value '{value}' for parameter '{name}': Cannot be a negative value"
        )


def _check_tags(tags: Collection[str]) -> None:
    if len(tags) > TAG_QUOTA:
        raise limit_exceeded("tags", len(tags), TAG_QUOTA)


def _check_count(properties: Iterable[str]) -> None:
    count = sum(not name.startswith(RESERVED_NAMESPACE) for name in properties)
    if count > PROPERTY_QUOTA:
        raise limit_exceeded("properties", count, PROPERTY_QUOTA)


def _check_storable(
    columns: Mapping[str, Any], properties: Mapping[str, Any], tags: Iterable[str]
) -> None:
    """Refuse what Glance's databases cannot hold."""
    for name, value in (*columns.items(), *properties.items()):
        if texts.is_wide(name):
            raise BadRequest("Property names can't contain 4 byte unicode.")
        if texts.is_wide(value):
            raise BadRequest(f"{name.title()} can't contain 4 byte unicode characters.")
    for name in ("min_disk", "min_ram"):
        if (columns.get(name) or 0) > LARGEST:
            raise BadRequest(f"'{name}' value out of range, must not exceed {LARGEST}.")
    if any(texts.is_wide(tag) for tag in tags):
        raise BadRequest("Param values can't contain 4 byte unicode.")


@transaction.atomic
def create(
    values: Mapping[str, Any],
    *,
    image_id: str | None,
    properties: Mapping[str, str | None],
    tags: Iterable[str],
) -> str:
    """Make an image record without data, and return its id."""
    tags = list(tags)
    # Glance: ImageFactory.new_image; what a request may not set is found in this order.
    _check_tags(tags)
    for name in UNSETTABLE:
        if name in values:
            raise Forbidden(f"Attribute '{name}' is read-only.")
    if "locations" in properties:
        raise Forbidden("Attribute 'locations' is reserved.")
    for name in ("min_disk", "min_ram"):
        _check_sign(name, values.get(name))
    _check_count(properties)
    _check_storable(values, properties, tags)
    if image_id is not None and _is_taken(image_id):
        raise Conflict(f"Image ID {image_id} already exists!")
    now = timezone.now()
    given: dict[str, Any] = {} if image_id is None else {"id": image_id}
    # Glance: nobody's name is empty.
    given["owner"] = values.get("owner") or None
    image = Image.objects.create(**{**values, **given}, created_at=now, updated_at=now)
    ImageProperty.objects.bulk_create(
        ImageProperty(image=image, name=name, value=value) for name, value in properties.items()
    )
    ImageTag.objects.bulk_create(ImageTag(image=image, value=tag) for tag in sorted(set(tags)))
    return image.pk


def _is_taken(image_id: str) -> bool:
    """Whether there is or was an image of this id: no id is given twice."""
    return (
        Image.objects.filter(pk=image_id).exists() or SpentId.objects.filter(pk=image_id).exists()
    )


def _locked(image_id: str) -> Image:
    image = Image.objects.select_for_update().filter(pk=image_id).first()
    if image is None:
        raise image_not_found(image_id)
    return image


@transaction.atomic
def change(
    image_id: str, changes: Iterable[Mapping[str, Any]], *, is_admin: bool, allowed: Allowed
) -> None:
    """Apply a patch: each change has `op`, `name`, `value` and `is_strict` (the v2.0 form)."""
    image = _locked(image_id)
    properties = dict(image.properties.values_list("name", "value"))
    before = dict(properties)
    tags: list[str] | None = None
    for each in changes:
        name = each["name"]
        if each["op"] == "replace" and name == "owner" and not is_admin:
            raise Forbidden(detail="Owner can't be updated by non admin.")
        allowed(each, image.owner)
        if name == "tags" and each["op"] != "remove":
            if each["op"] == "add" and each["is_strict"]:
                raise Conflict(detail="Property tags already present.")
            tags = list(each["value"])
            _check_tags(tags)
        else:
            _CHANGES[each["op"]](image, properties, each)
    if properties.keys() - before.keys():
        _check_count(properties)
    columns = {name: getattr(image, name) for name in SETTABLE}
    _check_storable(columns, properties, tags or ())
    image.owner = image.owner or None
    image.updated_at = timezone.now()
    image.save()
    _write_properties(image, before, properties)
    if tags is not None:
        image.tags.all().delete()
        ImageTag.objects.bulk_create(ImageTag(image=image, value=tag) for tag in sorted(set(tags)))


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
    _check_sign(name, value)
    setattr(image, name, value)


def _replace(image: Image, properties: dict[str, Any], each: Mapping[str, Any]) -> None:
    name, value = each["name"], each["value"]
    if name in SETTABLE:
        _set(image, name, value)
    elif name in properties:
        properties[name] = value
    else:
        raise Conflict(detail=f"Property {name} does not exist.")


def _add(image: Image, properties: dict[str, Any], each: Mapping[str, Any]) -> None:
    name, value = each["name"], each["value"]
    if each["is_strict"] and (name in SETTABLE or name in properties):
        raise Conflict(detail=f"Property {name} already present.")
    # Glance: ImagesController._do_add asks nobody who adds an owner whether they may.
    if name in SETTABLE:
        _set(image, name, value)
    else:
        properties[name] = value


def _remove(image: Image, properties: dict[str, Any], each: Mapping[str, Any]) -> None:
    name = each["name"]
    if name in SETTABLE or name == "tags":
        raise Forbidden(detail=f"Property {name} may not be removed.")
    if name not in properties:
        raise Conflict(detail=f"Property {name} does not exist.")
    del properties[name]


_CHANGES = {"replace": _replace, "add": _add, "remove": _remove}


@transaction.atomic
def delete(image_id: str) -> None:
    """Delete the record, and its bytes once the deletion is certain."""
    image = _locked(image_id)
    if image.protected:
        raise Forbidden(f"Image {image_id} is protected and cannot be deleted.")
    image.delete()
    SpentId.objects.get_or_create(pk=image_id)
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
    if texts.is_wide(tag):
        raise BadRequest("Could not update image: Param values can't contain 4 byte unicode.")
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
