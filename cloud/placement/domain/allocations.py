"""Allocations: claims of consumers on providers.

A claim replaces all that its consumers held, in one transaction.  Capacity is checked against
what is left once they have let go, and the providers' generations are moved by compare-and-set:
of two claims on the same rest, one finds the generation moved, looks again, and is refused.
Locks are taken in one order, consumers before providers, each by uuid.
This is the hot path of scheduling, so it speaks SQL: seven to nine statements whatever it claims.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cloud.placement import errors
from cloud.placement.domain import classes, rows
from cloud.placement.models import Allocation, Consumer

Amounts = Mapping[str, int]

# Placement: [placement]incomplete_consumer_project_id and _user_id, for claims before 1.8.
NOBODY: Final = "00000000-0000-0000-0000-000000000000"
ATTEMPTS: Final = 10


@dataclass(slots=True)
class Claim:
    """What a consumer is to hold from now on: resource classes and amounts by provider.

    Without `allocations` the consumer lets go of everything.  `generation` is the consumer's
    that was seen, None for a new one; it counts only if it `is_guarded` (from 1.28 on).
    `consumer_type` None leaves the type that there is (before 1.38).
    """

    consumer: str
    project_id: str = NOBODY
    user_id: str = NOBODY
    allocations: Mapping[str, Amounts] = field(default_factory=dict)
    generation: int | None = None
    is_guarded: bool = False
    consumer_type: str | None = None


def claim(claims: Sequence[Claim]) -> set[str]:
    """Replace what the consumers of `claims` hold, all of it or nothing.

    Return the providers whose generation has moved on by one.
    """
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return _Claiming(claims).run()
        except (errors.ProviderChanged, IntegrityError):
            continue
    raise errors.ProviderChanged


class _Claiming:
    """One attempt at a set of claims."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = claims
        self.now = connection.ops.adapt_datetimefield_value(timezone.now())
        self.consumers: dict[str, rows.ConsumerRow] = {}
        # (provider, resource class) -> amount, before and after, of these consumers
        self.held: dict[tuple[str, str], int] = defaultdict(int)
        self.wanted: dict[tuple[str, str], int] = defaultdict(int)
        self.holders: dict[str, set[str]] = defaultdict(set)

    def run(self) -> set[str]:
        with connection.cursor() as cursor:
            self._look_at_consumers(cursor)
            touched = self._look_at_allocations(cursor)
            rows.lock_providers(cursor, touched)
            providers = rows.providers(cursor, touched)
            for one in self.claims:
                for uuid in one.allocations:
                    if uuid not in providers:
                        raise errors.AllocationProviderNotFound(uuid)
            self._check_room(providers)
            return self._write(cursor, providers)

    def _look_at_consumers(self, cursor: Any) -> None:
        self.consumers = rows.consumers(cursor, [one.consumer for one in self.claims])
        for one in self.claims:
            there = self.consumers.get(one.consumer)
            seen = None if there is None else there.generation
            if one.is_guarded and seen != one.generation:
                raise errors.ConsumerGenerationConflict(seen, one.generation)

    def _look_at_allocations(self, cursor: Any) -> set[str]:
        """Note what is held and wanted; return every provider that has to do with it."""
        for consumer, provider, name, used in rows.allocations(cursor, list(self.consumers)):
            self.held[provider, name] += used
            self.holders[consumer].add(provider)
        for one in self.claims:
            for provider, amounts in one.allocations.items():
                for name, amount in amounts.items():
                    self.wanted[provider, name] += amount
        return {provider for provider, _ in (*self.held, *self.wanted)}

    def _check_room(self, providers: Mapping[str, rows.ProviderRow]) -> None:
        names = list(dict.fromkeys(name for _, name in self.wanted))
        inventories = {name for row in providers.values() for name in row.inventories}
        classes.check_known(name for name in names if name not in inventories)
        empty = [
            uuid
            for uuid in dict.fromkeys(provider for provider, _ in self.wanted)
            if not any(name in providers[uuid].inventories for name in names)
        ]
        if empty:
            raise errors.InvalidInventory(", ".join(names), ", ".join(empty))
        taken: dict[tuple[str, str], int] = defaultdict(int)
        for one in self.claims:
            for uuid, amounts in one.allocations.items():
                for name, amount in amounts.items():
                    taken[uuid, name] += amount
                    self._check_one(providers[uuid], name, amount, taken[uuid, name])

    def _check_one(self, provider: rows.ProviderRow, name: str, amount: int, taken: int) -> None:
        """Refuse an amount that does not fit an inventory, or all that is `taken` of it by now."""
        inventory = provider.inventories.get(name)
        if inventory is None:
            raise errors.InvalidInventory(name, provider.uuid)
        if (
            amount < inventory.min_unit
            or amount > inventory.max_unit
            or amount % inventory.step_size
        ):
            raise errors.ConstraintsViolated(name, provider.uuid)
        key = provider.uuid, name
        after = inventory.used - self.held.get(key, 0) + taken
        # Where an inventory has shrunk below its use, a claim may do no more than not add to it.
        if after > inventory.capacity and not (inventory.used and after <= inventory.used):
            raise errors.CapacityExceeded(name, provider.uuid)

    def _write(self, cursor: Any, providers: Mapping[str, rows.ProviderRow]) -> set[str]:
        # Placement: a provider that a consumer left for another keeps its generation.
        moved = {uuid for one in self.claims for uuid in self._providers_of(one)}
        # Providers first, and in one order: two claims wait for each other, but never both ways.
        for uuid in sorted(moved):
            if not rows.advance_provider(cursor, uuid, providers[uuid].generation, self.now):
                raise errors.ProviderChanged
        if self.held:
            rows.delete_allocations(cursor, list(self.consumers))
        for one in self.claims:
            self._write_consumer(cursor, one)
        rows.insert_allocations(
            cursor,
            [
                (one.consumer, provider, name, amount, self.now)
                for one in self.claims
                for provider, amounts in one.allocations.items()
                for name, amount in amounts.items()
            ],
        )
        rows.move_used(
            cursor,
            [
                (self.wanted.get(key, 0) - self.held.get(key, 0), *key)
                for key in {**self.held, **self.wanted}
                if self.wanted.get(key, 0) != self.held.get(key, 0)
            ],
        )
        return moved

    def _providers_of(self, one: Claim) -> Iterable[str]:
        return one.allocations or self.holders.get(one.consumer, ())

    def _write_consumer(self, cursor: Any, one: Claim) -> None:
        there = self.consumers.get(one.consumer)
        # Placement: leaves a consumer that holds nothing behind where a claim is empty, or names
        # an unknown provider, and refuses its next claim.  Here there is none without allocations.
        if not one.allocations:
            if there is not None:
                rows.delete_consumer(cursor, one.consumer)
        elif there is None:
            rows.insert_consumer(
                cursor, one.consumer, one.project_id, one.user_id, one.consumer_type, self.now
            )
        elif not rows.advance_consumer(
            cursor,
            there,
            one.project_id,
            one.user_id,
            one.consumer_type or there.consumer_type,
            self.now,
        ):
            raise errors.ConcurrentUpdate


