"""Queries that every request makes, compiled to SQL once.

Django compiles a queryset anew each time it runs, which costs several times what SQLite needs to
answer it.  Where a query has one form and differs in its parameters only, it is prepared.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

Row = dict[str, Any]


class Prepared:
    """A `.values()` queryset with places for parameters.

    `make` gets one stand-in for each of `places` and returns the queryset; a call gives the
    parameters in the same order and returns the rows.  A stand-in is a number or a text, as the
    column that it is compared with wants it: `int` or `str` for each place.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], *places: type) -> None:
        self._make = make
        self._stand_ins = [_stand_in(kind, number) for number, kind in enumerate(places)]
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, *parameters: Any) -> list[Row]:
        connection = connections[DEFAULT_DB_ALIAS]
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            compiled = self._compiled[connection.vendor] = self._compile(connection)
        values = list(compiled.constants)
        for slots, parameter in zip(compiled.slots, parameters, strict=True):
            for slot in slots:
                values[slot] = parameter
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, values)
            rows = cursor.fetchall()
        names = compiled.names
        if not compiled.converters:
            return [dict(zip(names, row, strict=True)) for row in rows]
        return [self._row(connection, compiled, row) for row in rows]

    def _row(self, connection: Any, compiled: "_Compiled", row: Any) -> Row:
        found = dict(zip(compiled.names, row, strict=True))
        for name, (converters, expression) in compiled.converters:
            for convert in converters:
                found[name] = convert(found[name], expression, connection)
        return found

    def _compile(self, connection: Any) -> "_Compiled":
        query: Any = self._make(*self._stand_ins).query
        compiler = query.get_compiler(connection=connection)
        sql, constants = compiler.as_sql()
        names = list(
            query.selected or (*query.extra_select, *query.values_select, *query.annotation_select)
        )
        converters = compiler.get_converters([column[0] for column in compiler.select])
        return _Compiled(
            sql=sql,
            constants=tuple(constants),
            slots=[
                [at for at, constant in enumerate(constants) if constant == stand_in]
                for stand_in in self._stand_ins
            ],
            names=names,
            converters=[(names[position], found) for position, found in converters.items()],
        )


class _Compiled(NamedTuple):
    sql: str
    constants: tuple[Any, ...]
    # Where in the constants each parameter goes.
    slots: list[list[int]]
    names: list[str]
    converters: list[tuple[str, Any]]


def _stand_in(kind: type, number: int) -> Any:
    """A value that no query holds by chance."""
    return 2_073_000_000 + number if kind is int else f"stand-in-{number}-7300000000"
