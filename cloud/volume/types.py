"""Volume types: their extra specs, access, encryption, quality of service, and defaults."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from cloud.volume import queries
from cloud.volume.errors import BadRequest, Conflict, NotFound
from cloud.volume.models import DefaultType, QosSpec, VolumeType, VolumeTypeAccess
from cloud.volume.volumes import default_type
from middleware.context import RequestContext

ENCRYPTION = ("provider", "control_location", "cipher", "key_size")


def _touch(thing: Any) -> None:
    thing.updated_at = timezone.now()
    thing.save()


@transaction.atomic
def create(values: Mapping[str, Any]) -> VolumeType:
    name = values["name"]
    if VolumeType.objects.filter(name=name).exists():
        raise Conflict(f"Volume Type {name} already exists.")
    return VolumeType.objects.create(**values)


def check_change(values: Mapping[str, Any]) -> None:
    """Refuse a change of a type that changes nothing, or takes its name away."""
    name = values.get("name")
    if name and not name.strip():
        raise BadRequest("Volume type name can not be empty.")
    if all(values.get(key) is None for key in ("name", "description", "is_public")):
        raise BadRequest(
            "Specify volume type name, description, is_public or a combination thereof."
        )


@transaction.atomic
def update(kind: VolumeType, values: Mapping[str, Any]) -> None:
    name = values.get("name")
    if name is not None:
        if VolumeType.objects.filter(name=name).exclude(pk=kind.pk).exists():
            raise Conflict(f"Volume Type {name} already exists.")
        kind.name = name
    if values.get("description") is not None:
        kind.description = values["description"]
    if values.get("is_public") is not None:
        kind.is_public = values["is_public"]
    _touch(kind)


@transaction.atomic
def delete(context: RequestContext, kind: VolumeType) -> None:
    if kind.default_of.exists() or kind.pk == default_type(context).pk:
        raise BadRequest(
            f"The volume type {kind.pk} is a default volume type and cannot be deleted."
        )
    if kind.volumes.exists():
        raise BadRequest("Target volume type is still in use.")
    if VolumeType.objects.count() == 1:
        raise BadRequest(
            f"The volume type {kind.pk} is the only currently defined volume type and cannot be "
            "deleted."
        )
    kind.delete()


# Extra specs


@transaction.atomic
def set_specs(kind: VolumeType, specs: Mapping[str, Any]) -> None:
    _check_unused(kind)
    wanted = {**kind.extra_specs, **specs}
    if wanted.get("multiattach") == wanted.get("cacheable") == "<is> True":
        raise BadRequest("cacheable cannot be set with multiattach.")
    kind.extra_specs = wanted
    _touch(kind)


def _check_unused(kind: VolumeType) -> None:
    if kind.volumes.exists():
        raise BadRequest("Volume Type is currently in use.")


def spec_not_found(kind: VolumeType, key: str) -> NotFound:
    return NotFound(f"Volume Type {kind.pk} has no extra specs with key {key}.")


@transaction.atomic
def remove_spec(kind: VolumeType, key: str) -> None:
    _check_unused(kind)
    if key not in kind.extra_specs:
        raise spec_not_found(kind, key)
    kind.extra_specs = {name: kind.extra_specs[name] for name in kind.extra_specs if name != key}
    _touch(kind)


# Access


@transaction.atomic
def allow(kind: VolumeType, project_id: str) -> None:
    _check_private(kind)
    _, is_new = VolumeTypeAccess.objects.get_or_create(volume_type=kind, project_id=project_id)
    if not is_new:
        raise Conflict(
            f"Volume type access for {kind.pk} / {project_id} combination already exists."
        )


@transaction.atomic
def disallow(kind: VolumeType, project_id: str) -> None:
    _check_private(kind)
    found = VolumeTypeAccess.objects.filter(volume_type=kind, project_id=project_id)
    if not found.delete()[0]:
        raise NotFound(f"Volume type access not found for {kind.pk} / {project_id} combination.")


def _check_private(kind: VolumeType) -> None:
    if kind.is_public:
        raise BadRequest(
            "Invalid volume type: Type access modification is not applicable to public volume type."
        )


# Encryption


def _has_encrypted(kind: VolumeType) -> bool:
    return kind.volumes.filter(encryption_key_id__isnull=False).exists()


@transaction.atomic
def encrypt(kind: VolumeType, values: Mapping[str, Any]) -> dict[str, Any]:
    """Say how volumes of the type are encrypted."""
    if _has_encrypted(kind):
        raise BadRequest("Cannot create encryption specs. Volume type in use.")
    if kind.encryption:
        raise BadRequest(f"Volume type encryption for type {kind.pk} already exists.")
    found = {name: values.get(name) for name in ENCRYPTION}
    found["encryption_id"] = str(uuid4())
    found["created_at"] = timezone.now().isoformat()
    kind.encryption = found
    _touch(kind)
    return found


@transaction.atomic
def change_encryption(kind: VolumeType, values: Mapping[str, Any]) -> None:
    if _has_encrypted(kind):
        raise BadRequest("Cannot update encryption specs. Volume type in use.")
    if not kind.encryption:
        raise no_encryption(kind.pk)
    kind.encryption = {
        **kind.encryption,
        **{name: values[name] for name in ENCRYPTION if name in values},
        "updated_at": timezone.now().isoformat(),
    }
    _touch(kind)


@transaction.atomic
def decrypt(kind: VolumeType) -> None:
    if _has_encrypted(kind):
        raise BadRequest("Cannot delete encryption specs. Volume type in use.")
    if not kind.encryption:
        raise no_encryption(kind.pk)
    kind.encryption = None
    _touch(kind)


def no_encryption(type_id: str) -> NotFound:
    return NotFound(f"Volume type encryption for type {type_id} does not exist.")


# Quality of service


def qos(qos_id: str) -> QosSpec:
    found = QosSpec.objects.filter(pk=qos_id).first()
    if found is None:
        raise NotFound(f"No such QoS spec {qos_id}.")
    return found


_CONSUMERS = ("back-end", "front-end", "both")


def _check_consumer(consumer: str) -> None:
    if consumer not in _CONSUMERS:
        # Volume (Cinder): it shows the type that checks it.
        raise BadRequest(
            "Invalid qos specs: Valid consumer of QoS specs are: QoSConsumerValues("
            "default=<class 'oslo_versionedobjects.fields.UnspecifiedDefault'>,nullable=False,"
            f"valid_values={_CONSUMERS})"
        )


@transaction.atomic
def create_qos(name: str, consumer: str, specs: Mapping[str, Any]) -> QosSpec:
    _check_consumer(consumer)
    if QosSpec.objects.filter(name=name).exists():
        raise Conflict(f"QoS Specs {name} already exists.")
    return QosSpec.objects.create(name=name, consumer=consumer, specs=dict(specs))


@transaction.atomic
def set_qos(spec: QosSpec, values: Mapping[str, Any]) -> None:
    specs = dict(values)
    consumer = specs.pop("consumer", None)
    if consumer is not None:
        _check_consumer(consumer)
        spec.consumer = consumer
    spec.specs = {**spec.specs, **specs}
    _touch(spec)


@transaction.atomic
def unset_qos(spec: QosSpec, keys: list[str]) -> None:
    for key in keys:
        if key not in spec.specs:
            raise NotFound(f"QoS spec {spec.pk} has no spec with key {key}.")
    spec.specs = {key: value for key, value in spec.specs.items() if key not in keys}
    _touch(spec)


@transaction.atomic
def delete_qos(spec: QosSpec, *, force: bool) -> None:
    if spec.types.exists() and not force:
        raise BadRequest("Qos specs still in use.")
    spec.delete()


@transaction.atomic
def associate(context: RequestContext, spec: QosSpec, type_id: str) -> None:
    kind = queries.volume_type_by_id(context, type_id)
    if kind.qos_specs_id not in (None, spec.pk):
        raise BadRequest(
            f"Invalid volume type: Type {type_id} is already associated with another qos specs: "
            f"{kind.qos_specs_id}"
        )
    kind.qos_specs = spec
    _touch(kind)


@transaction.atomic
def disassociate(context: RequestContext, spec: QosSpec, type_id: str) -> None:
    kind = queries.volume_type_by_id(context, type_id)
    if kind.qos_specs_id == spec.pk:
        kind.qos_specs = None
        _touch(kind)


@transaction.atomic
def disassociate_all(spec: QosSpec) -> None:
    spec.types.update(qos_specs=None)


# The default of a project


@transaction.atomic
def set_default(context: RequestContext, project_id: str, name_or_id: str) -> DefaultType:
    try:
        kind = queries.volume_type(context, name_or_id)
    except NotFound as error:
        raise BadRequest(error.message) from None
    default, _ = DefaultType.objects.update_or_create(
        project_id=project_id, defaults={"volume_type": kind, "updated_at": timezone.now()}
    )
    return default


@transaction.atomic
def unset_default(project_id: str) -> None:
    DefaultType.objects.filter(project_id=project_id).delete()
