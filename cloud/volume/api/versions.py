"""The versions of Volume.  / and /v3/"""

from typing import Any

from cloud.volume.api.base import VolumeServiceViewSet
from cloud.volume.api.history import HISTORY
from versioned.operation import operation

UPDATED = "2023-08-31T00:00:00Z"


class VersionsViewSet(VolumeServiceViewSet):
    """/ and /v3/"""

    def _versions(self, request: Any) -> dict[str, Any]:
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
