"""Extra specs and encryption of volume types, quality of service.  /types/{id}/extra_specs"""

from typing import Any

from cloud.volume import paging, queries, types
from cloud.volume.api import filters, formats
from cloud.volume.api.base import VolumeServiceViewSet
from cloud.volume.api.types import visible_specs
from cloud.volume.errors import BadRequest
from cloud.volume.models import QosSpec, VolumeType
from cloud.volume.timing import shown
from versioned.operation import operation

SPECS = formats.envelope("extra_specs", formats.KEYED_SPECS)
SPEC = {**formats.KEYED_SPECS, "minProperties": 1, "maxProperties": 1}
_ENCRYPTION = {
    "type": "object",
    "properties": {
        "key_size": {
            "type": ["string", "integer", "null"], "minimum": 0, "maximum": formats.MAX_INT,
        },
        "provider": {"type": "string", "minLength": 0, "maxLength": 255},
        "control_location": {"enum": ["front-end", "back-end"]},
        "cipher": {"type": ["string", "null"], "minLength": 0, "maxLength": 255},
    },
}  # fmt: skip
ENCRYPT = formats.envelope(
    "encryption", {**_ENCRYPTION, "required": ["provider", "control_location"]}
)
CHANGE_ENCRYPTION = formats.envelope("encryption", _ENCRYPTION)
_RULE = "volume_extension:types_extra_specs:"
_CRYPT = "volume_extension:volume_type_encryption:"
_QOS = "volume_extension:qos_specs_manage:"
_QOS_SHOWN = ("id", "name", "consumer", "specs")
# Cinder: name and consumer are no columns of its table, so one can neither sort nor filter by them.
_QOS_SORT = ("id", "created_at", "updated_at")


class OfTypeViewSet(VolumeServiceViewSet):
    """What the views of a type's parts share."""

    def kind(self, type_id: str) -> VolumeType:
        found = queries.volume_type_by_id(self.context, type_id)
        self.authorize()
        return found


class ExtraSpecsViewSet(OfTypeViewSet):
    """/types/{type_id}/extra_specs"""

    @operation(policy=_RULE + "index", target="found")
    def list(self, request: Any, type_id: str) -> Any:
        specs = self.kind(type_id).extra_specs
        return {"extra_specs": visible_specs(specs, self.ask)}

    @operation(policy=_RULE + "create", target="found", body=SPECS)
    def create(self, request: Any, type_id: str, extra_specs: dict[str, Any]) -> Any:
        types.set_specs(self.kind(type_id), extra_specs)
        return {"extra_specs": extra_specs}

    @operation(policy=_RULE + "show", target="found")
    def retrieve(self, request: Any, type_id: str, key: str) -> Any:
        kind = self.kind(type_id)
        specs = visible_specs(kind.extra_specs, self.ask)
        if key not in specs:
            raise types.spec_not_found(kind, key)
        return {key: specs[key]}

    @operation(policy=_RULE + "update", target="found", body=SPEC)
    def update(self, request: Any, type_id: str, key: str, **given: Any) -> Any:
        kind = self.kind(type_id)
        body = request.json
        if key not in body:
            raise BadRequest("Request body and URI mismatch")
        types.set_specs(kind, body)
        return body

    @operation(policy=_RULE + "delete", target="found", status=202)
    def destroy(self, request: Any, type_id: str, key: str) -> None:
        types.remove_spec(self.kind(type_id), key)


class EncryptionViewSet(OfTypeViewSet):
    """/types/{type_id}/encryption"""

    def _facts(self, kind: VolumeType) -> dict[str, Any]:
        found = kind.encryption or {}
        if not found:
            return {}
        return {
            "volume_type_id": kind.pk,
            **{name: found.get(name) for name in types.ENCRYPTION},
            "encryption_id": found["encryption_id"],
            "created_at": shown(kind.created_at),
            "updated_at": shown(kind.updated_at),
            "deleted_at": None,
            "deleted": False,
        }

    @operation(policy=_CRYPT + "get", target="found")
    def list(self, request: Any, type_id: str) -> Any:
        return self._facts(self.kind(type_id))

    @operation(policy=_CRYPT + "create", target="found", body=ENCRYPT)
    def create(self, request: Any, type_id: str, encryption: dict[str, Any]) -> Any:
        kind = self.kind(type_id)
        made = types.encrypt(kind, _numbered(encryption))
        shown_keys = (*types.ENCRYPTION, "encryption_id")
        return {
            "encryption": {
                **{name: made[name] for name in shown_keys if name in made},
                "volume_type_id": kind.pk,
            }
        }

    @operation(policy=_CRYPT + "get", target="found")
    def retrieve(self, request: Any, type_id: str, key: str) -> Any:
        kind = self.kind(type_id)
        facts = self._facts(kind)
        if key not in facts:
            raise types.no_encryption(kind)
        return {key: facts[key]}

    @operation(policy=_CRYPT + "update", target="found", body=CHANGE_ENCRYPTION)
    def update(self, request: Any, type_id: str, key: str, encryption: dict[str, Any]) -> Any:
        types.change_encryption(self.kind(type_id), key, _numbered(encryption))
        return {"encryption": encryption}

    @operation(policy=_CRYPT + "delete", target="found", status=202)
    def destroy(self, request: Any, type_id: str, key: str) -> None:
        types.decrypt(self.kind(type_id))


