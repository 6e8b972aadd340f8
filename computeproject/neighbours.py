"""How the embedded neighbours reach one another: Volume asks Image through compute's client."""

from typing import Any

from compute.clients.image import image
from compute.domain.errors import BadRequest, Forbidden, ImageNotFound
from middleware.context import RequestContext


class Images:
    """Image as Volume needs it (cloud.volume.neighbours)."""

    def show(self, context: RequestContext, image_id: str) -> dict[str, Any] | None:
        try:
            return image().show(context, image_id)
        except (ImageNotFound, Forbidden):
            return None

    def named(self, context: RequestContext, name: str) -> list[dict[str, Any]]:
        try:
            return image().list(context, name=name, limit=2)
        except (BadRequest, Forbidden):
            # A name that Image takes for an operator of its filters; or somebody who may read none.
            return []

    def create(self, context: RequestContext, values: dict[str, Any]) -> dict[str, Any]:
        return image().create(context, **values)

    def upload(self, context: RequestContext, image_id: str, data: bytes) -> None:
        image().upload(context, image_id, data)
