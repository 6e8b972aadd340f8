"""Metadata definitions: namespaces, and the objects, properties, tags and types in them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cloud.image import texts
from cloud.image.errors import BadRequest, Conflict, Forbidden, NotFound
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
# What the contents of a namespace are called: in itself, and where there is none of a name.
_NOUNS: dict[type, tuple[str, str]] = {
    MetadefObject: ("metadata definition object", "metadata object"),
    MetadefProperty: ("metadata definition property", "property"),
    MetadefTag: ("metadata tag", "metadata tag"),
}
_PROTECTED = {MetadefObject: "object", MetadefProperty: "property", MetadefTag: "tag"}
_RESOURCE_TYPE = "resource-type-association"


class HiddenNamespace(NotFound):
    """A namespace that the caller may not see."""


def visible_to(context: RequestContext) -> Q:
    if context.is_admin:
        return Q()
    return Q(visibility="public") | Q(owner=context.project_id)


def namespace_of(context: RequestContext, name: str) -> MetadefNamespace:
    found = MetadefNamespace.objects.filter(namespace=name).first()
    if found is None:
        raise NotFound(f"Metadata definition namespace={name} was not found.")
    is_visible = found.owner is None or found.visibility == "public"
    if not (context.is_admin or is_visible or found.owner == context.project_id):
        raise HiddenNamespace
    return found


def _absent(model: type, name: str) -> NotFound:
    return NotFound(f"Could not find {_NOUNS[model][1]} {name}")


def _present(model: type, namespace: str, name: str) -> Conflict:
    note = " (Please note that metadata tag names are case insensitive)."
    return Conflict(
        f"A {_NOUNS[model][0]} with name={name} already exists in namespace={namespace}."
        + (note if model is MetadefTag else "")
    )


def _check_narrow(doing: str, values: Mapping[str, Any]) -> None:
    """Refuse what Glance's databases cannot hold."""
    for name, value in values.items():
        if isinstance(value, dict):
            _check_narrow(doing, value)
        elif texts.is_wide(name):
            raise BadRequest(f"Couldn't {doing}: Property names can't contain 4 byte unicode.")
        elif texts.is_wide(value):
            raise BadRequest(
                f"Couldn't {doing}: {name.title()} can't contain 4 byte unicode characters."
            )


@transaction.atomic
def create_namespace(values: Mapping[str, Any], *, owner: str | None) -> MetadefNamespace:
    """Make a namespace with all that is given in it."""
    name = values["namespace"]
    columns = {"owner": owner, **{key: values[key] for key in FIELDS if key in values}}
    _check_narrow("create metadata namespace", columns)
    if MetadefNamespace.objects.filter(namespace=name).exists():
        raise Conflict(f"The metadata definition namespace={name} already exists.")
    made = MetadefNamespace.objects.create(**columns)
    doing = "create metadata namespace"
    for each in values.get("resource_type_associations", ()):
        associate(made, each)
    for each in values.get("objects", ()):
        create(MetadefObject, made, each["name"], each, doing=doing)
    for each in values.get("tags", ()):
        create(MetadefTag, made, each["name"], {}, doing=doing)
    for key, schema in values.get("properties", {}).items():
        create(MetadefProperty, made, key, {"schema": schema}, doing=doing)
    return made


@transaction.atomic
def update_namespace(
    namespace: MetadefNamespace, values: Mapping[str, Any], *, owner: str | None
) -> None:
    """Give a namespace new facts; those that are not given are what a new one has."""
    name = values["namespace"]
    columns = {key: values.get(key) for key in FIELDS}
    columns["visibility"] = columns["visibility"] or "private"
    columns["protected"] = columns["protected"] or False
    columns["owner"] = columns["owner"] or owner
    _check_narrow("update metadata namespace", columns)
    taken = MetadefNamespace.objects.filter(namespace=name).exclude(pk=namespace.pk)
    if taken.exists():
        raise Conflict(
            "Invalid update. It would result in a duplicate metadata definition namespace with "
            f"the same name of {name}"
        )
    for key, value in columns.items():
        setattr(namespace, key, value)
    namespace.updated_at = timezone.now()
    namespace.save()


