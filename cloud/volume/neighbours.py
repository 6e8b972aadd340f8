"""What Volume needs of Image and Compute, reached only through what the settings name.

`VOLUME_IMAGE_CLIENT` and `VOLUME_COMPUTE_CLIENT` are dotted paths to an object (or a module) with
the functions of the protocols below; None, the default, means that there is no such neighbour.
"""

from typing import Any, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from middleware.context import RequestContext


class ImageClient(Protocol):
    """What Volume asks of Image; an image is a dictionary as GET /v2/images/{id} shows it."""

    def show(self, context: RequestContext, image_id: str) -> dict[str, Any] | None: ...

    def named(self, context: RequestContext, name: str) -> list[dict[str, Any]]: ...

    def create(self, context: RequestContext, values: dict[str, Any]) -> dict[str, Any]: ...

    def upload(self, context: RequestContext, image_id: str, data: bytes) -> None: ...


class ComputeClient(Protocol):
    """What Volume tells Compute, and asks of it."""

    def is_attached(
        self, context: RequestContext, server_id: str, volume_id: str, attachment_id: str
    ) -> bool: ...

    def volume_extended(
        self, context: RequestContext, server_ids: list[str], volume_id: str
    ) -> None: ...

    def volume_reimaged(
        self, context: RequestContext, server_ids: list[str], volume_id: str
    ) -> None: ...


def _client(setting: str) -> Any:
    path = getattr(settings, setting, None)
    if path is None:
        return None
    found = import_string(path)
    return found() if isinstance(found, type) else found


def images() -> ImageClient | None:
    return cast("ImageClient | None", _client("VOLUME_IMAGE_CLIENT"))


def compute() -> ComputeClient | None:
    return cast("ComputeClient | None", _client("VOLUME_COMPUTE_CLIENT"))
