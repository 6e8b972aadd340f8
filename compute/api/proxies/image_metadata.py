"""Properties of images, until 2.38.  /images/{image_id}/metadata"""

from typing import Any

from compute.api import types
from compute.api.proxies.base import LAST_OF_METADATA, STUMBLES, ProxyViewSet
from compute.api.proxies.images import find
from compute.clients.image import image
from compute.domain import server_quota
from compute.domain.errors import BadRequest, Forbidden, NotFound
from compute.domain.images import properties_of
from versioned.operation import operation

_ALL = types.closed({"metadata": types.metadata}, ["metadata"])
_ONE = types.closed({"meta": {**types.metadata, "minProperties": 1, "maxProperties": 1}}, ["meta"])

Items = dict[str, str]


class NoItem(NotFound):
    message = "The resource could not be found."


class InvalidKey(NotFound):
    message = "Invalid metadata key"


class TooMany(Forbidden):
    message = "Image metadata limit exceeded"


class ImageMetadataViewSet(ProxyViewSet):
    @operation(query=STUMBLES, until=LAST_OF_METADATA)
    def list(self, request: Any, image_id: str) -> Any:
        return {"metadata": find(request, image_id)["properties"]}

    @operation(query=STUMBLES, until=LAST_OF_METADATA)
    def retrieve(self, request: Any, image_id: str, key: str) -> Any:
        items = find(request, image_id)["properties"]
        if key not in items:
            raise NoItem
        return {"meta": {key: items[key]}}

    @operation(body=_ALL, until=LAST_OF_METADATA)
    def create(self, request: Any, image_id: str, metadata: Items) -> Any:
        return {"metadata": self._set(image_id, metadata, keeps=True)}

    @operation(body=_ALL, until=LAST_OF_METADATA)
    def replace(self, request: Any, image_id: str, metadata: Items) -> Any:
        self._set(image_id, metadata, keeps=False)
        return {"metadata": metadata}

    @operation(body=_ONE, until=LAST_OF_METADATA)
    def update(self, request: Any, image_id: str, key: str, meta: Items) -> Any:
        if key not in meta:
            raise BadRequest("Request body and URI mismatch")
        self._set(image_id, {key: meta[key]}, keeps=True)
        return {"meta": meta}

    @operation(status=204, until=LAST_OF_METADATA)
    def destroy(self, request: Any, image_id: str, key: str) -> None:
        if key not in find(request, image_id)["properties"]:
            raise InvalidKey
        image().update(request.context, image_id, {}, [key])

    def _set(self, image_id: str, items: Items, *, keeps: bool) -> Items:
        """Set properties beside the others, or in place of them; return all."""
        held = find(self.request, image_id)["properties"]
        try:
            server_quota.check_metadata(self.context, {**held, **items} if keeps else items)
        except Forbidden as exc:
            raise TooMany from exc
        removed = [] if keeps else sorted(held.keys() - items.keys())
        if not items and not removed:
            return dict(held)
        return properties_of(image().update(self.context, image_id, items, removed))
