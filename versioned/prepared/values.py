"""How the database wants the value of a field: what `Field.get_db_prep_save` does, for less."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    ForeignKey,
    IntegerField,
    JSONField,
    TextField,
)

# What a database takes as it is, whatever Django would ask of the field first.
_PLAIN: dict[type["Field[Any, Any]"], frozenset[type]] = {
    CharField: frozenset({str}),
    TextField: frozenset({str}),
    IntegerField: frozenset({int}),
    BigIntegerField: frozenset({int}),
    BooleanField: frozenset({bool}),
}
_EMPTY: dict[Any, str] = {dict: "{}", list: "[]"}


def plain_types(field: Any) -> frozenset[type]:
    """The types whose values need no preparation."""
    if isinstance(field, ForeignKey):
        return plain_types(field.target_field)
    for kind, types in _PLAIN.items():
        # Fields of the project's own differ in how they are asked for, not in what they hold.
        if isinstance(field, kind) and type(field).get_prep_value is kind.get_prep_value:
            return types
    return frozenset()


def preparation(field: Any, connection: Any) -> Callable[[Any], Any]:
    """A function that turns a value of the field, not None, into what the database takes."""
    ops = connection.ops

    def anything(value: Any) -> Any:
        return field.get_db_prep_save(value, connection)

    def moment(value: Any) -> Any:
        is_known = type(value) is datetime and value.tzinfo is not None
        return ops.adapt_datetimefield_value(value) if is_known else anything(value)

    def document(value: Any) -> Any:
        if is_text and not value and type(value) in _EMPTY:
            return _EMPTY[type(value)]
        return ops.adapt_json_value(value, field.encoder)

    is_text = connection.vendor == "sqlite"
    if type(field) is DateTimeField:
        return moment
    return document if type(field) is JSONField else anything
