"""How a volume is encrypted.  /volumes/{id}/encryption"""

from typing import Any

from cloud.volume import queries
from cloud.volume.api.base import VolumeServiceViewSet
from cloud.volume.errors import NotFound
from cloud.volume.models import VolumeType
from versioned.operation import operation

_RULE = "volume_extension:volume_encryption_metadata"


class VolumeEncryptionViewSet(VolumeServiceViewSet):
    """/volumes/{volume_id}/encryption"""

    def _facts(self, volume_id: str) -> dict[str, Any]:
        row = queries.volume(self.context, volume_id)
        self.authorize(row)
        kind = VolumeType.objects.filter(pk=row["volume_type_id"]).first()
        found = {"encryption_key_id": row["encryption_key_id"]}
        if kind is not None and kind.encryption and row["encryption_key_id"]:
            names = ("provider", "control_location", "cipher", "key_size")
            found |= {name: kind.encryption.get(name) for name in names}
        return found

    @operation(policy=_RULE, target="found")
    def list(self, request: Any, volume_id: str) -> Any:
        return self._facts(volume_id)

    @operation(policy=_RULE, target="found")
    def retrieve(self, request: Any, volume_id: str, key: str) -> Any:
        found = self._facts(volume_id)
        if key not in found:
            raise NotFound(f"Volume {volume_id} has no encryption key {key}.")
        return {key: found[key]}
