"""Images that are kept at hand: asked for one by one, listed, and let go of again.

The bytes lie on the same disk anyway, so that what is asked for is at hand at once and nothing ever
waits in the queue; downloads count as hits of what is there already.
"""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cloud.image.models import CachedImage


def cached() -> list[dict[str, Any]]:
    """What is at hand, as Glance tells it."""
    rows = CachedImage.objects.select_related("image").order_by("pk")
    return [
        {
            "id": row.pk,
            "image_id": row.image_id,
            "last_accessed": row.last_accessed.timestamp(),
            "last_modified": row.last_modified.timestamp(),
            "size": row.image.size or 0,
            "hits": row.hits,
            # Glance: its driver takes no sums down.
            "checksum": None,
        }
        for row in rows
    ]


@transaction.atomic
def fetch(image_id: str) -> None:
    """Take an image to hand, unless it is there."""
    CachedImage.objects.get_or_create(image_id=image_id)


@transaction.atomic
def touch(image_id: str) -> None:
    """Note that an image was downloaded."""
    rows = CachedImage.objects.filter(image_id=image_id)
    rows.update(hits=F("hits") + 1, last_accessed=timezone.now())


def has(image_id: str) -> bool:
    return CachedImage.objects.filter(image_id=image_id).exists()


@transaction.atomic
def drop(image_id: str) -> None:
    """Let go of an image."""
    CachedImage.objects.filter(image_id=image_id).delete()


@transaction.atomic
def clear() -> None:
    """Let go of all of them."""
    CachedImage.objects.all().delete()
