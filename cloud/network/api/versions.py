"""Version documents, the resources of v2.0, and what is not routed.  /, /v2.0"""

from typing import Any, ClassVar

from django.http import HttpResponse

from cloud.network import errors
from cloud.network.api.base import NetworkViewSet, fault
from versioned.operation import operation


class VersionViewSet(NetworkViewSet):
    """`collections` are (plural on the path, member) pairs, filled in by urls.py."""

    collections: ClassVar[list[tuple[str, str]]] = []

    @operation()
    def list(self, request: Any) -> Any:
        """List the versions: there is one."""
        link = {"rel": "self", "href": f"{self.base_url}/"}
        return {"versions": [{"id": "v2.0", "status": "CURRENT", "links": [link]}]}

    @operation()
    def resources(self, request: Any) -> Any:
        """List the collections of v2.0."""
        return {
            "resources": [
                {
                    "name": member,
                    "collection": path.replace("-", "_"),
                    "links": [{"rel": "self", "href": f"{self.base_url}/{path}"}],
                }
                for path, member in self.collections
            ]
        }


def not_found(request: Any, **url: str) -> HttpResponse:
    """Answer a path that leads nowhere."""
    return fault(errors.HTTPNotFound("The resource could not be found."))
