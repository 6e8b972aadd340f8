"""Extra specs and encryption of volume types, quality of service.  /types/{id}/extra_specs"""

from datetime import datetime
from typing import Any

from cloud.volume import paging, queries, types
from cloud.volume.api import filters, formats
from cloud.volume.api.base import VolumeServiceViewSet
from cloud.volume.api.types import visible_specs
from cloud.volume.errors import BadRequest, invalid_input
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
        return queries.volume_type_by_id(self.context, type_id)


class ExtraSpecsViewSet(OfTypeViewSet):
    """/types/{type_id}/extra_specs"""

    @operation(policy=_RULE + "index")
    def list(self, request: Any, type_id: str) -> Any:
        specs = self.kind(type_id).extra_specs
        return {"extra_specs": visible_specs(specs, self.ask)}

    @operation(policy=_RULE + "create", body=SPECS)
    def create(self, request: Any, type_id: str, extra_specs: dict[str, Any]) -> Any:
        types.set_specs(self.kind(type_id), extra_specs)
        return {"extra_specs": extra_specs}

    @operation(policy=_RULE + "show")
    def retrieve(self, request: Any, type_id: str, key: str) -> Any:
        kind = self.kind(type_id)
        specs = visible_specs(kind.extra_specs, self.ask)
        if key not in specs:
            raise types.spec_not_found(kind, key)
        return {key: specs[key]}

    @operation(policy=_RULE + "update", body=SPEC)
    def update(self, request: Any, type_id: str, key: str, **given: Any) -> Any:
        kind = self.kind(type_id)
        body = request.json
        if key not in body:
            raise BadRequest("Request body and URI mismatch")
        types.set_specs(kind, body)
        return body

    @operation(policy=_RULE + "delete", status=202)
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
            "created_at": _moment(found.get("created_at")),
            "updated_at": _moment(found.get("updated_at")),
            "deleted_at": None,
            "deleted": False,
        }

    @operation(policy=_CRYPT + "get")
    def list(self, request: Any, type_id: str) -> Any:
        return self._facts(self.kind(type_id))

    @operation(policy=_CRYPT + "create", body=ENCRYPT)
    def create(self, request: Any, type_id: str, encryption: dict[str, Any]) -> Any:
        kind = self.kind(type_id)
        made = types.encrypt(kind, _numbered(encryption))
        shown_keys = (*types.ENCRYPTION, "encryption_id")
        return {
            "encryption": {
                **{name: made[name] for name in shown_keys if name in encryption or made[name]},
                "volume_type_id": kind.pk,
            }
        }

    @operation(policy=_CRYPT + "get")
    def retrieve(self, request: Any, type_id: str, key: str) -> Any:
        kind = self.kind(type_id)
        facts = self._facts(kind)
        if key not in facts:
            raise types.no_encryption(kind.pk)
        return {key: facts[key]}

    @operation(policy=_CRYPT + "update", body=CHANGE_ENCRYPTION)
    def update(self, request: Any, type_id: str, key: str, encryption: dict[str, Any]) -> Any:
        # Volume (Cinder): whose encryption it is counts, not its id.
        given = _numbered(encryption)
        types.change_encryption(self.kind(type_id), given)
        return {"encryption": given}

    @operation(policy=_CRYPT + "delete", status=202)
    def destroy(self, request: Any, type_id: str, key: str) -> Any:
        kind = VolumeType.objects.filter(pk=type_id).first()
        if kind is None:
            raise types.no_encryption(type_id)
        types.decrypt(kind)
        return self.bare(202)


def _moment(text: str | None) -> Any:
    return None if text is None else shown(datetime.fromisoformat(text))


def _numbered(encryption: dict[str, Any]) -> dict[str, Any]:
    size = encryption.get("key_size")
    if size is None:
        return encryption
    try:
        return {**encryption, "key_size": int(size)}
    except ValueError:
        raise BadRequest("Invalid input received: key_size must be an integer.") from None


def _check_texts(specs: dict[str, Any]) -> None:
    """Refuse specs that are not short texts."""
    # Volume (Cinder): utils.validate_dictionary_string_length
    for key, value in specs.items():
        _check_text(f'Key "{key}"', key, 1)
        if value is not None:
            _check_text(f'Value for key "{key}"', value, 0)


def _check_text(name: str, value: Any, least: int) -> None:
    if not isinstance(value, str):
        raise invalid_input(f"{name} is not a string or unicode")
    if len(value) < least:
        raise invalid_input(f"{name} has {len(value)} characters, less than {least}.")
    if len(value) > 255:
        raise invalid_input(f"{name} has {len(value)} characters, more than 255.")


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
        _check_texts(specs)
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
    def destroy(self, request: Any, qos_id: str) -> Any:
        force = self.flag("force")
        types.delete_qos(types.qos(qos_id), force=force)
        return self.bare(202)

    @operation(
        policy=_QOS + "delete",
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
    def delete_keys(self, request: Any, qos_id: str, keys: Any) -> Any:
        types.unset_qos(types.qos(qos_id), keys)
        return self.bare(202)

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
    def associate(self, request: Any, qos_id: str) -> Any:
        type_id = self._type_id()
        types.associate(self.context, types.qos(qos_id), type_id)
        return self.bare(202)

    @operation(policy=_QOS + "update", status=202)
    def disassociate(self, request: Any, qos_id: str) -> Any:
        type_id = self._type_id()
        types.disassociate(self.context, types.qos(qos_id), type_id)
        return self.bare(202)

    @operation(policy=_QOS + "update", status=202)
    def disassociate_all(self, request: Any, qos_id: str) -> Any:
        types.disassociate_all(types.qos(qos_id))
        return self.bare(202)
