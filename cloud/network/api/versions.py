"""Version documents, the resources of v2.0, and what is not routed.  /, /v2.0"""

from typing import Any

from django.http import HttpResponse
from rest_framework.exceptions import MethodNotAllowed

from cloud.network import errors
from cloud.network.api.base import NetworkViewSet, fault
from versioned.operation import operation


class VersionViewSet(NetworkViewSet):
    @operation()
    def list(self, request: Any) -> Any:
        """List the versions: there is one."""
        link = {"rel": "self", "href": f"{self.base_url}/"}
        return {"versions": [{"id": "v2.0", "status": "CURRENT", "links": [link]}]}

    @operation()
    def resources(self, request: Any) -> Any:
        """List the core collections of v2.0."""
        return {
            "resources": [
                {
                    "name": path.removesuffix("s"),
                    "collection": path,
                    "links": [{"rel": "self", "href": f"{self.base_url}/{path}"}],
                }
                for path in ("networks", "subnets", "subnetpools", "ports")
            ]
        }

    def handle_exception(self, exc: Exception) -> Any:  # type: ignore[override]
        if isinstance(exc, MethodNotAllowed) and not self.request.path.startswith("/network/v2.0"):
            text = f"The method {self.request.method} is not allowed for this resource. \n\n "
            return _plain(405, "Method Not Allowed", text)
        return super().handle_exception(exc)


def not_found(request: Any, **url: str) -> HttpResponse:
    """Answer a path that leads nowhere."""
    text = "The resource could not be found."
    if request.path.startswith("/network/v2.0"):
        return fault(errors.HTTPNotFound(text))
    return _plain(404, "Not Found", f"{text}\n\n   ")


def _plain(status: int, title: str, text: str) -> HttpResponse:
    """What the router before Neutron's versions says."""
    return HttpResponse(
        f"{status} {title}\n\n{text}", status=status, content_type="text/plain; charset=UTF-8"
    )
