"""Which endpoints a project has.  /v3/OS-EP-FILTER"""

from typing import Any

from cloud.identity import endpoint_groups, listing, projects, services
from cloud.identity.api import types
from cloud.identity.api.base import IdentityViewSet, closed_query
from cloud.identity.api.projects import shown_many as shown_projects
from cloud.identity.api.services import shown_endpoint
from cloud.identity.errors import BadRequest
from cloud.identity.models import (
    EndpointGroup,
    Project,
    ProjectEndpoint,
    ProjectEndpointGroup,
)
from versioned.operation import operation

_PATH = "OS-EP-FILTER/endpoint_groups"
_PROPERTIES = {
    "description": types.NULLABLE,
    "filters": {
        "type": "object",
        "properties": {
            "interface": {"type": "string", "enum": ["admin", "internal", "public"]},
            "service_id": types.STRING,
            "region_id": types.NULLABLE,
            "enabled": {"type": "boolean"},
        },
    },
    "name": types.NAME,
}
CREATE = types.thing(
    "endpoint_group",
    _PROPERTIES,
    required=("name", "filters"),
    is_open=False,
    needs_envelope=False,
)
CREATE = types.needs_first(CREATE, "endpoint_group")
UPDATE = types.thing("endpoint_group", _PROPERTIES, is_open=False, at_least=1)
LIST = closed_query(name=types.NAME)


def _shown(row: EndpointGroup) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "description": row.description,
        "filters": row.filters,
    }


class EndpointGroupViewSet(IdentityViewSet):
    """Groups of endpoints, and the projects that have them."""

    @operation(policy="list_endpoint_groups", query=LIST)
    def list(self, request: Any) -> dict[str, Any]:
        rows = listing.narrow(EndpointGroup.objects.all(), self.params, {"name": "name"})
        page = listing.page(rows, self.params, "id", "name", "description", "filters")
        return self.collection("endpoint_groups", page.rows, page, path=_PATH)

    @operation(policy="create_endpoint_group", body=CREATE, status=201)
    def create(self, request: Any, endpoint_group: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._answer(endpoint_groups.create(endpoint_group or {}))

    @operation(policy="get_endpoint_group")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(endpoint_groups.get(id))

    @operation(policy="update_endpoint_group", body=UPDATE)
    def update(self, request: Any, id: str, endpoint_group: dict[str, Any]) -> dict[str, Any]:
        if endpoint_group.get("id", id) != id:
            raise BadRequest("Cannot change ID")
        return self._answer(endpoint_groups.update(endpoint_groups.get(id), endpoint_group))

    @operation(policy="delete_endpoint_group", status=204)
    def destroy(self, request: Any, id: str) -> None:
        endpoint_groups.delete(endpoint_groups.get(id))

    @operation(policy="list_endpoints_associated_with_endpoint_group")
    def endpoints(self, request: Any, id: str) -> dict[str, Any]:
        rows = endpoint_groups.matching(endpoint_groups.get(id).filters)
        return self.collection("endpoints", [shown_endpoint(row, self.base_url) for row in rows])

    @operation(policy="list_projects_associated_with_endpoint_group")
    def projects(self, request: Any, id: str) -> dict[str, Any]:
        ids = ProjectEndpointGroup.objects.filter(group_id=id).values("project_id")
        rows = Project.objects.filter(pk__in=ids).order_by("pk").values()
        return self.collection("projects", shown_projects([*rows]))

    @operation(policy="get_endpoint_group_in_project")
    def check_project(self, request: Any, id: str, project_id: str) -> dict[str, Any]:
        project, group = projects.get(project_id), endpoint_groups.get(id)
        endpoint_groups.check_group(project, group)
        link = f"/{_PATH}/{id}/projects/{project_id}"
        return {
            "project_endpoint_group": {
                "endpoint_group_id": id,
                "project_id": project_id,
                "links": {"self": link},
            }
        }

    @operation(policy="add_endpoint_group_to_project", status=204)
    def add_project(self, request: Any, id: str, project_id: str) -> None:
        endpoint_groups.add_group(projects.get(project_id), endpoint_groups.get(id))

    @operation(policy="remove_endpoint_group_from_project", status=204)
    def remove_project(self, request: Any, id: str, project_id: str) -> None:
        endpoint_groups.remove_group(projects.get(project_id), endpoint_groups.get(id))

    def _answer(self, group: EndpointGroup) -> dict[str, Any]:
        return self.member("endpoint_group", _PATH, _shown(group))


class ProjectEndpointViewSet(IdentityViewSet):
    """The endpoints of a project."""

    @operation(policy="list_endpoints_for_project")
    def list(self, request: Any, project_id: str) -> dict[str, Any]:
        rows = endpoint_groups.endpoints_of(projects.get(project_id))
        return self.collection("endpoints", [shown_endpoint(row, self.base_url) for row in rows])

    @operation(policy="list_endpoint_groups_for_project")
    def groups(self, request: Any, project_id: str) -> dict[str, Any]:
        rows = endpoint_groups.groups_of(projects.get(project_id))
        return self.collection("endpoint_groups", [_shown(row) for row in rows], path=_PATH)

    @operation(policy="list_projects_for_endpoint")
    def projects(self, request: Any, endpoint_id: str) -> dict[str, Any]:
        services.get_endpoint(endpoint_id)
        ids = ProjectEndpoint.objects.filter(endpoint_id=endpoint_id).values("project_id")
        rows = Project.objects.filter(pk__in=ids).order_by("pk").values()
        return self.collection("projects", shown_projects([*rows]))

    @operation(policy="check_endpoint_in_project", status=204)
    def check(self, request: Any, project_id: str, endpoint_id: str) -> None:
        endpoint = services.get_endpoint(endpoint_id)
        endpoint_groups.check_endpoint(projects.get(project_id), endpoint)

    @operation(policy="add_endpoint_to_project", status=204)
    def add(self, request: Any, project_id: str, endpoint_id: str) -> None:
        endpoint = services.get_endpoint(endpoint_id)
        endpoint_groups.add_endpoint(projects.get(project_id), endpoint)

    @operation(policy="remove_endpoint_from_project", status=204)
    def remove(self, request: Any, project_id: str, endpoint_id: str) -> None:
        endpoint_groups.remove_endpoint(project_id, endpoint_id)
