"""Aggregates: uuids that group providers.  They exist by being named."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from cloud.placement.domain import generations
from cloud.placement.models import ProviderAggregate


def of_provider(uuid: str) -> list[str]:
    return list(
        ProviderAggregate.objects.filter(provider_id=uuid)
        .order_by("pk")
        .values_list("aggregate", flat=True)
    )


def replace(provider: dict[str, Any], uuids: Iterable[str], *, moves_generation: bool) -> None:
    """Make `uuids` the aggregates of `provider`."""
    uuid = provider["uuid"]
    wanted = set(uuids)
    with transaction.atomic():
        if moves_generation:
            generations.advance(provider)
        had = set(of_provider(uuid))
        ProviderAggregate.objects.filter(provider_id=uuid, aggregate__in=had - wanted).delete()
        ProviderAggregate.objects.bulk_create(
            [ProviderAggregate(provider_id=uuid, aggregate=one) for one in sorted(wanted - had)],
            # Before 1.19 nothing guards against somebody who adds the same one.
            ignore_conflicts=True,
        )
