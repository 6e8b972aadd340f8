"""INSERTs of new instances, whose statement is written once for each model."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import DateTimeField, Field, Model
from django.db.models.fields import AutoFieldMixin

from versioned.prepared.here import here
from versioned.prepared.statements import Statement
from versioned.prepared.values import plain_types, preparation

M = TypeVar("M", bound=Model)

# Rows in one statement; SQLite takes 32,766 parameters.
_AT_ONCE = 100


def insert(
    rows: Iterable[M], *, unique: tuple[str, ...] = (), update: tuple[str, ...] = ()
) -> list[M]:
    """Insert new instances of one model, whose ids they get; what `bulk_create` does, for less.

    Like it, it sends no signals and does not call `save`.  Where there is a row with the same
    `unique` columns already, its columns `update` are written instead; without any it is left.
    """
    made = list(rows)
    for start in range(0, len(made), _AT_ONCE):
        _insert(made[start : start + _AT_ONCE], unique, update)
    return made


def _insert(rows: Sequence[Model], unique: tuple[str, ...], update: tuple[str, ...]) -> None:
    connection = here()
    model = type(rows[0])
    statement = _statement(model, connection.vendor, len(rows), unique, update)
    columns = _columns(model, connection.vendor)
    values = []
    for row in rows:
        for name, plain, prepared, pre_save in columns:
            value = getattr(row, name) if pre_save is None else pre_save(row, True)
            if value is not None and type(value) not in plain:
                value = prepared(value)
            values.append(value)
    key = model._meta.pk
    if isinstance(key, AutoFieldMixin):
        # Of what was left as it was, no id comes back.
        for row, (made,) in zip(rows, statement.rows(connection, values), strict=not unique):
            row.pk = made
    else:
        statement.count(connection, values)
    for row in rows:
        row._state.adding = False
        row._state.db = DEFAULT_DB_ALIAS


@cache
def _fields(model: type[Model]) -> list[Any]:
    return [f for f in model._meta.concrete_fields if not isinstance(f, AutoFieldMixin)]


@cache
def _columns(model: type[Model], vendor: str) -> list[tuple[str, frozenset[type], Any, Any]]:
    """Of each column: the attribute, the types that need no preparation, that of the others,

    and what makes the value, None where it is only read.
    """
    connection = here()
    return [
        (
            field.attname,
            plain_types(field),
            preparation(field, connection),
            None if _is_only_read(field) else field.pre_save,
        )
        for field in _fields(model)
    ]


def _is_only_read(field: Any) -> bool:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return False
    return type(field).pre_save in (Field.pre_save, DateTimeField.pre_save)


@cache
def _statement(
    model: type[Model], vendor: str, count: int, unique: tuple[str, ...], update: tuple[str, ...]
) -> Statement:
    quote = here().ops.quote_name
    fields, key = _fields(model), model._meta.pk
    row = f"({', '.join(['%s'] * len(fields))})"
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)}"  # noqa: S608 - names of models only
        f" ({', '.join(quote(f.column) for f in fields)})"
        f" VALUES {', '.join([row] * count)}"
    )
    if unique:
        written = ", ".join(f"{quote(name)} = EXCLUDED.{quote(name)}" for name in update)
        there = ", ".join(map(quote, unique))
        statement += f" ON CONFLICT ({there}) DO {f'UPDATE SET {written}' if update else 'NOTHING'}"
    if isinstance(key, AutoFieldMixin):
        statement += f" RETURNING {quote(key.column)}"
    return Statement(here(), statement)
