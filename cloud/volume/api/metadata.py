"""Metadata of volumes and snapshots.  /volumes/{id}/metadata, /snapshots/{id}/metadata"""

import hashlib
import json
import re
from typing import Any

from django.http import HttpResponse

from cloud.volume import queries, snapshots, volumes
from cloud.volume.api import formats as types
from cloud.volume.api.base import VolumeServiceViewSet
from cloud.volume.errors import BadRequest
from cloud.volume.models import Snapshot
from versioned.operation import operation

_ONE = {"minProperties": 1, "maxProperties": 1}
WHOLE = types.envelope("metadata", types.METADATA)
ITEM = types.envelope("meta", {**types.METADATA, **_ONE})
# Of snapshots other keys may stand beside it.
SNAPSHOT_WHOLE = {
    **types.envelope("metadata", types.SNAPSHOT_METADATA),
    "additionalProperties": True,
}
SNAPSHOT_ITEM = {
    **types.envelope("meta", {**types.SNAPSHOT_METADATA, **_ONE}),
    "additionalProperties": True,
}


def single(meta: dict[str, str], key: str) -> dict[str, str]:
    """The one pair of an item's body, which must be that of the URL."""
    if key not in meta:
        raise BadRequest("Request body and URI mismatch")
    if len(meta) > 1:
        raise BadRequest("Request body contains too many items")
    return meta


_TAGS = re.compile(r'(?:^|\s)(W/)?"((?:\\"|.)*?)"')


def _written(metadata: dict[str, str]) -> bytes:
    return json.dumps({"metadata": metadata}).encode()


def _tag(text: bytes) -> str:
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


def _is_wanted(request: Any, metadata: dict[str, str]) -> bool:
    """Whether the metadata is what `If-Match` says, since 3.15."""
    # Volume (Cinder): VolumeMetadataController._validate_etag
    said = request.META.get("HTTP_IF_MATCH", "")
    if request.version < (3, 15) or said in ("", "*"):
        return True
    tags = [tag for weak, tag in _TAGS.findall(said) if not weak] or [said]
    return _tag(_written(metadata)) in tags


class VolumeMetadataViewSet(VolumeServiceViewSet):
    """/volumes/{volume_id}/metadata"""

    def found(self, volume_id: str) -> dict[str, Any]:
        row = self.volume(volume_id)
        self.authorize(row)
        return row

    @operation(policy="volume:get_volume_metadata", target="found")
    def list(self, request: Any, volume_id: str) -> Any:
        metadata = self.found(volume_id)["metadata"]
        if request.version < (3, 15):
            return {"metadata": metadata}
        text = _written(metadata)
        return HttpResponse(
            text,
            content_type="text/html; charset=UTF-8",
            headers={"Content-Length": str(len(text)), "ETag": _tag(text)},
        )

    @operation(policy="volume:create_volume_metadata", target="found", body=WHOLE)
    def create(self, request: Any, volume_id: str, metadata: dict[str, str]) -> Any:
        self.found(volume_id)
        found = volumes.set_metadata(self.context, volume_id, metadata, replace=False)
        return {"metadata": found}

    @operation(policy="volume:update_volume_metadata", target="found", body=WHOLE)
    def replace(self, request: Any, volume_id: str, metadata: dict[str, str]) -> Any:
        if not _is_wanted(request, self.found(volume_id)["metadata"]):
            return self.bare(412)
        found = volumes.set_metadata(self.context, volume_id, metadata, replace=True)
        return {"metadata": found}

    @operation(policy="volume:get_volume_metadata", target="found")
    def retrieve(self, request: Any, volume_id: str, key: str) -> Any:
        metadata = self.found(volume_id)["metadata"]
        if key not in metadata:
            raise volumes.not_found_metadata(volume_id, key)
        return {"meta": {key: metadata[key]}}

    @operation(policy="volume:update_volume_metadata", target="found", body=ITEM)
    def update(self, request: Any, volume_id: str, key: str, meta: dict[str, str]) -> Any:
        if not _is_wanted(request, self.found(volume_id)["metadata"]):
            return self.bare(412)
        pair = single(meta, key)
        volumes.set_metadata(self.context, volume_id, pair, replace=False)
        return {"meta": pair}

    @operation(policy="volume:delete_volume_metadata", target="found")
    def destroy(self, request: Any, volume_id: str, key: str) -> Any:
        self.found(volume_id)
        volumes.remove_metadata(self.context, volume_id, key)
        return self.bare(200)


class SnapshotMetadataViewSet(VolumeServiceViewSet):
    """/snapshots/{snapshot_id}/metadata"""

    def found(self, snapshot_id: str) -> dict[str, Any]:
        row = queries.row(Snapshot, self.context, snapshot_id)
        self.enforce("volume:get_snapshot", row)
        self.authorize(row)
        return row

    @operation(policy="volume:get_snapshot_metadata", target="found")
    def list(self, request: Any, snapshot_id: str) -> Any:
        return {"metadata": self.found(snapshot_id)["metadata"]}

    @operation(policy="volume:update_snapshot_metadata", target="found", body=SNAPSHOT_WHOLE)
    def create(self, request: Any, snapshot_id: str, metadata: dict[str, str]) -> Any:
        self.found(snapshot_id)
        found = snapshots.set_metadata(self.context, snapshot_id, metadata, replace=False)
        return {"metadata": found}

    @operation(policy="volume:update_snapshot_metadata", target="found", body=SNAPSHOT_WHOLE)
    def replace(self, request: Any, snapshot_id: str, metadata: dict[str, str]) -> Any:
        self.found(snapshot_id)
        found = snapshots.set_metadata(self.context, snapshot_id, metadata, replace=True)
        return {"metadata": found}

    @operation(policy="volume:get_snapshot_metadata", target="found")
    def retrieve(self, request: Any, snapshot_id: str, key: str) -> Any:
        metadata = self.found(snapshot_id)["metadata"]
        if key not in metadata:
            raise snapshots.missing_metadata(snapshot_id, key)
        return {"meta": {key: metadata[key]}}

    @operation(policy="volume:update_snapshot_metadata", target="found", body=SNAPSHOT_ITEM)
    def update(self, request: Any, snapshot_id: str, key: str, meta: dict[str, str]) -> Any:
        self.found(snapshot_id)
        pair = single(meta, key)
        snapshots.set_metadata(self.context, snapshot_id, pair, replace=False)
        return {"meta": pair}

    @operation(policy="volume:delete_snapshot_metadata", target="found")
    def destroy(self, request: Any, snapshot_id: str, key: str) -> Any:
        self.found(snapshot_id)
        snapshots.remove_metadata(self.context, snapshot_id, key)
        return self.bare(200)
