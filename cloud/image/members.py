"""Sharing: the projects that an image is shared with, and what they make of it."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from cloud.image import texts
from cloud.image.errors import (
    BadRequest,
    Conflict,
    NotFound,
    image_not_found,
    limit_exceeded,
)
from cloud.image.images import MEMBER_QUOTA
from cloud.image.models import Image, ImageMember

STATUSES = ("pending", "accepted", "rejected")
COLUMNS = ("member", "image_id", "status", "created_at", "updated_at")


def not_a_member(image_id: str, project_id: str) -> NotFound:
    return NotFound(f"{project_id} not found in the member list of the image {image_id}.")


def of_image(image_id: str, project_id: str | None = None) -> list[dict[str, Any]]:
    found = ImageMember.objects.filter(image_id=image_id)
    if project_id is not None:
        found = found.filter(member=project_id)
    return list(found.order_by("created_at", "pk").values(*COLUMNS))


@transaction.atomic
def add(image_id: str, given: Any) -> dict[str, Any]:
    """Offer the image to a project.

    # Glance: no schema asks for a text; the database makes one of numbers, and 1 of true.
    """
    project_id = str(int(given) if isinstance(given, bool) else given)
    if Image.objects.select_for_update().filter(pk=image_id).first() is None:
        raise image_not_found(image_id)
    count = ImageMember.objects.filter(image_id=image_id).count() + 1
    if count > MEMBER_QUOTA:
        inner = (
            "The limit has been exceeded on the number of allowed image members for this image. "
            f"Attempted: {count}, Maximum: {MEMBER_QUOTA}"
        )
        error = limit_exceeded("members", count, MEMBER_QUOTA)
        error.explanation = f"Image member limit exceeded for image {image_id}: {inner}:"
        raise error
    if ImageMember.objects.filter(image_id=image_id, member=project_id).exists():
        raise Conflict(f"Member {given} is duplicated for image {image_id}")
    if texts.is_wide(project_id):
        raise BadRequest("Member can't contain 4 byte unicode characters.")
    now = timezone.now()
    ImageMember.objects.create(image_id=image_id, member=project_id, created_at=now, updated_at=now)
    return {**of_image(image_id, project_id)[0], "member": given}


@transaction.atomic
def answer(image_id: str, project_id: str, status: Any) -> dict[str, Any]:
    """Accept or reject an image that is shared with the project."""
    if status not in STATUSES:
        raise BadRequest('Incorrect request: Status must be "pending", "accepted" or "rejected".')
    changed = ImageMember.objects.filter(image_id=image_id, member=project_id).update(
        status=status, updated_at=timezone.now()
    )
    if not changed:
        raise not_a_member(image_id, project_id)
    return of_image(image_id, project_id)[0]


@transaction.atomic
def remove(image_id: str, project_id: str) -> None:
    if not ImageMember.objects.filter(image_id=image_id, member=project_id).delete()[0]:
        raise not_a_member(image_id, project_id)
