"""Volumes: the resource itself.  /volumes"""

from typing import Any

from django.db.models import Count, Q, Sum

from cloud.volume import paging, queries, volumes
from cloud.volume.api import filters
from cloud.volume.api import formats as types
from cloud.volume.api.base import VolumeServiceViewSet, boolean, strict
from cloud.volume.api.volume_shapes import (
    VolumeCreated,
    VolumeInList,
    VolumeShown,
    VolumeUpdated,
)
from cloud.volume.errors import BadRequest, NotFound
from cloud.volume.models import Snapshot, Volume
from versioned import wire
from versioned.operation import operation
from versioned.versions import changing, since

_VOLUMES = {
    "oneOf": [types.UUID, {"type": "array", "items": types.UUID, "uniqueItems": True}]
}  # fmt: skip
CREATE = {
    "type": "object",
    "properties": {
        "volume": {
            "type": "object",
            "properties": {
                "name": types.FREE_NAME,
                "description": types.FREE_DESCRIPTION,
                "display_name": types.FREE_NAME,
                "display_description": types.FREE_DESCRIPTION,
                "volume_type": types.OPTIONAL_NAME,
                "metadata": types.OPTIONAL_METADATA,
                "snapshot_id": types.OPTIONAL_UUID,
                "source_volid": types.OPTIONAL_UUID,
                "consistencygroup_id": types.OPTIONAL_UUID,
                "size": types.OPTIONAL_SIZE,
                "availability_zone": types.ZONE,
                "multiattach": types.OPTIONAL_BOOLEAN,
                "image_id": types.TEXT,
                "imageRef": types.TEXT,
                "group_id": since("3.13", types.TEXT),
                "backup_id": since("3.47", types.OPTIONAL_UUID),
            },
            "additionalProperties": changing({"3.0": True, "3.53": False}),
        },
        "OS-SCH-HNT:scheduler_hints": {
            "type": ["object", "null"],
            "properties": {
                "local_to_instance": types.OPTIONAL_UUID,
                "different_host": _VOLUMES,
                "same_host": _VOLUMES,
                "query": {"type": ["string", "object"]},
            },
        },
    },
    "required": ["volume"],
    "additionalProperties": False,
}
_NAMES = ("name", "description", "display_name", "display_description", "metadata")
UPDATE = types.envelope(
    "volume",
    {
        **types.closed(
            name=types.FREE_NAME,
            description=types.FREE_DESCRIPTION,
            display_name=types.FREE_NAME,
            display_description=types.FREE_DESCRIPTION,
            metadata=types.METADATA,
        ),
        "anyOf": since("3.53", [{"required": [name]} for name in _NAMES]),
    },
)
SORT_KEYS = {
    **{key: key for key in (
        "id", "created_at", "updated_at", "status", "size", "availability_zone", "bootable",
        "name", "host", "user_id", "project_id", "volume_type_id", "multiattach",
        "migration_status", "attach_status", "replication_status", "snapshot_id", "source_volid",
        "group_id", "encryption_key_id",
    )},
    "display_name": "name",
    "display_description": "description",
}  # fmt: skip
# Minor versions since which lists can be filtered by these.
_SINCE = {"glance_metadata": 4, "group_id": 10, "created_at": 60, "updated_at": 60}
_COLUMNS = {**SORT_KEYS, "description": "description", "volume_type": "volume_type_id"}


def clean(values: dict[str, Any]) -> dict[str, Any]:
    """Bring both spellings of name and description together, without white space around them."""
    for name in ("name", "description"):
        if (other := f"display_{name}") in values:
            values.setdefault(name, values.pop(other))
            values.pop(other, None)
        if isinstance(values.get(name), str):
            values[name] = values[name].strip()
    return values


