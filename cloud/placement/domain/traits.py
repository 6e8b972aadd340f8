"""Traits: what a provider is capable of, by names that are standard or custom."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from cloud.placement import errors, standards
from cloud.placement.domain import generations
from cloud.placement.models import ProviderTrait, Trait

Dated = list[tuple[str, datetime]]


def find(
    *,
    among: Collection[str] | None = None,
    prefix: str | None = None,
    associated: bool | None = None,
) -> Dated:
    """Traits with when they were made, standard ones first."""
    wanted = None if among is None else frozenset(among)
    custom = Trait.objects.order_by("pk")
    if wanted is not None:
        custom = custom.filter(name__in=wanted)
    if prefix is not None:
        custom = custom.filter(name__startswith=prefix)
    found = [
        (name, standards.KNOWN_SINCE)
        for name in standards.traits()
        if (wanted is None or name in wanted) and (prefix is None or name.startswith(prefix))
    ]
    found.extend(custom.values_list("name", "created_at"))
    if associated is not None:
        held = set(ProviderTrait.objects.values_list("trait", flat=True).distinct())
        found = [(name, made) for name, made in found if (name in held) is associated]
    return found


def made_at(name: str) -> datetime:
    """When the trait was made, or TraitNotFound."""
    if name in standards.trait_set():
        return standards.KNOWN_SINCE
    for created in Trait.objects.filter(name=name).values_list("created_at", flat=True):
        return created
    raise errors.TraitNotFound(name)


def check_known(names: Iterable[str]) -> None:
    """Raise TraitNotFound of the first name that is no trait."""
    standard = standards.trait_set()
    custom = [name for name in names if name not in standard]
    if not custom:
        return
    known = set(Trait.objects.filter(name__in=custom).values_list("name", flat=True))
    for name in custom:
        if name not in known:
            raise errors.TraitNotFound(name)


def ensure(name: str) -> tuple[datetime, bool]:
    """Make the trait unless it exists; say when it was made, and whether just now."""
    try:
        return made_at(name), False
    except errors.TraitNotFound:
        pass
    try:
        with transaction.atomic():
            return Trait.objects.create(name=name).created_at, True
    except IntegrityError:
        return timezone.now(), False


def remove(name: str) -> None:
    """Delete a custom trait that no provider has."""
    with transaction.atomic():
        made_at(name)
        if not name.startswith(standards.CUSTOM):
            raise errors.TraitStandard(name)
        if ProviderTrait.objects.filter(trait=name).exists():
            raise errors.TraitInUse(name)
        Trait.objects.filter(name=name).delete()


def of_provider(uuid: str) -> Dated:
    """The traits of a provider, with when the traits were made."""
    names = ProviderTrait.objects.filter(provider_id=uuid).values_list("trait", flat=True)
    return find(among=list(names))


def replace(provider: dict[str, Any], names: Iterable[str]) -> None:
    """Make `names` the traits of `provider`; its generation moves only if they change."""
    uuid = provider["uuid"]
    with transaction.atomic():
        had = set(ProviderTrait.objects.filter(provider_id=uuid).values_list("trait", flat=True))
        wanted = set(names)
        if had == wanted:
            return
        generations.advance(provider)
        ProviderTrait.objects.filter(provider_id=uuid, trait__in=had - wanted).delete()
        ProviderTrait.objects.bulk_create(
            [ProviderTrait(provider_id=uuid, trait=name) for name in sorted(wanted - had)]
        )
