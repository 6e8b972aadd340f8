"""Unified limits: registered, set for projects and domains, changed and deleted."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from cloud.identity.errors import Conflict, Forbidden, Missing, not_found
from cloud.identity.models import Limit, Project, Region, RegisteredLimit, Service


def get_registered(limit_id: str) -> RegisteredLimit:
    """The registered limit of an id."""
    limit = RegisteredLimit.objects.filter(pk=limit_id).first()
    if limit is None:
        raise not_found("registered limit", limit_id)
    return limit


def register(items: Sequence[dict[str, Any]]) -> list[RegisteredLimit]:
    """Register limits, all or none."""
    made = []
    with transaction.atomic():
        for values in items:
            _check_references(values, "registered_limit")
            limit = RegisteredLimit(**values)
            _check_unique_registered(limit)
            limit.save(force_insert=True)
            made.append(limit)
    return made


def _check_unique_registered(limit: RegisteredLimit) -> None:
    same = RegisteredLimit.objects.filter(
        service_id=limit.service_id,
        region_id=limit.region_id,
        resource_name=limit.resource_name,
    )
    if same.exists():
        raise Conflict("registered_limit", "Duplicate entry")


def _check_references(values: dict[str, Any], target: str) -> None:
    """Refuse what is for a service, region, project or domain that is not there."""
    tables: dict[str, Any] = {
        "service_id": Service.objects.all(),
        "region_id": Region.objects.all(),
        "project_id": Project.objects.all(),
        "domain_id": Project.objects.filter(is_domain=True),
    }
    for name, rows in tables.items():
        pk = values.get(name)
        if pk is not None and not rows.filter(pk=pk).exists():
            raise Missing(name, target)


def update_registered(limit: RegisteredLimit, values: dict[str, Any]) -> RegisteredLimit:
    """Change a registered limit; what it is for only as long as no project refers to it."""
    _check_references(values, "registered_limit")
    if Limit.objects.filter(registered=limit).exists():
        raise _referred(limit)
    for name, value in values.items():
        setattr(limit, name, value)
    with transaction.atomic():
        # Keystone: what names again what a limit is for meets the limit itself.
        if values.get("service_id") or "region_id" in values or values.get("resource_name"):
            _check_unique_registered(limit)
        limit.save()
    return limit


def _referred(limit: RegisteredLimit) -> Forbidden:
    return Forbidden(
        f"Unable to update or delete registered limit {limit.pk} because there are project "
        "limits associated with it."
    )


def delete_registered(limit: RegisteredLimit) -> None:
    """Delete a registered limit that no limit refers to."""
    try:
        with transaction.atomic():
            limit.delete()
    except ProtectedError:
        raise _referred(limit) from None


def get(limit_id: str) -> Limit:
    """The limit of an id."""
    limit = Limit.objects.select_related("registered", "project").filter(pk=limit_id).first()
    if limit is None:
        raise not_found("limit", limit_id)
    return limit


def create(items: Sequence[dict[str, Any]]) -> list[Limit]:
    """Set limits for projects and domains, all or none."""
    made = []
    with transaction.atomic():
        for values in items:
            _check_references(values, "limit")
            project_id = values.get("project_id")
            if Project.objects.filter(pk=project_id, is_domain=True).exists():
                # Keystone: a domain is a project, and its limit the domain's.
                values = {**values, "project_id": None, "domain_id": project_id}
            registered = RegisteredLimit.objects.filter(
                service_id=values["service_id"],
                region_id=values.get("region_id"),
                resource_name=values["resource_name"],
            ).first()
            if registered is None:
                raise Forbidden(
                    "Unable to create a limit that has no corresponding registered limit."
                )
            limit = Limit(
                registered=registered,
                project_id=values.get("project_id"),
                domain_id=values.get("domain_id"),
                resource_limit=values["resource_limit"],
                description=values.get("description"),
            )
            same = Limit.objects.filter(
                registered=registered, project_id=limit.project_id, domain_id=limit.domain_id
            )
            if same.exists():
                raise Conflict("limit", "Duplicate entry")
            limit.save(force_insert=True)
            made.append(limit)
    return made


def update(limit: Limit, values: dict[str, Any]) -> Limit:
    """Change a limit."""
    for name in ("resource_limit", "description"):
        # Keystone: nothing, no text and the number 0 count as not given.
        if values.get(name):
            setattr(limit, name, values[name])
    with transaction.atomic():
        limit.save()
    return limit


def delete(limit: Limit) -> None:
    """Delete a limit."""
    with transaction.atomic():
        limit.delete()
