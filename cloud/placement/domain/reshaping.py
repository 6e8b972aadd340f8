"""Reshaping: inventories and the claims on them move between providers at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from cloud.placement.domain import allocations, inventories

Row = dict[str, Any]


def reshape(
    wanted: Sequence[tuple[Row, Mapping[str, Row]]], claims: Sequence[allocations.Claim]
) -> None:
    """Give each provider its `wanted` inventories, and the consumers what they claim.

    First every inventory exists that is or will be, then claims move, then what is not wanted
    goes: so claims can go from an old inventory to a new one, and none is lost on the way.
    """
    with transaction.atomic():
        allocations.lock([claim.consumer for claim in claims])
        for provider, new in wanted:
            if new:
                inventories.replace(provider, {**inventories.of_provider(provider["uuid"]), **new})
        moved = allocations.claim(claims)
        for provider, new in wanted:
            if provider["uuid"] in moved:
                provider["generation"] += 1
            inventories.replace(provider, new)
