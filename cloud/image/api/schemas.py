"""The schemas that Image validates with and shows.  /v2/schemas/{name}"""

from typing import Any

from cloud.image.api.base import DIALECT
from cloud.image.errors import BadRequest
from versioned.schema import Invalid, Schema

CONTAINER_FORMATS = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"]
DISK_FORMATS = [
    "ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop",
]  # fmt: skip
UUID = "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$"


def text(description: str, *, longest: int | None = None, **how: Any) -> dict[str, Any]:
    return _described("string", description, longest, how)


def optional(description: str, *, longest: int | None = None, **how: Any) -> dict[str, Any]:
    return _described(["null", "string"], description, longest, how)


def number(description: str, *, optional: bool = False, **how: Any) -> dict[str, Any]:
    return _described(["null", "integer"] if optional else "integer", description, None, how)


def _described(kind: Any, description: str, longest: int | None, how: dict[str, Any]) -> Any:
    # Refusals quote schemas: the keys stand in Glance's order.
    found = {"type": kind}
    if "readOnly" in how:
        found["readOnly"] = how.pop("readOnly")
    found |= {"description": description, **how}
    if longest is not None:
        found["maxLength"] = longest
    return found


def _custom(description: str, **how: Any) -> dict[str, Any]:
    """A property that is none of Image's own, as Glance's schema file writes it."""
    last = {} if "type" in how else {"type": "string"}
    return {**how, "description": description, **last, "is_base": False}


_KEYS = "https://docs.openstack.org/python-glanceclient/latest/cli/property-keys.html"
READ_ONLY = {"readOnly": True}
IMAGE_PROPERTIES: dict[str, Any] = {
    "id": text("An identifier for the image", pattern=UUID),
    "name": optional("Descriptive name for the image", longest=255),
    "status": text(
        "Status of the image",
        **READ_ONLY,
        enum=["queued", "saving", "active", "killed", "deleted", "uploading", "importing",
              "pending_delete", "deactivated"],
    ),
    "visibility": text(
        "Scope of image accessibility", enum=["community", "public", "private", "shared"]
    ),
    "protected": {"type": "boolean", "description": "If true, image will not be deletable."},
    "os_hidden": {
        "type": "boolean",
        "description": "If true, image will not appear in default image list response.",
    },
    "checksum": optional("md5 hash of image contents.", longest=32, **READ_ONLY),
    "os_hash_algo": optional(
        "Algorithm to calculate the os_hash_value", longest=64, **READ_ONLY
    ),
    "os_hash_value": optional(
        "Hexdigest of the image contents using the algorithm specified by the os_hash_algo",
        longest=128,
        **READ_ONLY,
    ),
    "owner": optional("Owner of the image", longest=255),
    "size": number("Size of image file in bytes", optional=True, **READ_ONLY),
    "virtual_size": number("Virtual size of image in bytes", optional=True, **READ_ONLY),
    "container_format": optional("Format of the container", enum=[None, *CONTAINER_FORMATS]),
    "disk_format": optional("Format of the disk", enum=[None, *DISK_FORMATS]),
    "created_at": text("Date and time of image registration", **READ_ONLY),
    "updated_at": text("Date and time of the last image modification", **READ_ONLY),
    "tags": {
        "type": "array",
        "description": "List of strings related to the image",
        "items": {"type": "string", "maxLength": 255},
    },
    "direct_url": text("URL to access the image file kept in external store", **READ_ONLY),
    "min_ram": number("Amount of ram (in MB) required to boot image."),
    "min_disk": number("Amount of disk space (in GB) required to boot image."),
    "self": text("An image self url", **READ_ONLY),
    "file": text("An image file url", **READ_ONLY),
    "stores": text(
        "Store in which image data resides.  Only present when the operator has enabled multiple "
        "stores.  May be a comma-separated list of store identifiers.",
        **READ_ONLY,
    ),
    "schema": text("An image schema url", **READ_ONLY),
    "locations": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "url": {"type": "string", "maxLength": 255},
                "metadata": {"type": "object"},
                "validation_data": {
                    "description": "Values to be used to populate the corresponding image "
                    "properties. If the image status is not 'queued', values must exactly match "
                    "those already contained in the image properties.",
                    "type": "object",
                    "writeOnly": True,
                    "additionalProperties": False,
                    "properties": {
                        "checksum": {"type": "string", "minLength": 32, "maxLength": 32},
                        "os_hash_algo": {"type": "string", "maxLength": 64},
                        "os_hash_value": {"type": "string", "maxLength": 128},
                    },
                    "required": ["os_hash_algo", "os_hash_value"],
                },
            },
            "required": ["url", "metadata"],
        },
        "description": "A set of URLs to access the image file kept in external store",
    },
    # The properties that compute understands, as Glance's schema file lists them.
    "kernel_id": _custom(
        "ID of image stored in Glance that should be used as the kernel when booting an AMI-style "
        "image.",
        type=["null", "string"], pattern=UUID,
    ),
    "ramdisk_id": _custom(
        "ID of image stored in Glance that should be used as the ramdisk when booting an "
        "AMI-style image.",
        type=["null", "string"], pattern=UUID,
    ),
    "instance_uuid": _custom(
        "Metadata which can be used to record which instance this image is associated with. "
        "(Informational only, does not create an instance snapshot.)",
        type="string",
    ),
    "architecture": _custom(f"Operating system architecture as specified in {_KEYS}"),
    "os_distro": _custom(f"Common name of operating system distribution as specified in {_KEYS}"),
    "os_version": _custom("Operating system version as specified by the distributor."),
    "description": _custom("A human-readable string describing this image."),
}  # fmt: skip
IMAGE: dict[str, Any] = {
    "name": "image",
    "properties": IMAGE_PROPERTIES,
    "additionalProperties": {"type": "string"},
    "links": [
        {"rel": "self", "href": "{self}"},
        {"rel": "enclosure", "href": "{file}"},
        {"rel": "describedby", "href": "{schema}"},
    ],
}
MEMBER: dict[str, Any] = {
    "name": "member",
    "properties": {
        "member_id": text("An identifier for the image member (tenantId)"),
        "image_id": text("An identifier for the image", pattern=UUID),
        "created_at": text("Date and time of image member creation"),
        "updated_at": text("Date and time of last modification of image member"),
        "status": text("The status of this image member", enum=["pending", "accepted", "rejected"]),
        "schema": {"readOnly": True, "type": "string"},
    },
}


