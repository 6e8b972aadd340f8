"""What a new volume is a copy of, and whether it can be one of that size and type."""

from collections.abc import Mapping
from typing import Any

from cloud.volume import queries
from cloud.volume.errors import (
    VolumeError,
    invalid_backup,
    invalid_input,
    invalid_snapshot,
    invalid_volume,
    malformed,
)
from cloud.volume.models import Backup, Snapshot, Volume, VolumeType
from middleware.context import RequestContext

LEAST, MOST = "provisioning:min_vol_size", "provisioning:max_vol_size"


class Source:
    """What a new volume is a copy of: nothing, a snapshot, a volume or a backup."""

    def __init__(self, context: RequestContext, values: Mapping[str, Any]) -> None:
        self.noun, self.size = "", 0
        self.refusal: VolumeError | None = None
        self.kind_id: str | None = None
        self.host: str | None = None
        self.zone: str | None = None
        self.bootable = False
        self.image_metadata: dict[str, Any] = {}
        if values.get("snapshot_id") is not None:
            self._snapshot(context, values["snapshot_id"])
        if values.get("source_volid") is not None:
            self._volume(queries.volume(context, values["source_volid"]))
        if values.get("backup_id"):
            self._backup(queries.row(Backup, context, str(values["backup_id"])))

    def _copy(self, row: Mapping[str, Any]) -> None:
        self.kind_id = row["volume_type_id"]
        self.host, self.zone = row["host"], row["availability_zone"]
        self.bootable, self.image_metadata = row["bootable"], dict(row["image_metadata"])

    def _snapshot(self, context: RequestContext, snapshot_id: str) -> None:
        snapshot = queries.row(Snapshot, context, snapshot_id)
        if snapshot["status"] != "available":
            self.refusal = invalid_snapshot(_must_be("snapshot", "available"))
        self._copy(Volume.objects.filter(pk=snapshot["volume_id"]).values().get())
        self.noun, self.size = "snapshot", snapshot["volume_size"]
        self.kind_id = snapshot["volume_type_id"]

    def _volume(self, row: Mapping[str, Any]) -> None:
        if row["status"] not in ("available", "in-use"):
            said = invalid_volume(_must_be("source volume", "available, in-use"))
            self.refusal = self.refusal or said
        self._copy(row)
        self.noun, self.size = "volume", row["size"]

    def _backup(self, row: Mapping[str, Any]) -> None:
        if row["status"] != "available":
            self.refusal = self.refusal or invalid_backup(_must_be("backup", "available"))
        if not self.noun:
            self.noun, self.size = "backup", row["size"]

    def check_status(self) -> None:
        """Refuse to copy what is not in a state for it."""
        if self.refusal is not None:
            raise self.refusal

    def kind(self) -> VolumeType | None:
        """The type that a copy has, unless another is asked for."""
        return VolumeType.objects.get(pk=self.kind_id) if self.kind_id else None

    def check_type(self, wanted: VolumeType) -> None:
        """Refuse a type that is encrypted otherwise, or kept on another backend."""
        if self.kind_id is None or self.kind_id == wanted.pk:
            return
        other = VolumeType.objects.get(pk=self.kind_id)
        if wanted.encryption != other.encryption or _backend(wanted) != _backend(other):
            raise invalid_input(_incompatible(wanted.pk, self.noun))

    def check_size(self, wanted: Any) -> int:
        """The size of the new volume, which is not less than what it copies."""
        size = int(wanted) or self.size
        if size <= 0:
            raise invalid_input(f"Volume size '{size}' must be an integer and greater than 0")
        if size >= self.size:
            return size
        if self.noun == "snapshot":
            raise invalid_input(
                f"Volume size '{size}'GB cannot be smaller than the snapshot size "
                f"{self.size}GB. They must be >= original snapshot size."
            )
        if self.noun == "volume":
            raise invalid_input(
                f"Volume size '{size}'GB cannot be smaller than original volume size  "
                f"{self.size}GB. They must be >= original volume size."
            )
        raise invalid_input(
            f"Volume size {size}GB cannot be smaller than the backup size {self.size}GB. It "
            "must be >= backup size."
        )


def _must_be(noun: str, statuses: str) -> str:
    return f"Originating {noun} status must be one of '{statuses}' values"


def check_provisioning(kind: VolumeType, size: Any) -> None:
    """Refuse a size that is not within what its type allows."""
    if size is None:
        # Volume (Cinder): volume_types.provision_filter_on_size, which counts on a number.
        raise malformed()
    number = int(size)
    least, most = kind.extra_specs.get(LEAST), kind.extra_specs.get(MOST)
    if least and number < int(least):
        raise invalid_input(
            f"Specified volume size of '{number}' is less than the minimum required size of "
            f"'{least}' for volume type '{kind.name}'."
        )
    if most and number > int(most):
        raise invalid_input(
            f"Specified volume size of '{number}' is greater than the maximum allowable size of "
            f"'{most}' for volume type '{kind.name}'."
        )


def _incompatible(type_id: str, noun: str) -> str:
    if noun == "snapshot":
        return (
            f"Invalid volume_type provided: {type_id} (requested type is not compatible; "
            "recommend omitting the type argument)."
        )
    return (
        f"Invalid volume_type provided: {type_id} (requested type is not compatible; either match "
        "source volume, or omit type argument)."
    )


def _backend(kind: VolumeType) -> Any:
    return kind.extra_specs.get("volume_backend_name")