@transaction.atomic
def delete_namespace(namespace: MetadefNamespace) -> None:
    _check_unprotected(namespace, "namespace", namespace.namespace)
    namespace.delete()


def _check_unprotected(namespace: MetadefNamespace, noun: str, name: str) -> None:
    if namespace.protected:
        raise Forbidden(f"Metadata definition {noun} {name} is protected and cannot be deleted.")


def _columns(model: type, values: Mapping[str, Any]) -> dict[str, Any]:
    if model is MetadefProperty:
        return {"schema": values["schema"]}
    if model is MetadefObject:
        return {
            "description": values.get("description"),
            "required": _as_listed(values.get("required", [])),
            "properties": values.get("properties", {}),
        }
    return {}


def _as_listed(names: list[str]) -> list[str]:
    # Glance: they are kept with commas between them.
    text = ",".join(names)
    return text.split(",") if text else []


@transaction.atomic
def create(
    model: Any,
    namespace: MetadefNamespace,
    name: str,
    values: Mapping[str, Any],
    *,
    doing: str | None = None,
) -> Any:
    """Put an object, a property or a tag into a namespace."""
    columns = _columns(model, values)
    _check_storable(model, "create", name, columns, doing)
    if model.objects.filter(namespace=namespace, name=name).exists():
        raise _present(model, namespace.namespace, name)
    return model.objects.create(namespace=namespace, name=name, **columns)


def _check_storable(
    model: Any, verb: str, name: str, columns: Mapping[str, Any], doing: str | None = None
) -> None:
    # Glance: the schema of a property is stored as JSON, where everything is ASCII.
    kept = {} if model is MetadefProperty else columns
    noun = "property" if model is MetadefProperty else _NOUNS[model][1].removeprefix("metadata ")
    _check_narrow(doing or f"{verb} metadata {noun}", {"name": name, **kept})


def find(model: Any, namespace: MetadefNamespace, name: str) -> Any:
    found = model.objects.filter(namespace=namespace, name=name).first()
    if found is None:
        raise _absent(model, name)
    return found


@transaction.atomic
def update(model: Any, namespace: MetadefNamespace, name: str, values: Mapping[str, Any]) -> Any:
    """Change an object, a property or a tag; `values["name"]` may give it a new name."""
    found = find(model, namespace, name)
    new = values.get("name", name)
    columns = _columns(model, values)
    _check_storable(model, "update", new, columns)
    if new != name and model.objects.filter(namespace=namespace, name=new).exists():
        raise _present(model, namespace.namespace, new)
    found.name = new
    for key, value in columns.items():
        setattr(found, key, value)
    if model is not MetadefProperty:
        found.updated_at = timezone.now()
    found.save()
    return found


@transaction.atomic
def delete(model: Any, namespace: MetadefNamespace, name: str) -> None:
    found = find(model, namespace, name)
    _check_unprotected(namespace, _PROTECTED[model], name)
    found.delete()


@transaction.atomic
def clear(model: Any, namespace: MetadefNamespace) -> None:
    """Take all objects, properties or tags out of a namespace."""
    _check_unprotected(namespace, "namespace", namespace.namespace)
    model.objects.filter(namespace=namespace).delete()


@transaction.atomic
def replace_tags(namespace: MetadefNamespace, names: list[str], *, keep_others: bool) -> list[str]:
    """Set the tags of a namespace, or add to them; none leave it as it is."""
    if names and not keep_others:
        MetadefTag.objects.filter(namespace=namespace).delete()
    for name in names:
        if MetadefTag.objects.filter(namespace=namespace, name=name).exists():
            raise _present(MetadefTag, namespace.namespace, name)
        MetadefTag.objects.create(namespace=namespace, name=name)
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
    found = ResourceTypeAssociation.objects.filter(namespace=namespace, resource_type__name=name)
    if not found.exists():
        raise NotFound(f"Failed to find resource type {name} to delete")
    _check_unprotected(namespace, _RESOURCE_TYPE, name)
    found.delete()
