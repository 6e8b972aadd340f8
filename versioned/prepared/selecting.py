"""Prepared SELECTs: of `.values()`, `.values_list()` and of instances."""

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesIterable

from versioned.prepared.here import here
from versioned.prepared.places import Slots, stand_in
from versioned.prepared.statements import Statement

Row = dict[str, Any]
R = TypeVar("R")


class Prepared(Generic[R]):
    """A queryset with places for parameters.

    `make` gets one stand-in for each of `places` and returns the queryset; a call gives the
    parameters in the same order and returns what iterating the queryset would.  A place is `int`,
    `str` or `datetime`, as the column that it is compared with wants it.  Nothing that is not in
    the SELECT itself is done: no prefetching, no select_related.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, R]], *places: type) -> None:
        self._make = make
        self._places = places
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, *parameters: Any) -> list[R]:
        connection = here()
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            compiled = self._compiled[connection.vendor] = self._compile(connection)
        rows = compiled.statement.rows(connection, compiled.slots.filled(parameters))
        if compiled.converters:
            rows = [_converted(connection, compiled.converters, row) for row in rows]
        return compiled.read(rows)

    def first(self, *parameters: Any) -> R | None:
        """The first of what is found, None when nothing is."""
        rows = self(*parameters)
        return rows[0] if rows else None

    def _compile(self, connection: Any) -> "_Compiled":
        queryset: Any = self._make(*(stand_in(k, n) for n, k in enumerate(self._places)))
        query = queryset.query
        compiler = query.get_compiler(connection=connection)
        sql, constants = compiler.as_sql()
        converters = compiler.get_converters([column[0] for column in compiler.select])
        return _Compiled(
            statement=Statement(connection, sql),
            slots=Slots(connection, self._places, constants),
            converters=list(converters.items()),
            read=_reader(queryset, compiler, connection.alias),
        )


class _Compiled(NamedTuple):
    statement: Statement
    slots: Slots
    # [(position, (converters, expression))]
    converters: list[tuple[int, Any]]
    # Rows as the database gives them -> what iterating the queryset gives.
    read: Callable[[list[Any]], list[Any]]


def _converted(connection: Any, converters: list[tuple[int, Any]], row: Any) -> list[Any]:
    found = list(row)
    for position, (steps, expression) in converters:
        value = found[position]
        for convert in steps:
            value = convert(value, expression, connection)
        found[position] = value
    return found


def _reader(queryset: Any, compiler: Any, alias: str) -> Callable[[list[Any]], list[Any]]:
    iterable, query = queryset._iterable_class, queryset.query
    if issubclass(iterable, ModelIterable):
        model: type[Model] = queryset.model
        names = [column[0].target.attname for column in compiler.select]
        return lambda rows: [model.from_db(alias, names, row) for row in rows]
    if issubclass(iterable, ValuesIterable):
        keys = list(
            query.selected or (*query.extra_select, *query.values_select, *query.annotation_select)
        )
        return lambda rows: [dict(zip(keys, row, strict=True)) for row in rows]
    if issubclass(iterable, FlatValuesListIterable):
        return lambda rows: [row[0] for row in rows]
    return lambda rows: [tuple(row) for row in rows]
