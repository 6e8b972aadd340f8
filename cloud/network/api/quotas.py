"""Quotas of projects.  /v2.0/quotas"""

from typing import Any

from cloud.network import errors
from cloud.network.api import converters
from cloud.network.api.base import NetworkViewSet
from cloud.network.domain import quotas
from versioned.operation import operation


class QuotaViewSet(NetworkViewSet):
    def project(self, rule: str, project_id: str) -> str:
        """Let a project read its own limits; ask the policy for everything else."""
        own = self.context.project_id
        if rule != "get_quota":
            self.demand(rule, {"project_id": project_id})
        elif project_id != own:
            # Neutron: the rule is asked of the caller's own project, whichever it asks about.
            self.demand(rule, {"project_id": own})
        return project_id

    @operation()
    def list(self, request: Any) -> Any:
        """List the projects with limits of their own."""
        # Neutron: the rule is asked of the caller's own project, though it shows others', too.
        self.demand("get_quota", {"project_id": self.context.project_id})
        return {"quotas": quotas.listed()}

    @operation(status=201)
    def create(self, request: Any) -> Any:
        """Refuse: limits are only changed."""
        raise errors.HTTPNotImplemented("POST requests are not supported on this resource.")

    def own(self, word: str) -> Any:
        id = self.context.project_id
        if id is None:
            raise errors.QuotaMissingTenant
        return {word: {f"{word}_id": id}}

    @operation()
    def tenant(self, request: Any) -> Any:
        """Tell the caller's project, under its old name."""
        return self.own("tenant")

    @operation()
    def own_project(self, request: Any) -> Any:
        """Tell the caller's project."""
        return self.own("project")

    @operation()
    def retrieve(self, request: Any, *, project_id: str) -> Any:
        """Show a project's limits."""
        return {"quota": quotas.limits(self.project("get_quota", project_id))}

    @operation()
    def defaults(self, request: Any, *, project_id: str) -> Any:
        """Show the limits of a project without its own."""
        self.project("get_quota", project_id)
        return {"quota": quotas.defaults()}

    @operation()
    def details(self, request: Any, *, project_id: str) -> Any:
        """Show limits and what is used of them."""
        return {"quota": quotas.details(self.project("get_quota", project_id))}

    @operation()
    def update(self, request: Any, *, project_id: str) -> Any:
        """Give a project limits of its own."""
        self.project("update_quota", project_id)
        body = request.json
        given = body.get("quota") if isinstance(body, dict) else None
        if not isinstance(given, dict):
            raise errors.HTTPBadRequest("Unable to find 'quota' in request body")
        given = dict(given)
        force = converters.to_bool(given.pop("force", False))
        given.pop("check_limit", None)
        unknown = [name for name in given if name not in quotas.defaults()]
        if "project_id" in unknown:
            unknown.append("tenant_id")
        if unknown:
            raise errors.HTTPBadRequest(f"Unrecognized attribute(s) '{', '.join(unknown)}'")
        wanted = {name: self.limit(name, value) for name, value in given.items()}
        quotas.change(project_id, wanted, force=force)
        return {"quota": quotas.limits(project_id)}

    def limit(self, name: str, value: Any) -> int:
        number = converters.to_int(value)
        if not -1 <= number <= 2147483647:
            word, edge = ("small - must be at least", -1) if number < -1 else (
                "large - must be no larger than", 2147483647
            )  # fmt: skip
            raise errors.HTTPBadRequest(
                f"Invalid input for {name}. Reason: '{number}' is too {word} '{edge}'."
            )
        return number

    @operation(status=204)
    def destroy(self, request: Any, *, project_id: str) -> Any:
        """Go back to the defaults."""
        quotas.reset(self.project("delete_quota", project_id))
