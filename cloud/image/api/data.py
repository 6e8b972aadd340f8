"""Bytes in and out: upload, download, stage and import.  /v2/images/{image_id}/file"""

import re
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from cloud.image import cache, store, uploads
from cloud.image.api.base import ImageServiceViewSet
from cloud.image.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    RangeNotSatisfiable,
    UnsupportedMedia,
)
from versioned.operation import operation

_RANGE = re.compile(r"^bytes\s*=\s*(\d*)\s*-\s*(\d*)$", re.IGNORECASE)
_CONTENT_RANGE = re.compile(r"^bytes\s+(\d+)-(\d+)/(\d+|\*)$", re.IGNORECASE)


class DataViewSet(ImageServiceViewSet):
    """/v2/images/{image_id}/file and /v2/images/{image_id}/stage"""

    def read_body(self, request: Any) -> Any:
        """Leave the stream alone: it may be larger than memory."""
        return None

    @operation(policy="upload_image", target="found", status=204)
    def upload(self, request: Any, image_id: str) -> None:
        size = self._declared(request)
        self.found(image_id)
        wanted = request.META.get("HTTP_X_IMAGE_META_STORE")
        if wanted is not None and wanted != store.STORE:
            raise BadRequest(f"Unknown scheme '{wanted}' found in URI")
        owner = self.context.project_id
        uploads.upload(image_id, _reader(request), size=size, owner=owner)

    @operation(policy="modify_image", target="found", status=204)
    def stage(self, request: Any, image_id: str) -> None:
        size = self._declared(request)
        self.found(image_id)
        uploads.stage(image_id, _reader(request), size=size)

    def _declared(self, request: Any) -> int | None:
        kind = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
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
        image = self.find(image_id)
        if image["status"] == "deactivated" and not self.context.is_admin:
            raise Forbidden(
                "The requested image has been deactivated. Image data download is forbidden."
            )
        self.authorize(image)
        path = store.path_of(image_id)
        if image["checksum"] is None or not path.exists():
            # Glance: an image without data is downloaded as nothing, and that is no error.
            return HttpResponse(status=204)
        size = image["size"]
        start, end = _wanted(request, size)
        cache.touch(image_id)
        response = StreamingHttpResponse(
            store.pieces(path, start, end - start), content_type="application/octet-stream"
        )
        if (start, end) != (0, size) or _asks_range(request):
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
        stores = wanted.get("stores") or []
        for name in stores:
            if name != store.STORE:
                raise Conflict(f"Store {name} is not configured.")
        uploads.import_staged(self.context, image_id, wanted)
        return HttpResponse(status=202, content_type="text/html; charset=UTF-8")


class LocationsViewSet(ImageServiceViewSet):
    """/v2/images/{image_id}/locations"""

    @operation(policy="fetch_image_location", target="found")
    def list(self, request: Any, image_id: str) -> Any:
        image = self.found(image_id)
        if image["checksum"] is None:
            return []
        return [{"url": f"file://{store.path_of(image_id)}", "metadata": {"store": store.STORE}}]

    @operation(policy="modify_image", target="found", status=202)
    def create(self, request: Any, image_id: str) -> Any:
        self.body()
        image = self.found(image_id)
        if image["status"] != "queued":
            raise Conflict(
                f"It's not allowed to add locations if image status is {image['status']}."
            )
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


def _asks_range(request: Any) -> bool:
    return "HTTP_RANGE" in request.META or "HTTP_CONTENT_RANGE" in request.META


def _wanted(request: Any, size: int) -> tuple[int, int]:
    """The bytes asked for, as start and end; all of them when no range is given."""
    text = request.META.get("HTTP_RANGE")
    if text is not None:
        match = _RANGE.match(text.strip())
        if match is None or match.groups() == ("", ""):
            raise RangeNotSatisfiable
        first, last = match.groups()
        if not first:
            start, end = max(size - int(last), 0), size
        else:
            start, end = int(first), min(int(last) + 1, size) if last else size
    elif "HTTP_CONTENT_RANGE" in request.META:
        # Glance: Content-Range is read from requests too, for clients of long ago.
        match = _CONTENT_RANGE.match(request.META["HTTP_CONTENT_RANGE"].strip())
        if match is None:
            raise RangeNotSatisfiable
        start, end = int(match[1]), min(int(match[2]) + 1, size)
    else:
        return 0, size
    if start >= end or start >= size:
        raise RangeNotSatisfiable
    return start, end