def _numbered(encryption: dict[str, Any]) -> dict[str, Any]:
    size = encryption.get("key_size")
    if size is None:
        return encryption
    try:
        return {**encryption, "key_size": int(size)}
    except ValueError:
        raise BadRequest("Invalid input received: key_size must be an integer.") from None


class QosSpecsViewSet(VolumeServiceViewSet):
    """/qos-specs"""

    def _detail(self, spec: QosSpec) -> dict[str, Any]:
        shown = {name: getattr(spec, name) for name in _QOS_SHOWN}
        return {"qos_specs": shown, "links": self.ask.links("qos-specs", spec.pk)}

    @operation(policy=_QOS + "get_all")
    def list(self, request: Any) -> Any:
        asked = {name: values[-1] for name, values in request.params.items()}
        wanted = paging.read(asked)
        if wanted.marker is not None:
            types.qos(wanted.marker)
        found = (
            QosSpec.objects.filter(**asked) if asked.keys() <= {"id"} else QosSpec.objects.none()
        )
        rows = paging.page(found, wanted, _QOS_SHOWN, keys=_QOS_SORT)
        body: dict[str, Any] = {"qos_specs": rows}
        links = filters.next_links(self, rows, wanted.limit, "qos-specs")
        if links:
            body["qos_specs_links"] = links
        return body

    @operation(
        policy=_QOS + "create",
        body=formats.envelope(
            "qos_specs",
            {
                "type": "object",
                "properties": {"name": {"type": "string", "format": "trimmed_name"}},
                "required": ["name"],
            },
        ),
    )
    def create(self, request: Any, qos_specs: dict[str, Any]) -> Any:
        specs = dict(qos_specs)
        name = specs.pop("name").strip()
        consumer = specs.pop("consumer", "back-end")
        return self._detail(types.create_qos(name, consumer, specs))

    @operation(policy=_QOS + "get")
    def retrieve(self, request: Any, qos_id: str) -> Any:
        return self._detail(types.qos(qos_id))

    @operation(policy=_QOS + "update", body=formats.envelope("qos_specs", formats.SPECS))
    def update(self, request: Any, qos_id: str, qos_specs: dict[str, Any]) -> Any:
        types.set_qos(types.qos(qos_id), qos_specs)
        return {"qos_specs": qos_specs}

    @operation(policy=_QOS + "delete", status=202)
    def destroy(self, request: Any, qos_id: str) -> None:
        force = self.flag("force")
        types.delete_qos(types.qos(qos_id), force=force)

    @operation(
        policy=_QOS + "update",
        status=202,
        body=formats.envelope(
            "keys",
            {
                "type": "array",
                "items": {"type": "string", "minLength": 1, "maxLength": 255},
                "uniqueItems": True,
            },
        ),
    )
    def delete_keys(self, request: Any, qos_id: str, keys: Any) -> None:
        types.unset_qos(types.qos(qos_id), keys)

    @operation(policy=_QOS + "get_all")
    def associations(self, request: Any, qos_id: str) -> Any:
        found = types.qos(qos_id).types.order_by("name")
        return {
            "qos_associations": [
                {"association_type": "volume_type", "name": kind.name, "id": kind.pk}
                for kind in found
            ]
        }

    def _type_id(self) -> str:
        found = self.request.params.get("vol_type_id", [""])[-1]
        if not found:
            raise BadRequest("Volume Type id must not be None.")
        return str(found)

    @operation(policy=_QOS + "update", status=202)
    def associate(self, request: Any, qos_id: str) -> None:
        type_id = self._type_id()
        types.associate(self.context, types.qos(qos_id), type_id)

    @operation(policy=_QOS + "update", status=202)
    def disassociate(self, request: Any, qos_id: str) -> None:
        type_id = self._type_id()
        types.disassociate(self.context, types.qos(qos_id), type_id)

    @operation(policy=_QOS + "update", status=202)
    def disassociate_all(self, request: Any, qos_id: str) -> None:
        types.disassociate_all(types.qos(qos_id))
