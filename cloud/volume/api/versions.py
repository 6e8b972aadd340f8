"""The versions of Volume.  / and /v3/"""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from cloud.volume.api.base import VolumeServiceViewSet
from cloud.volume.api.history import HISTORY
from cloud.volume.errors import malformed
from versioned.operation import operation

UPDATED = "2023-08-31T00:00:00Z"


class VersionsViewSet(VolumeServiceViewSet):
    """/ and /v3/, the same for every method"""

    answers_head = True

    def _versions(self, request: Any) -> dict[str, Any]:
        if request.json is not None:
            # Cinder: the method takes no body.
            raise malformed()
        href = request._request.build_absolute_uri("/") + "volume/v3/"
        return {
            "versions": [
                {
                    "id": "v3.0",
                    "status": "CURRENT",
                    "version": HISTORY[-1][0],
                    "min_version": HISTORY[0][0],
                    "updated": UPDATED,
                    "links": [
                        {
                            "rel": "describedby",
                            "type": "text/html",
                            "href": "https://docs.openstack.org/",
                        },
                        {"rel": "self", "href": href},
                    ],
                    "media-types": [
                        {
                            "base": "application/json",
                            "type": "application/vnd.openstack.volume+json;version=3",
                        }
                    ],
                }
            ]
        }

    @operation(status=300)
    def choices(self, request: Any) -> Any:
        return self._versions(request)

    @operation()
    def retrieve(self, request: Any) -> Any:
        return self._versions(request)


class VersionsMovedViewSet(VersionsViewSet):
    """/v3, which is no place of its own"""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return HttpResponse(
            status=302,
            content_type="text/plain; charset=utf8",
            headers={"Location": request.build_absolute_uri("/") + "volume/v3/"},
        )


def healthcheck(request: Any) -> HttpResponse:
    """/healthcheck, as oslo.middleware answers while nothing disables it"""
    return HttpResponse(b"OK", content_type="text/plain; charset=UTF-8")
