"""Regions, services and endpoints: made, changed and deleted."""

import re
from typing import Any

from django.db import IntegrityError

from cloud.identity import attributes, revision
from cloud.identity.errors import BadRequest, Conflict, Forbidden, Missing, TooLong, not_found
from cloud.identity.models import Endpoint, Region, Service

# What may be filled in: Keystone's list, of which the catalog knows the first three.
_PLACES = ("tenant_id", "project_id", "user_id", "compute_host", "public_endpoint")
# A place that is padded to thousands of characters, or millions: Python would make them.
_WIDE = re.compile(r"[$%](?:\([^)]*\))?[^a-zA-Z%$]*\d{4}")
_LONGEST_ID = 255


def get_region(region_id: str | None) -> Region:
    """The region of an id."""
    region = Region.objects.filter(pk=region_id).first()
    if region is None:
        raise not_found("region", region_id)
    return region


def create_region(values: dict[str, Any]) -> Region:
    """Make a region; its id is the caller's choice, if the caller has one."""
    if Region.objects.filter(pk=values.get("id")).exists():
        raise _taken(values["id"])
    fields = _region_fields(values)
    fields["description"] = fields.get("description") or ""
    if values.get("id"):
        fields["id"] = values["id"]
    region = Region(**fields)
    try:
        with revision.change():
            region.save(force_insert=True)
    except IntegrityError:
        raise _taken(region.pk) from None
    return region


def _taken(region_id: str) -> Conflict:
    return Conflict("region", f"Duplicate ID, {region_id}.")


def _region_fields(values: dict[str, Any]) -> dict[str, Any]:
    values = dict(values)
    parent_id = values.pop("parent_region_id", None)
    fields = attributes.split(values, ("description",))
    if parent_id is not None:
        fields["parent_id"] = get_region(parent_id).pk
    return fields


def update_region(region: Region, values: dict[str, Any]) -> Region:
    """Change a region; it cannot come to lie below itself."""
    changes = _region_fields(values)
    if "parent_region_id" in values and values["parent_region_id"] is None:
        changes["parent_id"] = None
    if "description" in changes:
        changes["description"] = changes["description"] or ""
    above = changes.get("parent_id")
    while above is not None:
        if above == region.pk:
            raise BadRequest(
                f"The specified parent region {region.pk} would create a circular region hierarchy."
            )
        above = get_region(above).parent_id
    attributes.merge(region, changes)
    with revision.change():
        region.save()
    return region


def delete_region(region: Region) -> None:
    """Delete a region with those below it, unless endpoints are there."""
    ids, level = [region.pk], [region.pk]
    while level:
        level = list(Region.objects.filter(parent_id__in=level).values_list("pk", flat=True))
        ids += level
    if Endpoint.objects.filter(region_id__in=ids).exists():
        raise Forbidden(
            f"Unable to delete region {region.pk} because it or its child regions have "
            "associated endpoints."
        )
    with revision.change():
        region.delete()


# Services


def get(service_id: str | None) -> Service:
    """The service of an id."""
    service = Service.objects.filter(pk=service_id).first()
    if service is None:
        raise not_found("service", service_id)
    return service


def create(values: dict[str, Any]) -> Service:
    """Make a service."""
    service = Service(**{"name": "", **_service_fields(values)})
    with revision.change():
        service.save(force_insert=True)
    return service


def _service_fields(values: dict[str, Any]) -> dict[str, Any]:
    # Keystone: a service's description may be anything; ours has a column for a text.
    fields = attributes.split(values, ("type", "name", "description", "enabled"))
    if "description" in values:
        description = values["description"]
        is_text = isinstance(description, str)
        fields["description"] = description if is_text else None
        fields.setdefault("extra", {})["description"] = None if is_text else description
    return fields


def update(service: Service, values: dict[str, Any]) -> Service:
    """Change a service."""
    attributes.merge(service, _service_fields(values))
    with revision.change():
        service.save()
    return service


def delete(service: Service) -> None:
    """Delete a service with its endpoints."""
    with revision.change():
        service.delete()


# Endpoints


def get_endpoint(endpoint_id: str | None) -> Endpoint:
    """The endpoint of an id."""
    endpoint = Endpoint.objects.filter(pk=endpoint_id).first()
    if endpoint is None:
        raise not_found("endpoint", endpoint_id)
    return endpoint


def create_endpoint(values: dict[str, Any]) -> Endpoint:
    """Make an endpoint."""
    endpoint = Endpoint(**_endpoint_fields(values))
    with revision.change():
        _make_region(values)
        endpoint.save(force_insert=True)
    return endpoint


def update_endpoint(endpoint: Endpoint, values: dict[str, Any]) -> Endpoint:
    """Change an endpoint."""
    attributes.merge(endpoint, _endpoint_fields(values))
    with revision.change():
        _make_region(values)
        endpoint.save()
    return endpoint


def delete_endpoint(endpoint: Endpoint) -> None:
    """Delete an endpoint."""
    with revision.change():
        endpoint.delete()


def _endpoint_fields(values: dict[str, Any]) -> dict[str, Any]:
    values = dict(values)
    region_id = values.pop("region", None)
    if values.get("region_id") is None and region_id is not None:
        # Keystone: `region` is the word of v2, and makes the region that it names.
        values["region_id"] = region_id
    elif values.get("region_id") and not Region.objects.filter(pk=values["region_id"]).exists():
        raise Missing("endpoint region_id", "region table")
    if "service_id" in values and not Service.objects.filter(pk=values["service_id"]).exists():
        raise Missing("endpoint service_id", "service table")
    columns = ("service_id", "region_id", "interface", "url", "enabled", "name", "description")
    return attributes.split(values, columns)


def _make_region(values: dict[str, Any]) -> None:
    region_id = values.get("region")
    if values.get("region_id") is not None or region_id is None:
        return
    if len(region_id) > _LONGEST_ID:
        raise TooLong(region_id, "id", _LONGEST_ID)
    Region.objects.get_or_create(pk=region_id)


def check_url(url: str) -> None:
    """Refuse a url with places that cannot be filled in."""
    try:
        # Keystone: a url is what Python's % takes; all of its signs count.
        if _WIDE.search(url):
            raise ValueError
        url.replace("$(", "%(") % dict.fromkeys(_PLACES, "")
    except (KeyError, TypeError, ValueError):
        raise BadRequest(f"Cannot create an endpoint with an invalid URL: {url}.") from None
