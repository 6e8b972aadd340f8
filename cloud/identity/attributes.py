"""What bodies bring: columns, options, and the attributes that clients make up."""

from collections.abc import Iterable, Mapping
from typing import Any

from cloud.identity.errors import BadRequest, Forbidden, TooLong
from cloud.identity.listing import truth

# Keystone: the second backtick is missing.
_IMMUTABLE = (
    'Unable to {} immutable {} resource: `{}. Set resource option "immutable" to false first.'
)
# Never stored: what a client sends back because it was shown it.
_SHOWN_ONLY = frozenset({"id", "links", "extra"})


def split(values: Mapping[str, Any], columns: Iterable[str]) -> dict[str, Any]:
    """Sort `values` into columns and `extra`; what is absent stays absent."""
    if not isinstance(values.get("links", {}), dict):
        # Keystone: links are stored, and then there is no place for the one to the thing itself.
        raise BadRequest("The links of a thing must be an object.")
    known = frozenset(columns)
    found: dict[str, Any] = {key: values[key] for key in values if key in known}
    extra = {
        key: value for key, value in values.items() if key not in known and key not in _SHOWN_ONLY
    }
    if extra:
        found["extra"] = extra
    return found


def merge(row: Any, changes: dict[str, Any]) -> None:
    """Put changes on an instance: options and extra attributes one by one.

    None takes an option away; as an attribute that clients made up it is as good as any value.
    """
    for key, value in changes.items():
        if key in ("extra", "options"):
            value = {**getattr(row, key), **(value or {})}
        if key == "options":
            value = {name: item for name, item in value.items() if item is not None}
        setattr(row, key, value)


def boolean(values: dict[str, Any], *names: str) -> None:
    """Read booleans that came as strings; None counts as not given."""
    for name in names:
        value = values.get(name)
        if isinstance(value, str):
            values[name] = truth(value or "0")
        elif value is None:
            values.pop(name, None)


def refuse_words(values: Mapping[str, Any], *names: str) -> None:
    """Refuse booleans that came as strings."""
    for name in names:
        if isinstance(value := values.get(name), str):
            # Keystone: its schemas let them through, and its tables do not take them.
            raise BadRequest(
                f"Invalid input for field/attribute {name}. Value: {value}. "
                f"{value!r} is not of type 'boolean'"
            )


def strict_boolean(values: dict[str, Any], name: str) -> None:
    """Refuse a boolean that came as a string; None counts as not given."""
    refuse_words(values, name)
    boolean(values, name)


def check_length(column: str, text: str | None, limit: int) -> None:
    """Refuse a text that its column has no room for, whatever a schema says of it."""
    if text is not None and len(text) > limit:
        raise TooLong(text, column, limit)


def check_mutable(row: Any, kind: str, changes: Mapping[str, Any] | None) -> None:
    """Refuse to change or (None) to delete what carries the option `immutable`."""
    if not row.options.get("immutable"):
        return
    if changes is None:
        raise Forbidden(_IMMUTABLE.format("delete", kind, row.pk))
    options = changes.get("options") or {}
    if len(changes) > 1 or options.get("immutable", True) not in (False, None):
        raise Forbidden(_IMMUTABLE.format("update", kind, row.pk))
