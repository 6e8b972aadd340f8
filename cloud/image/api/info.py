"""What this Image can do: versions, schemas, stores, import methods.  /v2/info, /v2/schemas"""

from typing import Any

from django.http import HttpResponse

from cloud.image import store, uploads
from cloud.image.api import schemas
from cloud.image.api.base import ImageServiceViewSet, Without405
from cloud.image.api.metadef_schemas import METADEFS
from versioned.operation import operation

# Glance: what it lists with stores and a cache of images enabled.
VERSIONS = tuple(f"2.{minor}" for minor in range(18, -1, -1))
CURRENT = VERSIONS[0]


class VersionsViewSet(ImageServiceViewSet):
    """/ and /versions"""

    parses = frozenset()
    ignores = frozenset({"choices", "list", "healthy", "redirected"})

    def check_url(self, kwargs: dict[str, Any]) -> None:
        """Any method is as good as GET."""

    def _versions(self, request: Any) -> dict[str, Any]:
        href = request._request.build_absolute_uri("/") + "image/v2/"
        return {
            "versions": [
                {
                    "id": f"v{number}",
                    "status": "CURRENT" if number == CURRENT else "SUPPORTED",
                    "links": [{"rel": "self", "href": href}],
                }
                for number in VERSIONS
            ]
        }

    @operation(status=300)
    def choices(self, request: Any) -> Any:
        return self._versions(request)

    @operation()
    def list(self, request: Any) -> Any:
        return self._versions(request)

    @operation()
    def healthy(self, request: Any) -> HttpResponse:
        response = HttpResponse("OK", content_type="text/plain; charset=UTF-8")
        response.headers["Content-Length"] = "2"
        return response

    @operation()
    def redirected(self, request: Any) -> HttpResponse:
        """Send on to the root of the API, where nothing is."""
        response = HttpResponse(status=302, content_type="text/plain; charset=utf8")
        response.headers["Location"] = request._request.build_absolute_uri("/image/v2/")
        return response


class InfoViewSet(ImageServiceViewSet):
    """/v2/info"""

    @operation()
    def imports(self, request: Any) -> Any:
        return {
            "import-methods": {
                "description": "Import methods available.",
                "type": "array",
                "value": list(uploads.IMPORT_METHODS),
            }
        }

    def _stores(self) -> list[dict[str, Any]]:
        return [{"id": store.STORE, "description": "The folder of images", "default": "true"}]

    @operation()
    def stores(self, request: Any) -> Any:
        return {"stores": self._stores()}

    @operation(policy="stores_info_detail")
    def stores_detail(self, request: Any) -> Any:
        found = self._stores()
        found[0] |= {
            "type": "file",
            "weight": 0,
            "properties": {
                "data_dir": str(store.folder()),
                "chunk_size": 65536,
                "thin_provisioning": False,
            },
        }
        return {"stores": found}


class UsageViewSet(Without405):
    """/v2/info/usage"""

    parses = frozenset()
    drops = frozenset({"retrieve"})

    @operation()
    def retrieve(self, request: Any) -> Any:
        # Glance: without limits in Keystone there is nothing to tell.
        return {"usage": {}}


SCHEMAS: dict[str, dict[str, Any]] = {
    "image": schemas.IMAGE,
    "images": schemas.collection("images", schemas.IMAGE),
    "member": schemas.MEMBER,
    "members": schemas.collection("members", schemas.MEMBER, linked=False),
    "task": schemas.TASK,
    "tasks": schemas.collection("tasks", schemas.TASK_IN_LIST, linked=False),
    **{f"metadefs/{each}": schema for each, schema in METADEFS.items()},
}


class SchemasViewSet(ImageServiceViewSet):
    """/v2/schemas/{name}"""

    @operation()
    def retrieve(self, request: Any, name: str) -> Any:
        return SCHEMAS[name]
