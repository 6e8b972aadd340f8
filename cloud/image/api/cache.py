"""Images that are kept at hand, and those that wait to be.  /v2/cache"""

from typing import Any

from cloud.image import cache, policies
from cloud.image.api.base import ImageServiceViewSet
from cloud.image.errors import BadRequest, NotFound
from versioned.operation import operation

# Where images are cached; there is one node.
NODE = "http://127.0.0.1:9292"
_TARGETS = ("", "cache", "queue")


class CacheViewSet(ImageServiceViewSet):
    """/v2/cache"""

    parses = frozenset()
    drops = frozenset({"clear", "create", "destroy", "clean", "prune"})

    def enforce(self, rule: str, target: Any) -> None:
        # Glance: that one may not see the image makes no difference.
        policies.enforce(rule, self.context, target)

    def existing(self, image_id: str) -> dict[str, Any]:
        try:
            return self.find(image_id)
        except NotFound:
            raise NotFound(f"Image {image_id} not found.") from None

    @operation(policy="cache_list")
    def list(self, request: Any) -> Any:
        return {"cached_images": cache.cached(), "queued_images": []}

    @operation(policy="cache_delete", status=204)
    def clear(self, request: Any) -> None:
        target = request.META.get("HTTP_X_IMAGE_CACHE_CLEAR_TARGET", "").lower()
        if target not in _TARGETS:
            raise BadRequest(
                "If provided 'x-image-cache-clear-target' must be 'cache', 'queue' or empty string."
            )
        if target != "queue":
            cache.clear()

    @operation(policy="list_cached_nodes")
    def nodes(self, request: Any, image_id: str) -> Any:
        self.existing(image_id)
        return self.json([NODE] if cache.has(image_id) else [])

    @operation(policy="cache_clean")
    def clean(self, request: Any) -> None:
        """Nothing is ever left half done."""

    @operation(policy="cache_prune")
    def prune(self, request: Any) -> Any:
        # There is room for every image, as each lies on the disk already.
        return {"total_files_pruned": 0, "total_bytes_pruned": 0}


class CachedImageViewSet(CacheViewSet):
    """/v2/cache/{image_id}"""

    allow = "DELETE, PUT"

    @operation(policy="cache_image", target="found", status=202)
    def create(self, request: Any, image_id: str) -> None:
        image = self.existing(image_id)
        self.authorize(image)
        if image["status"] != "active":
            raise BadRequest("Only images with status active can be targeted for queueing")
        cache.fetch(image_id)

    @operation(policy="cache_delete", target="found", status=204)
    def destroy(self, request: Any, image_id: str) -> None:
        try:
            image: dict[str, Any] | None = self.find(image_id)
        except NotFound:
            # Glance: what one may not see is not there, unless it is at hand.
            if not cache.has(image_id):
                raise NotFound(f"Image {image_id} not found.") from None
            image = None
        self.authorize(image)
        cache.drop(image_id)