def lock(consumers: Sequence[str]) -> None:
    """Let nobody else claim for these consumers until the transaction ends."""
    if consumers and connection.features.has_select_for_update:
        with connection.cursor() as cursor:
            rows.consumers(cursor, consumers)


def release(consumer: str) -> bool:
    """Let go of everything that the consumer holds; say whether that was anything."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock([consumer])
        held = rows.allocations(cursor, [consumer])
        if not held:
            return False
        rows.delete_allocations(cursor, [consumer])
        rows.move_used(cursor, [(-used, provider, name) for _, provider, name, used in held])
        rows.delete_consumer(cursor, consumer)
    return True


@dataclass(slots=True)
class Held:
    """What a consumer holds, and what is known of it."""

    consumer: dict[str, Any] | None
    by_provider: dict[str, dict[str, Any]]
    changed_at: datetime | None


def of_consumer(consumer: str) -> Held:
    """What the consumer holds by provider, with the providers' generations."""
    found = list(
        Allocation.objects.filter(consumer_id=consumer)
        .order_by("pk")
        .values_list("provider_id", "provider__generation", "resource_class", "used", "created_at")
    )
    by_provider: dict[str, dict[str, Any]] = {}
    for provider, generation, name, used, _ in found:
        entry = by_provider.setdefault(provider, {"resources": {}, "generation": generation})
        entry["resources"][name] = used
    who: dict[str, Any] | None = None
    if found:
        who = dict(
            Consumer.objects.filter(pk=consumer)
            .values("project_id", "user_id", "generation", "consumer_type")
            .get()
        )
    return Held(who, by_provider, max((row[-1] for row in found), default=None))


def on_provider(uuid: str) -> tuple[dict[str, dict[str, Any]], datetime | None]:
    """What is claimed of the provider by consumer, with the consumers' generations."""
    found = list(
        Allocation.objects.filter(provider_id=uuid)
        .order_by("pk")
        .values_list("consumer_id", "consumer__generation", "resource_class", "used", "created_at")
    )
    by_consumer: dict[str, dict[str, Any]] = {}
    for consumer, generation, name, used, _ in found:
        entry = by_consumer.setdefault(consumer, {"resources": {}, "generation": generation})
        entry["resources"][name] = used
    return by_consumer, max((row[-1] for row in found), default=None)
