"""What the caller's token could be used for.  /v3/auth/projects, domains, system, catalog"""

from typing import Any

from cloud.identity import scopes, validation
from cloud.identity.api.base import IdentityViewSet
from cloud.identity.api.domains import shown as shown_domain
from cloud.identity.api.projects import shown_many as shown_projects
from cloud.identity.errors import Forbidden
from cloud.identity.models import Project
from versioned.operation import operation


class AuthViewSet(IdentityViewSet):
    """The scopes that the caller may ask for, and the catalog."""

    @operation(policy="get_auth_projects")
    def projects(self, request: Any) -> dict[str, Any]:
        # Keystone: disabled ones, too, though nobody gets a token for them.
        ids = scopes.projects_of(self.context.user_id or "")
        rows = Project.objects.filter(pk__in=ids).order_by("pk").values()
        return self.collection("projects", shown_projects(list(rows)))

    @operation(policy="get_auth_domains")
    def domains(self, request: Any) -> dict[str, Any]:
        ids = scopes.domains_of(self.context.user_id or "")
        rows = Project.objects.filter(pk__in=ids).order_by("pk").values()
        return self.collection("domains", [shown_domain(row, ()) for row in rows])

    @operation(policy="get_auth_system")
    def system(self, request: Any) -> dict[str, Any]:
        granted = scopes.on_system(self.context.user_id or "")
        return {
            "system": [{"all": True}] if granted else [],
            "links": {"self": self.link("auth", "system")},
        }

    @operation(policy="get_auth_catalog")
    def catalog(self, request: Any) -> dict[str, Any]:
        context = self.context
        if context.project_id is None:
            raise Forbidden("You are not authorized to perform the requested action.")
        return {
            "catalog": validation.catalog(context.project_id, self.base_url, context.user_id),
            "links": {"self": self.link("auth", "catalog")},
        }
