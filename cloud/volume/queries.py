"""Finding Volume's things: what a project may see, as rows."""

import re
from typing import Any

from django.db.models import Q

from cloud.volume import models
from cloud.volume.errors import NotFound, not_authorized, not_found
from middleware.context import RequestContext

VOLUME = (
    *(field.attname for field in models.Volume._meta.concrete_fields),
    "volume_type__name",
)
SNAPSHOT = tuple(field.attname for field in models.Snapshot._meta.concrete_fields)
ATTACHMENT = (
    *(field.attname for field in models.Attachment._meta.concrete_fields),
    "volume__project_id",
)
_ID = re.compile("[0-9a-f]{32}")
_NOUNS: dict[Any, str] = {
    models.Volume: "Volume",
    models.Snapshot: "Snapshot",
    models.Backup: "Backup",
    models.Group: "Group",
    models.GroupSnapshot: "GroupSnapshot",
}


def is_id(text: str) -> bool:
    """Whether something is an id, and not a name."""
    return _ID.fullmatch(text.replace("-", "").lower()) is not None


def visible_to(context: RequestContext) -> Q:
    """What a caller may find: administrators everything, others what is their project's."""
    if context.is_admin:
        return Q()
    if context.project_id is None:
        raise not_authorized()
    return Q(project_id=context.project_id)


def row(model: Any, context: RequestContext, ident: str) -> dict[str, Any]:
    """One thing of a project as a row; a stranger's is not there."""
    found = model.objects.filter(visible_to(context), pk=ident).values().first()
    if found is None:
        raise not_found(_NOUNS[model], ident)
    return dict(found)


def volume(context: RequestContext, volume_id: str) -> dict[str, Any]:
    """A volume with the name of its type and its attachments."""
    found = models.Volume.objects.filter(visible_to(context), pk=volume_id)
    first = found.values(*VOLUME).first()
    if first is None:
        raise not_found("Volume", volume_id)
    return with_attachments([first])[0]


def with_attachments(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add `attachments` to rows of volumes, in one query."""
    by_id: dict[str, list[dict[str, Any]]] = {each["id"]: [] for each in rows}
    found = models.Attachment.objects.filter(volume_id__in=list(by_id)).order_by("created_at")
    for attachment in found.values():
        by_id[attachment["volume_id"]].append(dict(attachment))
    for each in rows:
        each["attachments"] = by_id[each["id"]]
    return rows


def attachment(context: RequestContext, attachment_id: str) -> dict[str, Any]:
    found = models.Attachment.objects.filter(pk=attachment_id).values(*ATTACHMENT).first()
    if found is None or not (context.is_admin or found["volume__project_id"] == context.project_id):
        raise attachment_missing(attachment_id)
    return {**found, "project_id": found["volume__project_id"]}


def attachment_missing(attachment_id: str) -> NotFound:
    return NotFound(
        f"Volume attachment could not be found with filter: attachment_id = {attachment_id}."
    )


def may_use_type(context: RequestContext) -> Q:
    """The volume types that a project may use."""
    if context.is_admin:
        return Q()
    if context.project_id is None:
        raise not_authorized()
    allowed = models.VolumeTypeAccess.objects.filter(project_id=context.project_id)
    return Q(is_public=True) | Q(pk__in=allowed.values("volume_type_id"))


def volume_type(context: RequestContext, name_or_id: str) -> models.VolumeType:
    """A volume type by id, or else by name."""
    found = models.VolumeType.objects.filter(may_use_type(context))
    kind = found.filter(pk=name_or_id).first() or found.filter(name=name_or_id).first()
    if kind is None:
        hidden = models.VolumeType.objects.filter(name=name_or_id).values_list("pk", flat=True)
        if hidden:
            # Volume (Cinder): a name is looked up before anybody asks whose type it is.
            raise not_found("Volume type", hidden[0])
        noun = "Volume type" if is_id(name_or_id) else "Volume type with name"
        raise not_found(noun, name_or_id)
    return kind


def volume_type_by_id(context: RequestContext, type_id: str) -> models.VolumeType:
    kind = models.VolumeType.objects.filter(may_use_type(context), pk=type_id).first()
    if kind is None:
        raise not_found("Volume type", type_id)
    return kind
