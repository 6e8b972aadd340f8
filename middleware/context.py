"""Who asks: the caller of a request, as `request.context`."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class RequestContext:
    """The caller's identity, scope and roles, and the ids of the request.

    `keystone_context` makes one from the headers that `authtoken` sets; services read it as
    `request.context`.  Domain code makes its own for work of the cloud itself.
    """

    user_id: str | None = None
    project_id: str | None = None
    roles: tuple[str, ...] = ()
    is_admin: bool = False
    user_name: str | None = None
    project_name: str | None = None
    user_domain_id: str | None = None
    user_domain_name: str | None = None
    project_domain_id: str | None = None
    project_domain_name: str | None = None
    domain_id: str | None = None
    domain_name: str | None = None
    system_scope: str | None = None
    is_admin_project: bool = True
    service_user_id: str | None = None
    service_project_id: str | None = None
    service_roles: tuple[str, ...] = ()
    auth_token: str | None = field(default=None, repr=False)
    # The token's body as Keystone shows it, when it came from a token.
    token: dict[str, Any] | None = field(default=None, repr=False)
    request_id: str = ""
    global_request_id: str | None = None
    remote_address: str | None = None
    # What a service wants to keep for the length of one request.
    cache: dict[str, Any] = field(default_factory=dict, repr=False)

    def to_policy_values(self) -> dict[str, Any]:
        """The credentials that oslo.policy checks rules against."""
        return {
            "user_id": self.user_id,
            "project_id": self.project_id,
            "roles": list(self.roles),
            "is_admin": self.is_admin,
            "user_domain_id": self.user_domain_id,
            "project_domain_id": self.project_domain_id,
            "domain_id": self.domain_id,
            "system_scope": self.system_scope,
            "is_admin_project": self.is_admin_project,
            "service_user_id": self.service_user_id,
            "service_project_id": self.service_project_id,
            "service_roles": list(self.service_roles),
        }