def _told(description: str, **how: Any) -> dict[str, Any]:
    return {"description": description, "type": "string", **how}


TASK: dict[str, Any] = {
    "name": "task",
    "properties": {
        "id": {"description": "An identifier for the task", "pattern": UUID, "type": "string"},
        "type": {
            "description": "The type of task represented by this content",
            "enum": ["import", "api_image_import", "location_import"],
            "type": "string",
        },
        "status": {
            "description": "The current status of this task",
            "enum": ["pending", "processing", "success", "failure"],
            "type": "string",
        },
        "input": _told("The parameters required by task, JSON blob", type=["null", "object"]),
        "result": _told("The result of current task, JSON blob", type=["null", "object"]),
        "owner": _told("An identifier for the owner of this task"),
        "message": _told("Human-readable informative message only included when appropriate "
                         "(usually on failure)"),
        "image_id": _told("Image associated with the task"),
        "request_id": _told("Human-readable informative request-id"),
        "user_id": _told("User associated with the task"),
        "expires_at": _told("Datetime when this resource would be subject to removal",
                            type=["null", "string"]),
        "created_at": _told("Datetime when this resource was created"),
        "updated_at": _told("Datetime when this resource was updated"),
        "self": {"readOnly": True, "type": "string"},
        "schema": {"readOnly": True, "type": "string"},
    },
}  # fmt: skip
TASK_IN_LIST: dict[str, Any] = {
    **TASK,
    "properties": {
        name: schema
        for name, schema in TASK["properties"].items()
        if name not in ("input", "result", "message")
    },
}
LOCATION: dict[str, Any] = {
    "name": "location",
    "properties": {
        "add_location": {
            "type": "object",
            "description": "Values of location url, do_secure_hash and validation_data for new "
            "add location API",
            "properties": {
                "url": text("The URL of the new location to be added in the image.", **READ_ONLY),
                "validation_data": {
                    "description": "Values to be used to populate the corresponding image "
                    "properties.do_secure_hash is not True then image checksum and hash will not "
                    "be calculated so it is the responsibility of the consumer of location ADD "
                    "API to provide the correct values in the validation_data parameter",
                    "type": "object",
                    "writeOnly": True,
                    "additionalProperties": False,
                    "properties": {
                        "os_hash_algo": {
                            "type": "string",
                            "maxLength": 64,
                            "enum": ["sha1", "sha256", "sha512", "md5"],
                        },
                        "os_hash_value": {"type": "string", "maxLength": 128},
                    },
                    "dependentRequired": {
                        "os_hash_value": ["os_hash_algo"],
                        "os_hash_algo": ["os_hash_value"],
                    },
                },
            },
            "required": ["url"],
        }
    },
    "additionalProperties": {"type": "string"},
}


def collection(name: str, item: dict[str, Any], *, linked: bool = True) -> dict[str, Any]:
    """The schema of a list of `item`."""
    links = [
        {"rel": "first", "href": "{first}"},
        {"rel": "next", "href": "{next}"},
        {"rel": "describedby", "href": "{schema}"},
    ]
    if not linked:
        return {
            "name": name,
            "properties": {
                name: {"type": "array", "items": item},
                "schema": {"type": "string"},
            },
            "links": links[2:],
        }
    return {
        "name": name,
        "properties": {
            name: {"type": "array", "items": item},
            "first": {"type": "string"},
            "next": {"type": "string"},
            "schema": {"type": "string"},
        },
        "links": links,
    }


def _checked(name: str, shown: dict[str, Any]) -> Schema:
    """A validator of the schema that is shown, with Glance's sentence."""
    return Schema({**shown, "name": name}, DIALECT)


VALID_IMAGE = _checked("image", IMAGE)
VALID_TASK = _checked("task", TASK | {"additionalProperties": False})
VALID_LOCATION = _checked("location", LOCATION)


def validate(schema: Schema, value: Any) -> None:
    """Check `value`, or refuse it as Glance does."""
    try:
        schema.check(value, (2, 0))
    except Invalid as exc:
        name = schema.tree["name"]
        raise BadRequest(f"Provided object does not match schema '{name}': {exc.detail}") from None
