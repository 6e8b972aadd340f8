"""INSERTs of new instances, whose statement is written once for each model."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model
from django.db.models.fields import AutoFieldMixin

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
    connection = connections[DEFAULT_DB_ALIAS]
    model = type(rows[0])
    statement = _statement(model, connection.vendor, len(rows), unique, update)
    fields = _fields(model)
    values = [
        field.get_db_prep_save(field.pre_save(row, True), connection)
        for row in rows
        for field in fields
    ]
    key = model._meta.pk
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        if isinstance(key, AutoFieldMixin):
            # Of what was left as it was, no id comes back.
            for row, (made,) in zip(rows, cursor.fetchall(), strict=not unique):
                row.pk = made
    for row in rows:
        row._state.adding = False
        row._state.db = DEFAULT_DB_ALIAS


@cache
def _fields(model: type[Model]) -> list[Any]:
    return [f for f in model._meta.concrete_fields if not isinstance(f, AutoFieldMixin)]


@cache
def _statement(
    model: type[Model], vendor: str, count: int, unique: tuple[str, ...], update: tuple[str, ...]
) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
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
    return statement
