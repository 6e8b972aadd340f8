"""Images as Nova showed them, until 2.35.  /images"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from oslo_utils import strutils

from compute.api import paging, types
from compute.api.base import ComputeAsk
from compute.api.links import host_of
from compute.api.proxies.base import LAST, OPEN, ProxyViewSet
from compute.clients.errors import ImageNotAuthorized, ImageNotFound
from compute.clients.image import image, quoted
from compute.domain.errors import BadRequest, Forbidden, NotFound
from compute.domain.images import properties_of
from versioned.operation import operation
from versioned.shape import Attr, Shape

_STATUSES = {
    "active": "ACTIVE",
    "queued": "SAVING",
    "saving": "SAVING",
    "deleted": "DELETED",
    "pending_delete": "DELETED",
    "killed": "ERROR",
}
_PROGRESS = {"queued": 25, "saving": 50, "active": 100}
# Of Nova's filters, what Image calls them.
_FILTERS = {
    "name": "name",
    "status": "status",
    "changes-since": "updated_at",
    "server": "instance_uuid",
    "type": "image_type",
    "minRam": "min_ram",
    "minDisk": "min_disk",
}
_positive = types.many(types.positive_integer)
LIST: types.Type = {
    "type": "object",
    "properties": {
        **dict.fromkeys(_FILTERS, types.anything),
        "limit": _positive,
        "page_size": _positive,
        "marker": types.anything,
        "offset": _positive,
    },
    "patternProperties": {"^property-.*$": types.anything},
    "additionalProperties": True,
}


class NoImage(NotFound):
    message = "Image not found."


class NotYours(Forbidden):
    message = "You are not allowed to delete the image."


def _links(row: Mapping[str, Any], ask: ComputeAsk) -> list[dict[str, str]]:
    return [
        *ask.links.of("images", row["id"]),
        {
            "rel": "alternate",
            "type": "application/vnd.openstack.image",
            # Nova: the endpoint that discovery finds ends with a slash, and gets another.
            "href": f"{ask.related['image']['endpoint']}//images/{row['id']}",
        },
    ]


def _server(row: Mapping[str, Any], ask: ComputeAsk) -> dict[str, Any]:
    server_id = row["properties"]["instance_uuid"]
    return {"id": server_id, "links": ask.links.of("servers", server_id)}


def _disk_config(row: Mapping[str, Any], ask: ComputeAsk) -> str:
    is_auto = strutils.bool_from_string(row["properties"]["auto_disk_config"])
    return "AUTO" if is_auto else "MANUAL"


def _has(name: str) -> Any:
    return lambda row, ask: row["properties"].get(name) is not None


class ImageInList(Shape):
    id = Attr()
    name = Attr()
    links = Attr(_links)


class Image(Shape):
    id = Attr()
    name = Attr()
    minRam = Attr(lambda row, ask: int(row.get("min_ram") or 0))
    minDisk = Attr(lambda row, ask: int(row.get("min_disk") or 0))
    metadata = Attr("properties")
    created = Attr("created_at")
    updated = Attr("updated_at")
    status = Attr(lambda row, ask: _STATUSES.get(row["status"], "UNKNOWN"))
    progress = Attr(lambda row, ask: _PROGRESS.get(row["status"], 0))
    size = Attr(lambda row, ask: row.get("size") or 0, key="OS-EXT-IMG-SIZE:size")
    links = Attr(_links)
    server = Attr(_server, when=_has("instance_uuid"))
    disk_config = Attr(_disk_config, key="OS-DCF:diskConfig", when=_has("auto_disk_config"))


def find(request: Any, image_id: str) -> dict[str, Any]:
    try:
        record = image().show(request.context, image_id)
    except ImageNotFound as exc:
        raise NoImage from exc
    return {**record, "properties": properties_of(record)}


class ImageViewSet(ProxyViewSet):
    """Nova: no rule is asked here; Image decides."""

    @operation(query=LIST, until=LAST)
    def list(self, request: Any) -> Any:
        return self._list(ImageInList, "images")

    @operation(query=LIST, until=LAST)
    def detail(self, request: Any) -> Any:
        return self._list(Image, "images/detail")

    @operation(query=OPEN, until=LAST)
    def retrieve(self, request: Any, id: str) -> Any:
        return {"image": Image.render(find(request, id), self._ask)}

    @operation(status=204, until=LAST)
    def destroy(self, request: Any, id: str = "detail") -> None:
        try:
            image().delete(request.context, id)
        except ImageNotFound as exc:
            raise NoImage from exc
        except ImageNotAuthorized as exc:
            raise NotYours from exc

    def _list(self, shape: type[Shape], path: str) -> dict[str, Any]:
        request = self.request
        try:
            found = image().list(request.context, **_asked(request.params))
        except (BadRequest, Forbidden) as exc:
            raise type(exc)(quoted(exc.text)) from exc
        rows = [{**record, "properties": properties_of(record)} for record in found]
        answer: dict[str, Any] = {"images": shape.render_many(rows, self._ask)}
        most = min(paging.most(), paging.integer(request, "limit", paging.most()))
        if rows and len(rows) == most:
            answer["images_links"] = request.links.next(path, request.params, rows[-1]["id"])
        return answer

    @property
    def _ask(self) -> ComputeAsk:
        ask = self.ask
        elsewhere = getattr(settings, "NEIGHBOURS", {}).get("image")
        endpoint = elsewhere or f"{host_of(self.request._request)}/image"
        ask.related["image"] = {"endpoint": endpoint.rstrip("/")}
        return ask


def _asked(params: dict[str, Any]) -> dict[str, Any]:
    """The query as Image reads it; of a parameter given twice the last value counts."""
    last = {name: values[-1] for name, values in params.items()}
    # Nova: a marker without text does not get to Image.
    asked: dict[str, Any] = {name: last[name] for name in ("limit", "marker") if last.get(name)}
    for name, value in last.items():
        if name in _FILTERS:
            asked[_FILTERS[name]] = value
        elif name.startswith("property-"):
            # Nova: it takes all these letters away, not the word, so property-type is no filter.
            asked[name.lstrip("-eoprty")] = value
    if "updated_at" in asked:
        asked["updated_at"] = f"gte:{asked['updated_at']}"
    if "instance_uuid" in asked:
        asked["instance_uuid"] = asked["instance_uuid"].rsplit("/", 1)[-1]
    if "status" in asked:
        asked["status"] = asked["status"].lower()
    return asked
