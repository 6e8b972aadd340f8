"""Generations: a counter in each provider that moves with everything that is done to it."""

from typing import Any

from django.utils import timezone

from cloud.placement import errors
from cloud.placement.models import Provider


def advance(provider: dict[str, Any]) -> None:
    """Move the generation on from the one that was seen, or ProviderChanged."""
    seen = provider["generation"]
    now = timezone.now()
    moved = Provider.objects.filter(pk=provider["uuid"], generation=seen).update(
        generation=seen + 1, updated_at=now
    )
    if not moved:
        raise errors.ProviderChanged
    provider["generation"] = seen + 1
    provider["updated_at"] = now
