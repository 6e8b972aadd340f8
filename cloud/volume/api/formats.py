"""The parameter types that schemas of Volume are made of, with Cinder's words for errors."""

import base64
import itertools
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import jsonschema

from cloud.volume import quotas
from versioned.schema import Dialect

MAX_INT = 0x7FFFFFFF
_UUID = re.compile(r"[0-9a-f]{32}")


class FormatError(Exception):
    """A value does not fit its format; the text is the whole sentence for the client."""


def is_uuid(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    text = value.lower().replace("urn:", "").replace("uuid:", "").strip("{}").replace("-", "")
    return _UUID.fullmatch(text) is not None


def _name(value: Any) -> bool:
    reason = None
    if not value:
        reason = "The 'name' can not be None."
    elif not str(value).strip():
        reason = "The 'name' can not be empty."
    if reason is not None:
        raise FormatError(f"An invalid 'name' value was provided. {reason}")
    return True


def _trimmed_name(value: Any) -> bool:
    _name(value)
    if len(str(value).strip()) > 255:
        raise FormatError(
            "An invalid 'name' value was provided. The 'name' can not be greater than 255 "
            "characters."
        )
    return True


def _at_most_255(field: str) -> Any:
    def passes(value: Any) -> bool:
        if isinstance(value, str) and len(value.strip()) > 255:
            raise FormatError(
                f"Invalid input received: {field} has {len(value.strip())} characters, more than "
                "255."
            )
        return True

    return passes


def _one_of(noun: str, known: Sequence[str], *, is_optional: bool = False) -> Any:
    def passes(value: Any) -> bool:
        if is_optional and not value:
            return True
        if not value or str(value).lower() not in known:
            raise FormatError(f"{noun}: {value} is invalid, valid statuses are: {known!r}.")
        return True

    return passes


def _reset_body(value: Any) -> bool:
    if isinstance(value, dict) and not any(
        value.get(name) for name in ("status", "attach_status", "migration_status")
    ):
        raise FormatError(
            "Must specify 'status', 'attach_status' or 'migration_status' for update."
        )
    return True


def _progress(value: Any) -> bool:
    if value:
        try:
            number = int(value[:-1])
        except ValueError:
            raise FormatError(
                "Invalid input received: progress must be an integer percentage"
            ) from None
        if not 0 <= number <= 100 or value[-1] != "%":
            raise FormatError(
                "Invalid input received: progress must be an integer percentage between 0 and 100"
            )
    return True


def _base64(value: Any) -> bool:
    try:
        # Volume (Cinder): what is no letter of Base64 is passed over.
        base64.b64decode(str(value).encode())
    except ValueError:
        return False
    return True


def _quota_class(value: Any) -> bool:
    bad = [name for name in value if name not in quotas.resources()]
    if bad:
        raise FormatError(
            f"Invalid input received: Bad key(s) in quota class set: {', '.join(bad)}"
        )
    return True


def _printable() -> str:
    """A pattern of all printable characters, in ranges; error texts quote it."""

    def is_printable(char: str) -> bool:
        category = unicodedata.category(char)
        return category == "Zs" or not category.startswith(("C", "Z"))

    ranges = []
    for fits, run in itertools.groupby(map(chr, range(0xFFFF)), is_printable):
        if fits:
            chars = list(run)
            ends = dict.fromkeys((chars[0], chars[-1]))
            ranges.append("-".join(re.escape(char) for char in ends))
    return f"^[{''.join(ranges)}]*$"


VOLUME_STATUSES = (
    "creating", "available", "deleting", "error", "error_deleting", "error_managing", "managing",
    "attaching", "in-use", "detaching", "maintenance", "restoring-backup", "error_restoring",
    "reserved", "awaiting-transfer", "backing-up", "error_backing-up", "error_extending",
    "downloading", "uploading", "retyping", "extending",
)  # fmt: skip
MIGRATION_STATUSES = (
    "migrating", "error", "success", "completing", "none", "starting",
)  # fmt: skip
SNAPSHOT_STATUSES = (
    "error", "available", "creating", "deleting", "deleted", "updating", "error_deleting",
    "unmanaging", "backing-up", "restoring",
)  # fmt: skip
GROUP_STATUSES = (
    "error", "available", "creating", "deleting", "deleted", "updating", "in-use",
    "error_deleting",
)  # fmt: skip
GROUP_SNAPSHOT_STATUSES = (
    "error", "available", "creating", "deleting", "deleted", "updating", "error_deleting",
)  # fmt: skip


def _status_of_group(value: Any) -> bool:
    # Volume (Cinder): validators._validate_group_status asks for those of a group's snapshots.
    return _of_groups(value, "Group Status", "Group status", "status are", GROUP_STATUSES)


def _status_of_group_snapshot(value: Any) -> bool:
    noun, known = "Group snapshot status", GROUP_SNAPSHOT_STATUSES
    return _of_groups(value, "GroupSnapshot Status", noun, "statuses are", known)


def _of_groups(value: Any, kind: str, noun: str, verb: str, shown: tuple[str, ...]) -> bool:
    if not isinstance(value, str):
        return True
    if not value.strip():
        raise FormatError(f"Invalid {kind}: The 'status' can not be empty.")
    if value.lower() not in GROUP_SNAPSHOT_STATUSES:
        raise FormatError(f"Invalid {kind}: {noun}: {value} is invalid, valid {verb}: {shown!r}.")
    return True


def _explain(error: jsonschema.ValidationError, is_body: bool) -> str:
    if isinstance(error.cause, FormatError):
        return str(error.cause)
    path = list(error.path)
    if path:
        return (
            f"Invalid input for field/attribute {path[-1]}. Value: {error.instance}. "
            f"{error.message}"
        )
    return error.message


DIALECT = Dialect(
    formats={
        "uuid": is_uuid,
        "name": _name,
        "trimmed_name": _trimmed_name,
        "short_name": _at_most_255("name"),
        "short_description": _at_most_255("description"),
        "short_zone": _at_most_255("availability_zone"),
        "short_group_type": _at_most_255("group_type"),
        "short_reason": _at_most_255("disabled_reason"),
        "disabled_reason": lambda value: not isinstance(value, str) or bool(value.strip()),
        "volume_status": _one_of("Volume status", VOLUME_STATUSES, is_optional=True),
        "attach_status": _one_of(
            "Volume attach status", ["attached", "detached"], is_optional=True
        ),
        "migration_status": _one_of(
            "Volume migration status", MIGRATION_STATUSES, is_optional=True
        ),
        "snapshot_status": _one_of("Snapshot status", SNAPSHOT_STATUSES),
        "backup_status": _one_of("Backup status", ["available", "error"]),
        "group_status": _status_of_group,
        "group_snapshot_status": _status_of_group_snapshot,
        "reset_body": _reset_body,
        "progress": _progress,
        "base64": _base64,
        "quota_class_set": _quota_class,
    },
    format_errors=(FormatError,),
    numeric_strings=True,
    explain=_explain,
)

# The types themselves

UUID = {"type": "string", "format": "uuid"}
OPTIONAL_UUID = {"oneOf": [{"type": "null"}, UUID]}
NAME = {"type": "string", "minLength": 1, "maxLength": 255, "format": "name"}
TRIMMED_NAME = {"type": "string", "minLength": 1, "maxLength": 255, "format": "trimmed_name"}
UPDATE_NAME = {"type": ["string", "null"], "minLength": 1, "maxLength": 255}
OPTIONAL_NAME = {"type": ["string", "null"], "minLength": 0, "maxLength": 255}
FREE_NAME = {"type": ["string", "null"], "format": "short_name"}
FREE_DESCRIPTION = {"type": ["string", "null"], "format": "short_description"}
DESCRIPTION = {
    "type": ["string", "null"], "minLength": 0, "maxLength": 255, "pattern": _printable(),
}  # fmt: skip
BOOLEAN = {
    "type": ["boolean", "string"],
    "enum": [
        True, "True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes", "y", "t",
        False, "False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no", "n", "f",
    ],
}  # fmt: skip
OPTIONAL_BOOLEAN = {"oneOf": [{"type": "null"}, BOOLEAN]}
SIZE = {"type": ["integer", "string"], "pattern": "^[0-9]+$", "minimum": 1, "maximum": MAX_INT}
OPTIONAL_SIZE = {**SIZE, "type": ["integer", "string", "null"]}
ZONE = {"type": ["string", "null"], "minLength": 1, "maxLength": 255}
TEXT = {"type": ["string", "null"], "minLength": 0, "maxLength": 255}


def pairs(
    value_type: Any = "string", *, keys: str = "^[a-zA-Z0-9-_:. /]{1,255}$", **how: Any
) -> dict[str, Any]:
    """An object of short strings, as metadata and extra specs are."""
    value = {"type": value_type, "maxLength": 255, **how}
    return {
        "type": "object",
        "patternProperties": {keys: value},
        "additionalProperties": False,
    }


METADATA = pairs()
# Volume (Cinder): those of snapshots know no slash in their keys.
SNAPSHOT_METADATA = pairs(keys="^[a-zA-Z0-9-_:. ]{1,255}$")
IMAGE_METADATA = pairs(maxLength=65535)
OPTIONAL_METADATA = {**METADATA, "type": ["object", "null"]}
SPECS = pairs(["string", "null"])
KEYED_SPECS = pairs(["string", "null"], keys="^[a-zA-Z0-9-_:.]{1,255}$", minLength=0)


def envelope(key: str, inner: dict[str, Any]) -> dict[str, Any]:
    """A body that holds one key."""
    return {
        "type": "object",
        "properties": {key: inner},
        "required": [key],
        "additionalProperties": False,
    }


def closed(required: tuple[str, ...] = (), /, **properties: Any) -> dict[str, Any]:
    """An object with these keys and no other."""
    found: dict[str, Any] = {"type": "object", "properties": properties}
    # The order is the order of errors: what is missing comes before what is too much.
    if required:
        found["required"] = list(required)
    found["additionalProperties"] = False
    return found
