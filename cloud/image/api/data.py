"""Bytes in and out: upload, download, stage and import.  /v2/images/{image_id}/file"""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from cloud.image import cache, store, uploads
from cloud.image.api import ranges
from cloud.image.api.base import ImageServiceViewSet
from cloud.image.api.schemas import VALID_LOCATION, validate
from cloud.image.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    UnsupportedMedia,
)
from versioned.operation import operation


class DataViewSet(ImageServiceViewSet):
    """/v2/images/{image_id}/file and /v2/images/{image_id}/stage"""

    # The stream is left alone: it may be larger than memory.
    parses = frozenset()
    ignores = frozenset({"upload", "stage"})

    @operation(policy="upload_image", target="found", status=204)
    def upload(self, request: Any, image_id: str) -> None:
        size = self._declared(request)
        wanted = request.META.get("HTTP_X_IMAGE_META_STORE")
        if wanted is not None and wanted != store.STORE:
            raise BadRequest(f"Store for identifier {wanted} not found")
        self.found(image_id)
        owner = self.context.project_id
        uploads.upload(image_id, _reader(request), size=size, owner=owner)

    @operation(policy="modify_image", target="found", status=204)
    def stage(self, request: Any, image_id: str) -> None:
        size = self._declared(request)
        self.found(image_id)
        uploads.stage(image_id, _reader(request), size=size)

    def _declared(self, request: Any) -> int | None:
        kind = request.META.get("CONTENT_TYPE") or None
        kind = kind and kind.partition(";")[0]
        if kind != "application/octet-stream":
            raise UnsupportedMedia(detail=f"Invalid content type {kind}")
        text = request.META.get("HTTP_X_OPENSTACK_IMAGE_SIZE")
        if text is None and _is_chunked(request):
            return None
        try:
            size = int(text if text is not None else request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            raise BadRequest("Invalid or missing image size in request headers.") from None
        # Glance: a size of 0 says nothing.
        return None if size == 0 and _is_chunked(request) else size

    @operation(policy="download_image", target="found")
    def download(self, request: Any, image_id: str) -> HttpResponseBase:
        preferred = [name.strip() for name in (self.asked().last("prefer") or "").split(",")]
        image = self.find(image_id)
        if image["status"] == "deactivated" and not self.context.is_admin:
            raise Forbidden(
                "The requested image has been deactivated. Image data download is forbidden."
            )
        self.authorize(image)
        is_whole = not (request.META.get("HTTP_RANGE") or request.META.get("HTTP_CONTENT_RANGE"))
        is_at_hand = is_whole and image["status"] == "active" and cache.has(image_id)
        # Glance: middleware.cache.CacheFilter answers before anybody looks at the store.
        if any(preferred) and not is_at_hand:
            self.enforce("download_from_store", image)
            for name in filter(None, preferred):
                if name not in (store.STORE, *store.RESERVED):
                    raise BadRequest(f"Store '{name}' is not configured.")
        path = store.path_of(image_id)
        if image["checksum"] is None or not path.exists():
            # Glance: an image without data is downloaded as nothing, and that is no error.
            response: HttpResponseBase = HttpResponse(status=204)
            del response.headers["Content-Type"]
            return response
        size = image["size"]
        part = ranges.wanted(
            request.META.get("HTTP_RANGE"), request.META.get("HTTP_CONTENT_RANGE"), size
        )
        start, end = part or (0, size)
        if is_at_hand:
            cache.touch(image_id)
        elif is_whole:
            cache.fetch(image_id)
        response = StreamingHttpResponse(
            store.pieces(path, start, end - start), content_type="application/octet-stream"
        )
        if part is not None:
            response.status_code = 206
            response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        response.headers["Content-MD5"] = image["checksum"]
        response.headers["Content-Length"] = str(end - start)
        return response


class ImportViewSet(ImageServiceViewSet):
    """/v2/images/{image_id}/import"""

    @operation(policy="modify_image", target="found", status=202)
    def create(self, request: Any, image_id: str) -> Any:
        wanted = self.body()
        method = _method(wanted)
        image = self.find(image_id)
        uploads.check_import(image, method)
        self.authorize(image)
        self._check_stores(wanted, request.META.get("HTTP_X_IMAGE_META_STORE"))
        uploads.import_staged(self.context, image_id, wanted)

    def _check_stores(self, wanted: dict[str, Any], header: str | None) -> None:
        if wanted.get("all_stores"):
            if "stores" in wanted or header is not None:
                raise BadRequest(
                    "All_stores parameter can't be used with x-image-meta-store header or stores "
                    "parameter"
                )
            return
        if "stores" in wanted and header is not None:
            raise BadRequest(
                "Stores parameter and x-image-meta-store header can't be both specified"
            )
        stores = wanted.get("stores", [store.STORE if header is None else header])
        if not isinstance(stores, (list, str, dict)):
            # Glance: it fails on what is no list.
            raise BadRequest("The stores must be a list of their names.")
        for name in stores:
            if name != store.STORE:
                raise Conflict(f"Store for identifier {name} not found")


class LocationsViewSet(ImageServiceViewSet):
    """/v2/images/{image_id}/locations"""

    allow = "POST"
    drops = frozenset({"list"})

    @operation(policy="fetch_image_location", target="found")
    def list(self, request: Any, image_id: str) -> Any:
        image = self.found(image_id)
        if image["checksum"] is None:
            return []
        return [{"url": f"file://{store.path_of(image_id)}", "metadata": {"store": store.STORE}}]

    @operation(policy="add_image_location", target="found", status=202)
    def create(self, request: Any, image_id: str) -> Any:
        body = self.body()
        validate(VALID_LOCATION, {"add_location": body})
        image = self.find(image_id)
        if image["status"] != "queued":
            raise Conflict(
                f"It's not allowed to add locations if image status is {image['status']}."
            )
        self.authorize(image)
        raise Forbidden("http store must be enabled to use location API by normal user.")


def _method(wanted: Any) -> str:
    if not isinstance(wanted, dict) or "method" not in wanted:
        raise BadRequest("Import request requires a 'method' field.")
    if not isinstance(wanted["method"], dict) or "name" not in wanted["method"]:
        raise BadRequest("Import request requires a 'name' field.")
    name = str(wanted["method"]["name"])
    if name not in uploads.IMPORT_METHODS:
        raise BadRequest(f"Unknown import method name '{name}'.")
    for flag in ("all_stores_must_succeed", "all_stores"):
        if not isinstance(wanted.get(flag, True), bool):
            raise BadRequest(f"'{flag}' must be boolean value only")
    return name


def _is_chunked(request: Any) -> bool:
    return "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()


def _reader(request: Any) -> store.Read:
    """What reads the request's stream; Django's own ends where Content-Length says."""
    if _is_chunked(request) and "wsgi.input" in request.META:
        read = request.META["wsgi.input"].read
    else:
        read = request._request.read

    def piece(size: int) -> bytes:
        try:
            return bytes(read(size))
        except (OSError, ValueError) as exc:
            raise store.Interrupted from exc

    return piece
