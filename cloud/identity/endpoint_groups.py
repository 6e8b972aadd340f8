"""Which endpoints a project has, one by one or by group.  OS-EP-FILTER"""

from typing import Any

from cloud.identity import revision
from cloud.identity.errors import BadRequest, Conflict, Missing, NotFound, not_found
from cloud.identity.models import (
    Endpoint,
    EndpointGroup,
    Project,
    ProjectEndpoint,
    ProjectEndpointGroup,
)

_FILTERS = ("service_id", "region_id", "interface")


def get(group_id: str) -> EndpointGroup:
    """The endpoint group of an id."""
    group = EndpointGroup.objects.filter(pk=group_id).first()
    if group is None:
        raise not_found("endpoint group", group_id)
    return group


def _check_filters(filters: dict[str, Any]) -> None:
    if not set(filters) <= set(_FILTERS):
        raise Missing(" or ".join(_FILTERS), "endpoint_group")


def create(values: dict[str, Any]) -> EndpointGroup:
    """Make an endpoint group."""
    if not values.get("filters"):
        raise BadRequest("filters field is required and cannot be empty")
    _check_filters(values["filters"])
    known = {key: values[key] for key in ("name", "description", "filters") if key in values}
    group = EndpointGroup(**known)
    with revision.change():
        group.save(force_insert=True)
    return group


def update(group: EndpointGroup, values: dict[str, Any]) -> EndpointGroup:
    """Change an endpoint group; filters that are given stand in place of those that it has."""
    if "filters" in values:
        _check_filters(values["filters"])
    for key in ("name", "description", "filters"):
        if key in values:
            setattr(group, key, values[key])
    with revision.change():
        group.save()
    return group


def delete(group: EndpointGroup) -> None:
    """Delete an endpoint group."""
    with revision.change():
        group.delete()


def matching(filters: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the endpoints that filters match."""
    rows: Any = Endpoint.objects.filter(**filters).order_by("pk").values()
    return list(rows)


def endpoints_of(project: Project) -> list[dict[str, Any]]:
    """The rows of the endpoints that a project has."""
    chosen = ProjectEndpoint.objects.filter(project=project).values("endpoint_id")
    rows: Any = Endpoint.objects.filter(pk__in=chosen).values()
    found: dict[str, dict[str, Any]] = {row["id"]: row for row in rows}
    for group in groups_of(project):
        for row in matching(group.filters):
            found.setdefault(row["id"], row)
    return list(found.values())


def groups_of(project: Project) -> list[EndpointGroup]:
    """The endpoint groups of a project."""
    ids = ProjectEndpointGroup.objects.filter(project=project).values("group_id")
    return list(EndpointGroup.objects.filter(pk__in=ids).order_by("pk"))


# Projects and endpoints


def _load() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for project_id, endpoint_id in ProjectEndpoint.objects.values_list("project", "endpoint"):
        found.setdefault(project_id, set()).add(endpoint_id)
    endpoints = list(Endpoint.objects.values("id", *_FILTERS))
    for row in ProjectEndpointGroup.objects.select_related("group"):
        wanted = row.group.filters.items()
        ids = {each["id"] for each in endpoints if all(each[key] == to for key, to in wanted)}
        found.setdefault(row.project_id, set()).update(ids)
    return {project_id: frozenset(ids) for project_id, ids in found.items()}


_chosen = revision.Cached(_load)


def chosen(project_id: str | None) -> frozenset[str]:
    """The ids of the endpoints that were chosen for a project; none: it sees all there are."""
    return _chosen.get(revision.current()).get(project_id or "", frozenset())


def add_endpoint(project: Project, endpoint: Endpoint) -> None:
    """Give a project an endpoint."""
    with revision.change():
        _, is_new = ProjectEndpoint.objects.get_or_create(project=project, endpoint=endpoint)
        if not is_new:
            raise Conflict("project_endpoint", "Duplicate entry")


def check_endpoint(project: Project, endpoint: Endpoint) -> None:
    """Refuse when a project does not have an endpoint."""
    if not ProjectEndpoint.objects.filter(project=project, endpoint=endpoint).exists():
        raise _no_endpoint(project.pk, endpoint.pk)


def _no_endpoint(project_id: str, endpoint_id: str) -> NotFound:
    return NotFound(f"Endpoint {endpoint_id} not found in project {project_id}")


def remove_endpoint(project_id: str, endpoint_id: str) -> None:
    """Take an endpoint from a project."""
    with revision.change():
        rows = ProjectEndpoint.objects.filter(project_id=project_id, endpoint_id=endpoint_id)
        if not rows.delete()[0]:
            raise _no_endpoint(project_id, endpoint_id)


def add_group(project: Project, group: EndpointGroup) -> None:
    """Give a project the endpoints of a group."""
    with revision.change():
        _, is_new = ProjectEndpointGroup.objects.get_or_create(project=project, group=group)
        if not is_new:
            raise Conflict("project_endpoint_group", "Duplicate entry")


def check_group(project: Project, group: EndpointGroup) -> None:
    """Refuse when a project does not have a group."""
    if not ProjectEndpointGroup.objects.filter(project=project, group=group).exists():
        raise NotFound("Endpoint Group Project Association not found")


def remove_group(project: Project, group: EndpointGroup) -> None:
    """Take a group's endpoints from a project."""
    with revision.change():
        check_group(project, group)
        ProjectEndpointGroup.objects.filter(project=project, group=group).delete()
