"""Which versions there are.  / and /v3"""

from typing import Any

from django.http import HttpResponse
from django.urls import resolve

from cloud.identity.api.base import PREFIX, IdentityViewSet
from cloud.identity.errors import NotAllowed
from versioned import wire
from versioned.operation import operation

_JSON = "application/vnd.openstack.identity-v3+json"
_NOWHERE = (
    "The requested URL was not found on the server. If you entered the URL manually please check "
    "your spelling and try again."
)


class _OpenViewSet(IdentityViewSet):
    """What everybody may ask, whatever their token, and what is told as a page when it fails."""

    def identify(self, request: Any) -> None:
        # Keystone: looks at a token only where somebody is asked for.
        return

    def check_media_type(self, request: Any) -> None:
        return

    def read_body(self, request: Any) -> dict[str, Any]:
        return {}

    def refuse_method(self) -> HttpResponse:
        response = _page(405, "Method Not Allowed", NotAllowed().message)
        response.headers["Allow"] = ", ".join(self.allowed_methods)
        return response


def _page(status: int, title: str, text: str) -> HttpResponse:
    """A refusal in HTML, as Keystone's framework words it."""
    response = HttpResponse(
        f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n"
        f"<h1>{title}</h1>\n<p>{text}</p>\n",
        status=status,
    )
    response.headers["Content-Length"] = str(len(response.content))
    return response


class DiscoveryViewSet(_OpenViewSet):
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


class NowhereViewSet(_OpenViewSet):
    """Every path that nothing else answers."""

    @operation()
    def missing(self, request: Any) -> Any:
        # Keystone: a slash at the end says nothing.
        path, asked = request.path.rstrip("/"), request._request
        if path != request.path:
            found = resolve(path)
            if getattr(found.func, "cls", None) is not NowhereViewSet:
                asked.path = asked.path_info = path
                return found.func(asked, *found.args, **found.kwargs)
        return _page(404, "Not Found", _NOWHERE)
