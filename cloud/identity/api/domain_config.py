"""Configuration of domains.  /v3/domains/{id}/config and /v3/domains/config/…/default"""

from typing import Any

from cloud.identity import domain_options, projects
from cloud.identity.api.base import IdentityViewSet
from versioned.operation import operation


class DomainConfigViewSet(IdentityViewSet):
    """A domain's options, all, by group, or one."""

    @operation(policy="create_domain_config")
    def create(self, request: Any, domain_id: str) -> Any:
        config, is_first = domain_options.create(
            projects.get_domain(domain_id), request.json.get("config", {})
        )
        return self.respond({"config": config}, 201 if is_first else 200)

    @operation(policy="get_domain_config", target="found")
    def retrieve(
        self, request: Any, domain_id: str, group: str | None = None, option: str | None = None
    ) -> dict[str, Any]:
        if group == domain_options.COMPLIANCE:
            self.authorize(rule="get_security_compliance_domain_config")
            return {"config": domain_options.compliance(domain_id, option)}
        self.authorize()
        projects.get_domain(domain_id)
        return {"config": domain_options.get(domain_id, group, option)}

    @operation(policy="update_domain_config")
    def update(
        self, request: Any, domain_id: str, group: str | None = None, option: str | None = None
    ) -> dict[str, Any]:
        domain = projects.get_domain(domain_id)
        config = request.json.get("config", {})
        return {"config": domain_options.update(domain, config, group, option)}

    @operation(policy="delete_domain_config", status=204)
    def destroy(
        self, request: Any, domain_id: str, group: str | None = None, option: str | None = None
    ) -> None:
        domain_options.delete(projects.get_domain(domain_id), group, option)

    @operation(policy="get_domain_config_default")
    def default(
        self, request: Any, group: str | None = None, option: str | None = None
    ) -> dict[str, Any]:
        return {"config": domain_options.default(group, option)}
