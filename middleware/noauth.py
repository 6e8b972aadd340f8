"""noauth2: whoever says so is that user.  For development; `check` warns of it.

Other machines are believed only where NOAUTH_BEYOND_LOOPBACK says so, and runserver listens for
them only where it is told so, too.
# Nova: gone since 21.0.0; this is what it did until then.
"""

from ipaddress import ip_address
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from middleware.base import GetResponse, Middleware, Request
from middleware.conf import conf
from middleware.context import RequestContext
from middleware.webob_errors import page


class NoAuth(Middleware):
    """Read a token as `user:project`; answer requests without a token with one."""

    name = "noauth"

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.believes_all = conf.noauth_beyond_loopback

    def handle(self, request: Request) -> HttpResponseBase:
        meta = request.META
        if not self.believes_all and not comes_from_here(meta):
            return page(request, 403, detail="noauth2 believes this machine only.")
        token = meta.get("HTTP_X_AUTH_TOKEN")
        if token is None:
            return self._issue(request)
        user_id, _, project_id = token.partition(":")
        is_admin = user_id == "admin"
        request.context = RequestContext(
            user_id=user_id,
            project_id=project_id or user_id,
            roles=("admin", "manager", "member", "reader") if is_admin else ("member", "reader"),
            is_admin=is_admin,
            user_name=user_id,
            project_name=project_id or user_id,
            auth_token=token,
            request_id=meta.get("openstack.request_id", ""),
            global_request_id=meta.get("openstack.global_request_id"),
            remote_address=meta.get("REMOTE_ADDR"),
        )
        return self.get_response(request)

    def _issue(self, request: Request) -> HttpResponse:
        user_id = request.META.get("HTTP_X_AUTH_USER", "admin")
        project_id = request.META.get("HTTP_X_AUTH_PROJECT_ID", "admin")
        url = request.build_absolute_uri(request.path).rstrip("/")
        if request.pipeline == "api_legacy":
            url = f"{url}/{project_id}"
        return HttpResponse(
            status=204,
            content_type="text/plain",
            headers={
                "X-Auth-Token": f"{user_id}:{project_id}",
                "X-Server-Management-Url": url,
                "Content-Length": "0",
            },
        )


def comes_from_here(meta: dict[str, Any]) -> bool:
    """Whether a request comes from this machine, also by what a proxy on it says of others."""
    said = f"{meta.get('REMOTE_ADDR', '')},{meta.get('HTTP_X_FORWARDED_FOR') or ''}"
    addresses = [meta.get("kilonova.peer"), *said.split(",")]
    return bool(meta.get("REMOTE_ADDR")) and all(
        is_loopback(address.strip()) for address in addresses if address and address.strip()
    )


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own; a name other than localhost is not."""
    if address == "localhost":
        return True
    try:
        found = ip_address(address.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback
