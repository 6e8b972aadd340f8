"""The Image service, version 2 of its API."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from compute.clients.base import Client, Refusals
from compute.clients.errors import ImageNotAuthorized, ImageNotFound, ImageQuotaExceeded
from middleware.context import RequestContext

Image = dict[str, Any]
Members = list[dict[str, Any]]


def _about(image_id: str) -> Refusals:
    return {
        403: lambda _: ImageNotAuthorized(image_id=image_id),
        404: lambda _: ImageNotFound(image_id=image_id),
        413: lambda _: ImageQuotaExceeded(image_id=image_id),
    }


class ImageClient(Client):
    service = "image"
    # As Nova's client library: refusals come as pages, and are passed on as these spell them.
    headers: ClassVar[Mapping[str, str]] = {"Accept": "*/*"}

    def list(self, context: RequestContext, **filters: Any) -> list[Image]:
        """All images that the caller sees and that match, page by page."""
        images: list[Image] = []
        limit = int(filters.pop("limit", 0) or 0)
        query = {name: value for name, value in filters.items() if value is not None}
        while True:
            if limit:
                query["limit"] = limit - len(images)
            page = self._ask(context, "GET", "/v2/images", query=query)
            images += page["images"]
            if not page.get("next") or not page["images"] or (limit and len(images) >= limit):
                return images
            query["marker"] = page["images"][-1]["id"]

    def show(self, context: RequestContext, image_id: str) -> Image:
        """The image as version 2 shows it: own properties stand beside the others."""
        return self._ask(context, "GET", f"/v2/images/{image_id}", refusals=_about(image_id))

    def create(self, context: RequestContext, **properties: Any) -> Image:
        return self._ask(context, "POST", "/v2/images", body=properties)

    def upload(self, context: RequestContext, image_id: str, content: bytes) -> None:
        self._ask(
            context,
            "PUT",
            f"/v2/images/{image_id}/file",
            body=content,
            headers={"Content-Type": "application/octet-stream"},
            refusals=_about(image_id),
        )

    def download(self, context: RequestContext, image_id: str) -> bytes:
        content = self._ask(
            context, "GET", f"/v2/images/{image_id}/file", refusals=_about(image_id)
        )
        return content or b""

    def update(
        self,
        context: RequestContext,
        image_id: str,
        changes: Mapping[str, Any],
        removed: Iterable[str] = (),
    ) -> Image:
        """Set the properties in `changes` and take the `removed` ones away."""
        patch: list[dict[str, Any]] = [
            {"op": "add", "path": "/" + name.replace("~", "~0").replace("/", "~1"), "value": value}
            for name, value in changes.items()
        ]
        patch += [
            {"op": "remove", "path": "/" + name.replace("~", "~0").replace("/", "~1")}
            for name in removed
        ]
        return self._ask(
            context,
            "PATCH",
            f"/v2/images/{image_id}",
            body=patch,
            headers={"Content-Type": "application/openstack-images-v2.1-json-patch"},
            refusals=_about(image_id),
        )

    def delete(self, context: RequestContext, image_id: str) -> None:
        self._ask(context, "DELETE", f"/v2/images/{image_id}", refusals=_about(image_id))

    def members(self, context: RequestContext, image_id: str) -> Members:
        body = self._ask(
            context, "GET", f"/v2/images/{image_id}/members", refusals=_about(image_id)
        )
        return body["members"]


def quoted(words: str) -> str:
    """Image's words, which begin with a title, as Nova's client library for it passes them on."""
    code = words[:3]
    title = f"{code} {HTTPStatus(int(code)).phrase}" if code.isdigit() else ""
    if not title or not words.startswith(title):
        return words
    while words.startswith(title):
        words = words.removeprefix(title).strip()
    return f"HTTP {title}: {words}"


_IMAGE = ImageClient()


def image() -> ImageClient:
    """The Image service's client."""
    return _IMAGE
