"""How large images may be: IMAGE_SIZE_CAP of each, USER_STORAGE_QUOTA of all that a project has."""

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db.models import Sum

from cloud.image.errors import TooLarge
from cloud.image.models import Image

_QUOTA = re.compile(r"(\d+)(?:([KMGT])?B)?")
_UNITS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
# Those that have no bytes any more, and those whose bytes are not in the store yet.
_WITHOUT_DATA = ("queued", "saving", "uploading", "importing", "killed", "deleted")


class QuotaFull(TooLarge):
    """More bytes than the project may store."""

    def __init__(self, size: int | None, remaining: int) -> None:
        super().__init__(
            f"Image exceeds the storage quota: The size of the data {size} will exceed the limit. "
            f"{remaining} bytes remaining."
        )


def cap() -> int:
    """The most bytes that one image may have."""
    return int(settings.IMAGE_SIZE_CAP)


def remaining(owner: str | None, image_id: str) -> int | None:
    """How many bytes a project may still store in an image; None: as many as it likes."""
    quota = _read(settings.USER_STORAGE_QUOTA)
    if not quota or owner is None:
        return None
    others = Image.objects.filter(owner=owner, size__gt=0).exclude(pk=image_id)
    used = others.exclude(status__in=_WITHOUT_DATA).aggregate(Sum("size"))["size__sum"]
    return quota - (used or 0)


def check(owner: str | None, image_id: str, size: int | None) -> int | None:
    """Raise where `size` bytes are too many, or any if it is None; return how many may come."""
    left = remaining(owner, image_id)
    if left is not None and ((left <= 0) if size is None else (size > left)):
        raise QuotaFull(size, left)
    return left


def _read(text: str) -> int | None:
    match = _QUOTA.fullmatch(text)
    return None if match is None else int(match[1]) * 1024 ** _UNITS[match[2] or ""]


@register()
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """Check that the quota is one: Glance would find out at the first upload."""
    if _read(settings.USER_STORAGE_QUOTA) is not None and int(settings.IMAGE_SIZE_CAP) > 0:
        return []
    return [
        Error(
            "USER_STORAGE_QUOTA is like '0', '500' or '10GB', IMAGE_SIZE_CAP a number of bytes.",
            id="image.E001",
        )
    ]
