"""Metadata definitions: namespaces, and the objects, properties, tags and types in them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cloud.image.errors import Conflict, Forbidden, NotFound
from cloud.image.models import (
    MetadefNamespace,
    MetadefObject,
    MetadefProperty,
    MetadefTag,
    ResourceType,
    ResourceTypeAssociation,
)
from middleware.context import RequestContext

FIELDS = ("namespace", "display_name", "description", "visibility", "protected", "owner")
_NOUNS: dict[type, str] = {
    MetadefObject: "object",
    MetadefProperty: "property",
    MetadefTag: "tag",
}


def visible_to(context: RequestContext) -> Q:
    if context.is_admin:
        return Q()
    return Q(visibility="public") | Q(owner=context.project_id)


def namespace_of(context: RequestContext, name: str) -> MetadefNamespace:
    found = MetadefNamespace.objects.filter(visible_to(context), namespace=name).first()
    if found is None:
        raise NotFound(f"Metadata definition namespace={name} was not found.")
    return found


def _absent(model: type, namespace: str, name: str) -> NotFound:
    noun = _NOUNS[model]
    return NotFound(
        f"The metadata definition {noun} with name={name} was not found in namespace={namespace}."
    )


def _present(model: type, namespace: str, name: str) -> Conflict:
    noun = "metadata tag" if model is MetadefTag else f"metadata definition {_NOUNS[model]}"
    article = "A"
    return Conflict(f"{article} {noun} with name={name} already exists in namespace={namespace}.")


@transaction.atomic
def create_namespace(values: Mapping[str, Any], *, owner: str | None) -> MetadefNamespace:
    """Make a namespace with all that is given in it."""
    name = values["namespace"]
    if MetadefNamespace.objects.filter(namespace=name).exists():
        raise Conflict(f"The metadata definition namespace={name} already exists.")
    made = MetadefNamespace.objects.create(
        **{"owner": owner, **{key: values[key] for key in FIELDS if key in values}}
    )
    for each in values.get("resource_type_associations", ()):
        associate(made, each)
    for each in values.get("objects", ()):
        create(MetadefObject, made, each["name"], each)
    for key, schema in values.get("properties", {}).items():
        create(MetadefProperty, made, key, {"schema": schema})
    for each in values.get("tags", ()):
        create(MetadefTag, made, each["name"], {})
    return made


@transaction.atomic
def update_namespace(namespace: MetadefNamespace, values: Mapping[str, Any]) -> None:
    name = values["namespace"]
    taken = MetadefNamespace.objects.filter(namespace=name).exclude(pk=namespace.pk)
    if taken.exists():
        raise Conflict(f"The metadata definition namespace={name} already exists.")
    for key in FIELDS:
        if key in values:
            setattr(namespace, key, values[key])
    namespace.updated_at = timezone.now()
    namespace.save()


@transaction.atomic
def delete_namespace(namespace: MetadefNamespace) -> None:
    if namespace.protected:
        raise Forbidden(
            f"Metadata definition namespace {namespace.namespace} is protected and cannot be "
            "deleted."
        )
    namespace.delete()


def _columns(model: type, values: Mapping[str, Any]) -> dict[str, Any]:
    if model is MetadefProperty:
        return {"schema": values["schema"]}
    if model is MetadefObject:
        known = ("description", "required", "properties")
        return {key: values[key] for key in known if key in values}
    return {}


@transaction.atomic
def create(model: Any, namespace: MetadefNamespace, name: str, values: Mapping[str, Any]) -> Any:
    """Put an object, a property or a tag into a namespace."""
    if model.objects.filter(namespace=namespace, name=name).exists():
        raise _present(model, namespace.namespace, name)
    return model.objects.create(namespace=namespace, name=name, **_columns(model, values))


def find(model: Any, namespace: MetadefNamespace, name: str) -> Any:
    found = model.objects.filter(namespace=namespace, name=name).first()
    if found is None:
        raise _absent(model, namespace.namespace, name)
    return found


@transaction.atomic
def update(model: Any, namespace: MetadefNamespace, name: str, values: Mapping[str, Any]) -> Any:
    """Change an object, a property or a tag; `values["name"]` may give it a new name."""
    found = find(model, namespace, name)
    new = values.get("name", name)
    if new != name and model.objects.filter(namespace=namespace, name=new).exists():
        raise _present(model, namespace.namespace, new)
    found.name = new
    for key, value in _columns(model, values).items():
        setattr(found, key, value)
    if model is not MetadefProperty:
        found.updated_at = timezone.now()
    found.save()
    return found


@transaction.atomic
def delete(model: Any, namespace: MetadefNamespace, name: str) -> None:
    _check_unprotected(namespace)
    find(model, namespace, name).delete()


@transaction.atomic
def clear(model: Any, namespace: MetadefNamespace) -> None:
    """Take all objects, properties or tags out of a namespace."""
    _check_unprotected(namespace)
    model.objects.filter(namespace=namespace).delete()


def _check_unprotected(namespace: MetadefNamespace) -> None:
    if namespace.protected:
        raise Forbidden(
            f"Metadata definition namespace {namespace.namespace} is protected and cannot be "
            "deleted."
        )


@transaction.atomic
def replace_tags(namespace: MetadefNamespace, names: list[str], *, keep_others: bool) -> list[str]:
    """Set the tags of a namespace, or add to them."""
    if not keep_others:
        MetadefTag.objects.filter(namespace=namespace).delete()
    for name in names:
        create(MetadefTag, namespace, name, {})
    return names


@transaction.atomic
def associate(namespace: MetadefNamespace, values: Mapping[str, Any]) -> ResourceTypeAssociation:
    """Say that a namespace's properties are for a type of resource."""
    name = values["name"]
    kind, _ = ResourceType.objects.get_or_create(name=name)
    if ResourceTypeAssociation.objects.filter(namespace=namespace, resource_type=kind).exists():
        raise Conflict(
            f"The metadata definition resource-type association of resource-type={name} to "
            f"namespace={namespace.namespace} already exists."
        )
    return ResourceTypeAssociation.objects.create(
        namespace=namespace,
        resource_type=kind,
        prefix=values.get("prefix"),
        properties_target=values.get("properties_target"),
    )


@transaction.atomic
def dissociate(namespace: MetadefNamespace, name: str) -> None:
    _check_unprotected(namespace)
    found = ResourceTypeAssociation.objects.filter(namespace=namespace, resource_type__name=name)
    if not found.delete()[0]:
        raise NotFound(f"Failed to find resource type {name} to delete")
