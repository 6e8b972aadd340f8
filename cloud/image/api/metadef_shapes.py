"""How metadata definitions are shown."""

from typing import Any

from cloud.image import metadefs
from cloud.image.models import MetadefNamespace, MetadefObject, ResourceTypeAssociation


def times(row: Any) -> dict[str, Any]:
    return {"created_at": row.created_at, "updated_at": row.updated_at}


def render_object(row: MetadefObject, namespace: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": row.name, "required": row.required}
    if row.description is not None:
        shown["description"] = row.description
    return shown | {
        "properties": row.properties,
        **times(row),
        "self": f"/v2/metadefs/namespaces/{namespace}/objects/{row.name}",
        "schema": "/v2/schemas/metadefs/object",
    }


def render_association(row: ResourceTypeAssociation, *, timed: bool = True) -> dict[str, Any]:
    shown = {"name": row.resource_type.name}
    for name in ("prefix", "properties_target"):
        value = getattr(row, name)
        if value is not None:
            shown[name] = value
    return shown | (times(row) if timed else {})


def render_namespace(row: MetadefNamespace) -> dict[str, Any]:
    shown = {name: value for name in metadefs.FIELDS if (value := getattr(row, name)) is not None}
    return shown | {
        **times(row),
        "self": f"/v2/metadefs/namespaces/{row.namespace}",
        "schema": "/v2/schemas/metadefs/namespace",
    }


def target_of(namespace: MetadefNamespace) -> dict[str, Any]:
    return {"owner": namespace.owner, "visibility": namespace.visibility}