class VolumesViewSet(VolumeServiceViewSet):
    """/volumes"""

    @operation(policy="volume:get_all")
    def list(self, request: Any) -> Any:
        return self._page(VolumeInList, "volumes")

    @operation(policy="volume:get_all")
    def detail(self, request: Any) -> Any:
        return self._page(VolumeShown, "volumes/detail")

    def _page(self, shape: Any, path: str) -> dict[str, Any]:
        asked = {name: values[-1] for name, values in self.request.params.items()}
        wanted = paging.read(asked)
        counts = self.request.version >= (3, 45) and strict(
            "with_count", asked.pop("with_count", "false")
        )
        found = self._found(asked)
        rows = paging.page(found, wanted, queries.VOLUME, keys=SORT_KEYS)
        if shape is VolumeShown:
            queries.with_attachments(rows)
        body: dict[str, Any] = {"volumes": shape.render_many(rows, self.ask)}
        links = filters.next_links(self, rows, wanted.limit, path)
        if links:
            body["volumes_links"] = links
        if counts:
            body["count"] = found.count()
        return body

    def _found(self, asked: dict[str, str]) -> Any:
        asked = filters.checked(self, asked, "volume", since=_SINCE)
        if "all_tenants" in asked:
            # Cinder: this one is a literal before it is asked for a boolean, so "1 " is one.
            asked["all_tenants"] = str(filters.evaluated(asked["all_tenants"]))
        everyone = asked.get("all_tenants")
        own = filters.scope(self, asked, is_strict=True)
        found = Volume.objects.filter(own)
        if self.context.is_admin and everyone is not None and not strict("all_tenants", everyone):
            # Volume (Cinder): a no stays among the filters, where nothing fits it.
            found = found.none()
        for name, value in asked.items():
            if name == "metadata":
                found = filters.with_metadata(found, "metadata", value)
            elif name == "glance_metadata":
                found = filters.with_metadata(found, "image_metadata", value)
            else:
                found = filters.narrowed(found, self._condition(name, value))
        return found

    def _condition(self, name: str, value: str) -> Q | None:
        if name in ("bootable", "multiattach"):
            return Q(**{name: filters.flag(name, value, is_strict=self.request.version >= (3, 2))})
        if name == "consumes_quota":
            if self.request.version < (3, 31):
                # Volume (Cinder): only later it is read as the column's name.
                return None
            return Q(consumes_quota=strict("use_quota", value))
        if name in ("created_at", "updated_at"):
            return filters.when(name, value)
        if name == "size" and not value.isdigit():
            return Q(pk__in=[])
        if name == "deleted":
            return Q() if boolean(value) is False else Q(pk__in=[])
        return filters.literal(name, value, _COLUMNS)

    @operation(policy="volume:get_all", since="3.12")
    def summary(self, request: Any) -> Any:
        # Volume (Cinder): get_volume_summary looks at no filter but this one.
        asked = {name: values[-1] for name, values in request.params.items()}
        everyone = {name: asked[name] for name in ("all_tenants",) if name in asked}
        if not self.context.is_admin:
            everyone.clear()
        found = Volume.objects.filter(filters.scope(self, everyone, is_strict=True))
        total = found.aggregate(count=Count("id"), size=Sum("size"))
        shown: dict[str, Any] = {"total_size": total["size"] or 0, "total_count": total["count"]}
        if request.version >= (3, 36):
            distinct: dict[str, list[str]] = {}
            for metadata in found.values_list("metadata", flat=True):
                for key, value in metadata.items():
                    if value not in distinct.setdefault(key, []):
                        distinct[key].append(value)
            shown["metadata"] = distinct
        return {"volume-summary": shown}

    @operation(policy="volume:get", target="found")
    def retrieve(self, request: Any, volume_id: str) -> Any:
        row = self.volume(volume_id)
        self.authorize(row)
        return {"volume": VolumeShown.render(row, self.ask)}

    @operation(policy="volume:create", target="found", body=CREATE, status=202)
    def create(self, request: Any, body: dict[str, Any]) -> Any:
        values = clean(dict(body["volume"]))
        reference = values["image_id"] if "image_id" in values else values.get("imageRef")
        # Volume (Cinder): what is named is looked up before anybody asks who may.
        volumes.references(self.context, values)
        if reference is not None:
            image = volumes.image_of(self.context, reference)
            snapshot_id = self._snapshot_of(image)
            if snapshot_id is not None:
                values["snapshot_id"] = snapshot_id
            else:
                values["image"] = image
        if values.get("multiattach") is not None and boolean(values["multiattach"]):
            raise BadRequest(
                "multiattach parameter has been removed. The default behavior is to use "
                "multiattach enabled volume types. Contact your administrator to create a "
                "multiattach enabled volume type and use it to create multiattach volumes."
            )
        if "image" in values:
            self.enforce("volume:create_from_image")
        self.authorize()
        row = volumes.create(self.context, values)
        return {"volume": VolumeCreated.render(row, self.ask)}

    def _snapshot_of(self, image: dict[str, Any]) -> str | None:
        """The boot volume's snapshot, when the image is what Nova made of a server without disk."""
        if self.request.version < (3, 46) or image.get("size"):
            return None
        mapping = image.get("block_device_mapping")
        if isinstance(mapping, str):
            try:
                mapping = wire.loads(mapping.encode())
            except ValueError:
                return None
        for device in mapping or ():
            if device.get("source_type") == "snapshot" and device.get("boot_index") == 0:
                snapshot_id = device.get("snapshot_id")
                if not Snapshot.objects.filter(pk=snapshot_id).exists():
                    raise NotFound(
                        f"Nova specific image is found, but boot volume snapshot id:{snapshot_id} "
                        "not found."
                    )
                return str(snapshot_id)
        return None

    @operation(policy="volume:update", target="found", body=UPDATE)
    def update(self, request: Any, volume_id: str, volume: dict[str, Any]) -> Any:
        self.authorize(self.volume(volume_id))
        volumes.update(self.context, volume_id, clean(dict(volume)))
        row = queries.volume(self.context, volume_id)
        return {"volume": VolumeUpdated.render(row, self.ask)}

    @operation(policy="volume:delete", target="found", status=202)
    def destroy(self, request: Any, volume_id: str) -> Any:
        cascade, force = self.flag("cascade"), False
        if request.version >= (3, 23):
            force = self.flag("force")
        row = self.volume(volume_id)
        if force:
            self.enforce("volume:force_delete", row)
        self.authorize(row)
        volumes.delete(self.context, volume_id, cascade=cascade, force=force)
        return self.bare(202)
