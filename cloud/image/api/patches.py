"""Reading the two forms of patch that Image knows.  PATCH /v2/images/{image_id}

v2.1 is `{"op": "add", "path": "/x", "value": 1}`, the older v2.0 is `{"add": "/x", "value": 1}`.
"""

import re
from collections.abc import Callable
from typing import Any

from cloud.image import images
from cloud.image.api.schemas import IMAGE_PROPERTIES, VALID_IMAGE, validate
from cloud.image.errors import BadRequest, Forbidden, UnsupportedMedia

MEDIA_TYPES = {
    "application/openstack-images-v2.0-json-patch": True,
    "application/openstack-images-v2.1-json-patch": False,
}
OPERATIONS = ("add", "remove", "replace")
_DEPTHS = {"locations": {"add": 2, "remove": 2, "replace": 1}}


def read(content_type: str, body: Callable[[], Any]) -> list[dict[str, Any]]:
    """The changes asked for, each with `op`, `name`, `value` and `is_strict`."""
    # Glance: the type's case counts.
    kind = content_type.partition(";")[0]
    if kind not in MEDIA_TYPES:
        allowed = ", ".join(sorted(MEDIA_TYPES))
        raise UnsupportedMedia(
            detail=f"Image PATCH expects Content-Type one of: {allowed}",
            headers={"Accept-Patch": allowed},
        )
    raw = body()
    if not isinstance(raw, list):
        raise BadRequest("Request body must be a JSON array of operation objects.")
    return [_change(each, is_old=MEDIA_TYPES[kind]) for each in raw]


def _change(raw: Any, *, is_old: bool) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise BadRequest("Operations must be JSON objects.")
    op = _old_operation(raw) if is_old else _operation(raw)
    if not is_old and "path" not in raw:
        raise BadRequest("Unable to find 'path' in JSON Schema change")
    path = _pointer(str(raw[op] if is_old else raw["path"]))
    if len(path) != _DEPTHS.get(path[0], {}).get(op, 1):
        raise BadRequest(f"Invalid JSON pointer for this resource: '/{'/'.join(path)}'")
    change = {"op": op, "name": path[0], "value": None, "is_strict": is_old}
    if op != "remove":
        if "value" not in raw:
            raise BadRequest(f'Operation "{op}" requires a member named "value".')
        change["value"] = raw["value"]
    _check(change, path)
    return change


def _operation(raw: dict[str, Any]) -> str:
    available = ", ".join(OPERATIONS)
    op = raw.get("op")
    if op is None:
        raise BadRequest(
            "Unable to find `op` in JSON Schema change. It must be one of the following: "
            f"{available}."
        )
    if op not in OPERATIONS:
        raise BadRequest(
            f"Invalid operation: `{op}`. It must be one of the following: {available}."
        )
    return str(op)


def _old_operation(raw: dict[str, Any]) -> str:
    found = [op for op in OPERATIONS if op in raw]
    if len(found) > 1:
        raise BadRequest(
            'Operation objects must contain only one member named "add", "remove", or "replace".'
        )
    if not found:
        raise BadRequest(
            'Operation objects must contain exactly one member named "add", "remove", or "replace".'
        )
    return found[0]


def _pointer(pointer: str) -> list[str]:
    if not pointer.startswith("/"):
        raise BadRequest(f'Pointer `{pointer}` does not start with "/".')
    if re.search(r"/\s*?/", pointer[1:]):
        raise BadRequest(f'Pointer `{pointer}` contains adjacent "/".')
    if len(pointer) > 1 and pointer.endswith("/"):
        raise BadRequest(f'Pointer `{pointer}` end with "/".')
    if pointer[1:].strip() == "/":
        raise BadRequest(f"Pointer `{pointer}` does not contains valid token.")
    if re.search("~[^01]", pointer) or pointer.endswith("~"):
        raise BadRequest(
            f'Pointer `{pointer}` contains "~" not part of a recognized escape sequence.'
        )
    parts = pointer.lstrip("/").split("/")
    return [part.replace("~1", "/").replace("~0", "~").strip() for part in parts]


def _check(change: dict[str, Any], path: list[str]) -> None:
    name = change["name"]
    if name in images.READ_ONLY:
        raise Forbidden(f"Attribute '{name}' is read-only.")
    if images.is_reserved(name):
        raise Forbidden(f"Attribute '{name}' is reserved.")
    if change["op"] == "remove":
        return
    if len(path) == 1:
        validate(VALID_IMAGE, {name: change["value"]})
    elif IMAGE_PROPERTIES.get(name, {}).get("type") == "array":
        validate(VALID_IMAGE, {name: [change["value"]]})
