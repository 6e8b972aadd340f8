"""The version document, for everybody.  /"""

from typing import Any

from django.utils import timezone

from cloud.placement.api.base import PlacementViewSet
from cloud.placement.api.faults import Fault
from cloud.placement.api.history import FIRST, LAST
from versioned.operation import operation
from versioned.versions import show


class RootViewSet(PlacementViewSet):
    is_public = True

    @operation()
    def retrieve(self, request: Any) -> Any:
        self.modified(timezone.now())
        return {
            "versions": [
                {
                    "id": f"v{show(FIRST)}",
                    "max_version": show(LAST),
                    "min_version": show(FIRST),
                    "status": "CURRENT",
                    # Placement: relative, so that it need not know what proxies call it.
                    "links": [{"rel": "self", "href": ""}],
                }
            ]
        }


class NowhereViewSet(PlacementViewSet):
    """Every path that has no row: 404, in Placement's words."""

    METHODS = ("get", "post", "put", "patch", "delete", "head", "options")

    def _methods(self) -> list[str]:
        return list(self.METHODS)

    def nowhere(self, request: Any) -> Any:
        raise Fault(404, varies=False)
