"""The identity headers become `request.context`."""

from functools import lru_cache

from django.http.response import HttpResponseBase

from middleware.base import Middleware, Request
from middleware.context import RequestContext
from middleware.webob_errors import page


class KeystoneContext(Middleware):
    """Build the caller's context; 401 when nobody is there."""

    name = "keystone_context"

    def handle(self, request: Request) -> HttpResponseBase:
        get = request.META.get
        user_id = get("HTTP_X_USER_ID") or get("HTTP_X_USER")
        if not user_id:
            return page(request, 401)
        roles, is_admin = roles_of(get("HTTP_X_ROLES") or get("HTTP_X_ROLE") or "")
        token_info = get("keystone.token_info")
        request.context = RequestContext(
            user_id=user_id,
            project_id=get("HTTP_X_PROJECT_ID"),
            roles=roles,
            is_admin=is_admin,
            user_name=get("HTTP_X_USER_NAME"),
            project_name=get("HTTP_X_PROJECT_NAME"),
            user_domain_id=get("HTTP_X_USER_DOMAIN_ID"),
            user_domain_name=get("HTTP_X_USER_DOMAIN_NAME"),
            project_domain_id=get("HTTP_X_PROJECT_DOMAIN_ID"),
            project_domain_name=get("HTTP_X_PROJECT_DOMAIN_NAME"),
            domain_id=get("HTTP_X_DOMAIN_ID"),
            domain_name=get("HTTP_X_DOMAIN_NAME"),
            system_scope=get("HTTP_OPENSTACK_SYSTEM_SCOPE"),
            is_admin_project=get("HTTP_X_IS_ADMIN_PROJECT", "True").lower() == "true",
            service_user_id=get("HTTP_X_SERVICE_USER_ID"),
            service_project_id=get("HTTP_X_SERVICE_PROJECT_ID"),
            service_roles=roles_of(get("HTTP_X_SERVICE_ROLES") or "")[0],
            auth_token=get("HTTP_X_AUTH_TOKEN") or get("HTTP_X_STORAGE_TOKEN"),
            token=token_info["token"] if token_info else None,
            request_id=get("openstack.request_id", ""),
            global_request_id=get("openstack.global_request_id"),
            remote_address=get("REMOTE_ADDR"),
        )
        return self.get_response(request)


@lru_cache(maxsize=1024)
def roles_of(header: str) -> tuple[tuple[str, ...], bool]:
    """The roles of a header, and whether they make an administrator (rule context_is_admin)."""
    roles = tuple(role.strip() for role in header.split(",")) if header else ()
    return roles, any(role.lower() == "admin" for role in roles)
