"""The schemas of metadata definitions.  /v2/schemas/metadefs/{name}"""

from typing import Any

from cloud.image.api.base import DIALECT
from cloud.image.api.schemas import collection, text
from versioned.schema import Schema

_ARRAY = {"type": "array", "items": {"type": "string"}}
_COUNT = {"type": "integer", "minimum": 0}
# fmt: off
_PROPERTY: dict[str, Any] = {
    "title": {"type": "string"}, "description": {"type": "string"},
    "operators": _ARRAY,
    "type": {"type": "string",
             "enum": ["array", "boolean", "integer", "number", "object", "string", None]},
    "required": {**_ARRAY, "uniqueItems": True}, "minimum": {"type": "number"},
    "maximum": {"type": "number"}, "maxLength": _COUNT, "minLength": _COUNT,
    "pattern": {"type": "string", "format": "regex"}, "enum": {"type": "array"},
    "readonly": {"type": "boolean"}, "default": {},
    "items": {"type": "object", "properties": {
        "type": {"type": "string",
                 "enum": ["array", "boolean", "integer", "number", "object", "string", None]},
        "enum": {"type": "array"}}},
    "maxItems": _COUNT, "minItems": _COUNT, "uniqueItems": {"type": "boolean"},
    "additionalItems": {"type": "boolean"},
}
# fmt: on
_TYPED = {"type": "object", "required": ["title", "type"], "properties": _PROPERTY}
_TYPES = {"type": "object", "additionalProperties": _TYPED}
_TIMES = {
    "created_at": text("Date and time of creation", readOnly=True, format="date-time"),
    "updated_at": text("Date and time of the last modification", readOnly=True, format="date-time"),
}
_LINKS = {
    "schema": {"readOnly": True, "type": "string"},
    "self": {"readOnly": True, "type": "string"},
}


def _closed(name: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "properties": properties,
        "additionalProperties": False,
        "required": required,
    }


_TAG = {"name": text("The name of the tag", longest=80)}
_ASSOCIATION = {
    "name": text(
        "Resource type names should be aligned with Heat resource types whenever possible: "
        "https://docs.openstack.org/heat/latest/template_guide/openstack.html",
        longest=80,
    ),
    "prefix": text(
        "Specifies the prefix to use for the given resource type. Any properties in the namespace "
        "should be prefixed with this prefix when being applied to the specified resource type. "
        "Must include prefix separator (e.g. a colon :).",
        longest=80,
    ),
    "properties_target": text(
        "Some resource types allow more than one key / value pair per instance.  For example, "
        "Cinder allows user and image metadata on volumes. Only the image properties metadata is "
        "evaluated by Nova (scheduling or drivers). This property allows a namespace target to "
        "remove the ambiguity.",
        longest=80,
    ),
}
_OBJECT = {
    "name": {"type": "string", "maxLength": 80},
    "description": {"type": "string"},
    "required": {**_ARRAY, "uniqueItems": True},
    "properties": _TYPES,
}
NAMESPACE = _closed(
    "namespace",
    {
        "namespace": text("The unique namespace text.", longest=80),
        "display_name": text(
            "The user friendly name for the namespace. Used by UI if available.", longest=80
        ),
        "description": text("Provides a user friendly description of the namespace.", longest=500),
        "visibility": text("Scope of namespace accessibility.", enum=["public", "private"]),
        "protected": {
            "type": "boolean",
            "description": "If true, namespace will not be deletable.",
        },
        "owner": text("Owner of the namespace.", longest=255),
        **_TIMES,
        **_LINKS,
        "resource_type_associations": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in _ASSOCIATION},
            },
        },
        "properties": _TYPES,
        "objects": {"type": "array", "items": {"type": "object", "properties": _OBJECT}},
        "tags": {
            "type": "array",
            "items": {"type": "object", "properties": {"name": {"type": "string"}}},
        },
    },
    ["namespace"],
)
OBJECT = _closed("object", {**_OBJECT, **_LINKS, **_TIMES}, ["name"])
PROPERTY = _closed(
    "property", {"name": {"type": "string", "maxLength": 80}, **_PROPERTY},
    ["name", "title", "type"],
)  # fmt: skip
TAG = _closed("tag", {**_TAG, **_TIMES}, ["name"])
TAGS = {"type": "array", "items": TAG}
RESOURCE_TYPE = _closed("resource_type_association", {**_ASSOCIATION, **_TIMES}, ["name"])
METADEFS: dict[str, dict[str, Any]] = {
    "namespace": NAMESPACE,
    "namespaces": collection("namespaces", NAMESPACE),
    "object": OBJECT,
    "objects": collection("objects", OBJECT),
    "property": PROPERTY,
    "properties": {
        "name": "properties",
        "properties": {"properties": {"type": "object", "additionalProperties": PROPERTY}},
        "links": collection("properties", PROPERTY)["links"],
    },
    "tag": TAG,
    "tags": collection("tags", TAG),
    "resource_type": RESOURCE_TYPE,
    "resource_types": collection("resource_type_associations", RESOURCE_TYPE),
}
VALID_NAMESPACE = Schema(NAMESPACE, DIALECT)
VALID_OBJECT = Schema(OBJECT, DIALECT)
VALID_PROPERTY = Schema(PROPERTY, DIALECT)
VALID_TAG = Schema(TAG, DIALECT)
VALID_TAGS = Schema(
    {"name": "tags", "properties": {"tags": TAGS}, "additionalProperties": False}, DIALECT
)
VALID_ASSOCIATION = Schema(RESOURCE_TYPE, DIALECT)
