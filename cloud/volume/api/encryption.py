"""How a volume is encrypted.  /volumes/{id}/encryption"""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from cloud.volume import queries
from cloud.volume.api.base import VolumeServiceViewSet
from cloud.volume.errors import NotFound
from cloud.volume.models import VolumeType
from versioned.operation import operation

_RULE = "volume_extension:volume_encryption_metadata"


class PlainText(HttpResponse):
    """A text that stands alone."""

    def __init__(self, text: str) -> None:
        super().__init__(text, content_type="text/html; charset=UTF-8")
        self.headers["Content-Length"] = str(len(self.content))


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

    def finish(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        return response if isinstance(response, PlainText) else super().finish(request, response)

    @operation(policy=_RULE, target="found")
    def list(self, request: Any, volume_id: str) -> Any:
        return self._facts(volume_id)

    @operation(policy=_RULE, target="found")
    def retrieve(self, request: Any, volume_id: str, key: str) -> Any:
        found = self._facts(volume_id)
        if key not in found:
            # Volume (Cinder): it falls over this.
            raise NotFound(f"Volume {volume_id} has no encryption key {key}.")
        value = found[key]
        # Volume (Cinder): what is no object is answered as it stands, by no version of the API.
        return None if value is None else PlainText(str(value))
