"""The schemas of metadata definitions.  /v2/schemas/metadefs/{name}"""

from typing import Any

from cloud.image.api.base import DIALECT
from cloud.image.api.schemas import collection, text
from versioned.schema import Schema

_TYPES = ["array", "boolean", "integer", "number", "object", "string", None]
_STRINGS = {"type": "array", "items": {"type": "string"}}
_COUNT = {"$ref": "#/definitions/positiveInteger"}
_LEAST = {"$ref": "#/definitions/positiveIntegerDefault0"}
# fmt: off
_PROPERTY: dict[str, Any] = {
    "name": {"type": "string", "maxLength": 80},
    "title": {"type": "string"}, "description": {"type": "string"},
    "operators": _STRINGS,
    "type": {"type": "string", "enum": _TYPES},
    "required": {"$ref": "#/definitions/stringArray"}, "minimum": {"type": "number"},
    "maximum": {"type": "number"}, "maxLength": _COUNT, "minLength": _LEAST,
    "pattern": {"type": "string", "format": "regex"}, "enum": {"type": "array"},
    "readonly": {"type": "boolean"}, "default": {},
    "items": {"type": "object", "properties": {
        "type": {"type": "string", "enum": _TYPES}, "enum": {"type": "array"}}},
    "maxItems": _COUNT, "minItems": _LEAST, "uniqueItems": {"type": "boolean", "default": False},
    "additionalItems": {"type": "boolean"},
}
# fmt: on
_PROPERTIES = {"$ref": "#/definitions/property"}
_NUMBERS = {
    "positiveInteger": {"type": "integer", "minimum": 0},
    "positiveIntegerDefault0": {
        "allOf": [{"$ref": "#/definitions/positiveInteger"}, {"default": 0}]
    },
}
_DEFINITIONS = {
    **_NUMBERS,
    "stringArray": {**_STRINGS, "uniqueItems": True},
    "property": {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "required": ["title", "type"],
            "properties": _PROPERTY,
        },
    },
}
_LINKS = {
    "schema": {"readOnly": True, "type": "string"},
    "self": {"readOnly": True, "type": "string"},
}


def _times(created: str, updated: str) -> dict[str, Any]:
    return {
        name: text(description, readOnly=True, format="date-time")
        for name, description in (("created_at", created), ("updated_at", updated))
    }


def _closed(
    name: str, properties: dict[str, Any], required: list[str], definitions: Any = None
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": name,
        "properties": properties,
        "additionalProperties": False,
    }
    if definitions is not None:
        found["definitions"] = definitions
    return found | {"required": required}


_TAG = {"name": {"type": "string", "maxLength": 80}}
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
    "required": {"$ref": "#/definitions/stringArray"},
    "properties": _PROPERTIES,
}
_INNER_OBJECT = {**_OBJECT, "name": {"type": "string"}}
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
        **_times(
            "Date and time of namespace creation",
            "Date and time of the last namespace modification",
        ),
        **_LINKS,
        "resource_type_associations": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in _ASSOCIATION},
            },
        },
        "properties": _PROPERTIES,
        "objects": {"type": "array", "items": {"type": "object", "properties": _INNER_OBJECT}},
        "tags": {
            "type": "array",
            "items": {"type": "object", "properties": {"name": {"type": "string"}}},
        },
    },
    ["namespace"],
    _DEFINITIONS,
)
OBJECT = _closed(
    "object",
    {
        **_OBJECT,
        **_LINKS,
        **_times(
            "Date and time of object creation", "Date and time of the last object modification"
        ),
    },
    ["name"],
    _DEFINITIONS,
)
PROPERTY = _closed(
    "property",
    _PROPERTY,
    ["type", "title", "name"],
    {**_NUMBERS, "stringArray": {**_STRINGS, "minItems": 1, "uniqueItems": True}},
)
TAG = _closed(
    "tag",
    {
        **_TAG,
        **_times("Date and time of tag creation", "Date and time of the last tag modification"),
    },
    ["name"],
)
TAGS = {"type": "array", "items": TAG}
RESOURCE_TYPE = _closed(
    "resource_type_association",
    {
        **_ASSOCIATION,
        **_times(
            "Date and time of resource type association",
            "Date and time of the last resource type association modification",
        ),
    },
    ["name"],
)


def _listed(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a list, where what its items refer to is defined outside of them."""
    item = {key: schema[key] for key in schema if key != "definitions"}
    found = collection(name, item)
    return found | ({"definitions": schema["definitions"]} if "definitions" in schema else {})


_PROPERTY_IN_LIST = {**PROPERTY, "required": ["type", "title"]}
METADEFS: dict[str, dict[str, Any]] = {
    "namespace": NAMESPACE,
    "namespaces": _listed("namespaces", NAMESPACE),
    "object": OBJECT,
    "objects": _listed("objects", OBJECT),
    "property": PROPERTY,
    "properties": _listed("properties", _PROPERTY_IN_LIST),
    "tag": TAG,
    "tags": _listed("tags", TAG),
    "resource_type": RESOURCE_TYPE,
    "resource_types": _listed("resource_type_associations", RESOURCE_TYPE),
}
_IN_LIST = METADEFS["properties"]["properties"]
_IN_LIST["properties"] = {
    "type": "object",
    "additionalProperties": _IN_LIST["properties"]["items"],
}
VALID_NAMESPACE = Schema(NAMESPACE, DIALECT)
VALID_OBJECT = Schema(OBJECT, DIALECT)
VALID_PROPERTY = Schema(PROPERTY, DIALECT)
VALID_TAG = Schema(TAG, DIALECT)
VALID_TAGS = Schema(
    {
        "name": "tags",
        "properties": {
            "tags": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}},
                    "required": ["name"],
                    "additionalProperties": False,
                },
            }
        },
        "additionalProperties": False,
    },
    DIALECT,
)
VALID_PROPERTY_OF_OBJECT = Schema({**PROPERTY, "required": ["type", "title"]}, DIALECT)
VALID_ASSOCIATION = Schema(RESOURCE_TYPE, DIALECT)
