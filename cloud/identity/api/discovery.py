"""Which versions there are.  / and /v3"""

from typing import Any

from django.urls import resolve

from cloud.identity.api.base import PREFIX, IdentityViewSet
from cloud.identity.errors import NotFound
from versioned import wire
from versioned.operation import operation

_JSON = "application/vnd.openstack.identity-v3+json"


class DiscoveryViewSet(IdentityViewSet):
    """What keystoneauth reads first."""

    @operation()
    def versions(self, request: Any) -> Any:
        # Keystone: one version is a choice too, hence the 300.
        response = wire.json_response({"versions": {"values": [self._version()]}}, 300)
        response.headers["Location"] = self._url()
        return response

    @operation()
    def version(self, request: Any) -> dict[str, Any]:
        return {"version": self._version()}

    def _url(self) -> str:
        return f"{self.base_url}{PREFIX}/v3/"

    def _version(self) -> dict[str, Any]:
        return {
            "id": "v3.14",
            "status": "stable",
            "updated": "2020-04-07T00:00:00Z",
            "links": [{"rel": "self", "href": self._url()}],
            "media-types": [{"base": "application/json", "type": _JSON}],
        }


class NowhereViewSet(IdentityViewSet):
    """Every path that nothing else answers."""

    @operation()
    def missing(self, request: Any) -> Any:
        # Keystone: a slash at the end says nothing.
        path = request.path.rstrip("/")
        if path != request.path:
            found = resolve(path)
            if getattr(found.func, "cls", None) is NowhereViewSet:
                raise _nowhere()
            return found.func(request._request, *found.args, **found.kwargs)
        raise _nowhere()


def _nowhere() -> NotFound:
    return NotFound(
        "The requested URL was not found on the server. If you entered the URL manually "
        "please check your spelling and try again."
    )
