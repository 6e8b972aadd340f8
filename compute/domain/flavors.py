"""Flavors: making, changing and deleting them, and who sees which."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from compute.domain.errors import Conflict, FlavorNotFound, NotFound, Unexpected
from compute.models import Flavor, FlavorAccess
from compute.work import clock
from middleware.context import RequestContext
from versioned.prepared import Prepared

MAX_INTEGER = 0x7FFFFFFF
MAX_FLOAT = 3.40282e38


class FlavorExists(Conflict):
    message = "Flavor with name {name} already exists."


class FlavorIdExists(Conflict):
    message = "Flavor with ID {flavor_id} already exists."


class InvalidSize(Unexpected):
    """A size that only looks like a number of the kind."""

    # Nova: its API does not foresee that a size passes the schema and is none.
    message = Unexpected.message.format(kind="nova.exception.InvalidInput")


class FlavorIsPublic(Conflict):
    message = "Can not add access to a public flavor."


class FlavorAccessExists(Conflict):
    message = (
        "Flavor access already exists for flavor {flavor_id} and project {project_id} combination."
    )


class FlavorAccessNotFound(NotFound):
    message = "Flavor access not found for {flavor_id} / {project_id} combination."


class NoAccessListOfPublicFlavor(NotFound):
    message = "Access list not available for public flavors."


class ExtraSpecNotFound(NotFound):
    message = "Flavor {flavor_id} has no extra specs with key {key}."


def _granted(project_id: str | None) -> Q:
    grants = FlavorAccess.objects.filter(project_id=project_id)
    return Q(pk__in=grants.values("flavor_id"))


def visible_to(context: RequestContext) -> QuerySet[Flavor]:
    """All flavors for administrators; for others public ones and those of their project."""
    if context.is_admin:
        return Flavor.objects.all()
    return Flavor.objects.filter(Q(is_public=True) | _granted(context.project_id))


def listed(context: RequestContext, *, is_public: bool | None) -> QuerySet[Flavor]:
    """The public flavors and the project's own, or only those that are not public, or all."""
    rows = visible_to(context)
    if is_public is None:
        return rows
    if is_public and context.project_id is not None:
        return rows.filter(Q(is_public=True) | _granted(context.project_id))
    return rows.filter(is_public=is_public)


_ANY = Prepared(lambda flavor_id: Flavor.objects.filter(flavor_id=flavor_id), str)
_SEEN = Prepared(
    lambda flavor_id, project_id: Flavor.objects.filter(
        Q(is_public=True) | _granted(project_id), flavor_id=flavor_id
    ),
    str,
    str,
)


def find(context: RequestContext, flavor_id: str) -> Flavor:
    if context.is_admin:
        found = _ANY.first(flavor_id)
    else:
        found = _SEEN.first(flavor_id, context.project_id)
    if found is None:
        raise FlavorNotFound(flavor_id=flavor_id)
    return found


def _whole(value: Any, name: str, low: int) -> int:
    """Read a number as Nova reads it: a float is none, even a whole one."""
    try:
        number = int(str(value))
    except ValueError:
        raise InvalidSize from None
    if not low <= number <= MAX_INTEGER:
        raise InvalidSize
    return number


def _factor(value: Any) -> float:
    number = float(value)
    if not 0 < number <= MAX_FLOAT:
        raise InvalidSize
    return number


def make(
    *,
    name: str,
    memory_mb: Any,
    vcpus: Any,
    root_gb: Any,
    flavor_id: Any = None,
    ephemeral_gb: Any = 0,
    swap_mb: Any = 0,
    rxtx_factor: Any = 1.0,
    is_public: bool = True,
    description: str | None = None,
) -> Flavor:
    """Make a flavor; without an id it gets a uuid."""
    # Nova: zero is no id either.
    flavor_id = str(flavor_id or uuid.uuid4())
    flavor = Flavor(
        flavor_id=flavor_id,
        name=name.strip(),
        memory_mb=_whole(memory_mb, "ram", 1),
        vcpus=_whole(vcpus, "vcpus", 1),
        root_gb=_whole(root_gb, "disk", 0),
        ephemeral_gb=_whole(ephemeral_gb, "ephemeral", 0),
        swap_mb=_whole(swap_mb, "swap", 0),
        rxtx_factor=_factor(rxtx_factor),
        is_public=is_public,
        description=description,
    )
    try:
        with transaction.atomic():
            flavor.save()
    except IntegrityError:
        if Flavor.objects.filter(name=flavor.name).exists():
            raise FlavorExists(name=flavor.name) from None
        raise FlavorIdExists(flavor_id=flavor_id) from None
    return flavor


def describe(flavor: Flavor, description: str | None) -> Flavor:
    with transaction.atomic():
        flavor.description = description
        flavor.touch()
        flavor.save(update_fields=["description", "updated_at"])
    return flavor


def delete(flavor_id: str) -> None:
    """Delete a flavor; servers keep what they copied of it."""
    with transaction.atomic():
        count, _ = Flavor.objects.filter(flavor_id=flavor_id).delete()
    if not count:
        raise FlavorNotFound(flavor_id=flavor_id)


# Access


def projects_of(flavor: Flavor) -> list[str]:
    rows = FlavorAccess.objects.filter(flavor=flavor).order_by("id")
    return list(rows.values_list("project_id", flat=True))


def grant(flavor: Flavor, project_id: str) -> None:
    # Nova: these two sentences name the row's number, not the flavor's id.
    try:
        with transaction.atomic():
            FlavorAccess.objects.create(flavor=flavor, project_id=project_id)
    except IntegrityError:
        raise FlavorAccessExists(flavor_id=flavor.pk, project_id=project_id) from None


def revoke(flavor: Flavor, project_id: str) -> None:
    with transaction.atomic():
        rows = FlavorAccess.objects.filter(flavor=flavor, project_id=project_id)
        count, _ = rows.delete()
    if not count:
        raise FlavorAccessNotFound(flavor_id=flavor.pk, project_id=project_id)


# Extra specs


def add_extra_specs(flavor: Flavor, specs: dict[str, Any]) -> None:
    """Add and change extra specs; all values are kept as text."""
    with transaction.atomic():
        kept = Flavor.objects.select_for_update().get(pk=flavor.pk)
        merged = {**kept.extra_specs, **{key: str(value) for key, value in specs.items()}}
        kept.extra_specs = dict(sorted(merged.items()))
        kept.updated_at = clock.now()
        kept.save(update_fields=["extra_specs", "updated_at"])


def delete_extra_spec(flavor: Flavor, key: str) -> None:
    with transaction.atomic():
        kept = Flavor.objects.select_for_update().get(pk=flavor.pk)
        if key not in kept.extra_specs:
            raise ExtraSpecNotFound(flavor_id=flavor.flavor_id, key=key)
        del kept.extra_specs[key]
        kept.updated_at = clock.now()
        kept.save(update_fields=["extra_specs", "updated_at"])
