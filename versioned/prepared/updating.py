"""Prepared UPDATEs and DELETEs."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import QuerySet, Value
from django.db.models.sql import DeleteQuery, UpdateQuery

from versioned.prepared.here import here
from versioned.prepared.places import Slots, stand_in
from versioned.prepared.statements import Statement
from versioned.prepared.values import plain_types, preparation


class PreparedUpdate:
    """`make(…).update(…)`: one statement for each set of columns that is ever written.

    `make` and `places` are as of `Prepared`; a call gives the parameters, and what to write by
    keyword, and returns how many rows were written.  Called without columns it deletes, and does
    nothing else: no cascade, so of models that nothing refers to.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], *places: type) -> None:
        self._make = make
        self._places = places
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def __call__(self, *parameters: Any, **values: Any) -> int:
        connection = here()
        key = (connection.vendor, *values)
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = self._compiled[key] = self._compile(connection, list(values))
        written = [
            value if value is None or type(value) in plain else prepared(value)
            for (plain, prepared), value in zip(compiled.fields, values.values(), strict=True)
        ]
        values_of_all = [*written, *compiled.slots.filled(parameters)]
        return compiled.statement.count(connection, values_of_all)

    def _compile(self, connection: Any, columns: list[str]) -> "_Compiled":
        queryset = self._make(*(stand_in(k, n) for n, k in enumerate(self._places)))
        meta = queryset.model._meta
        fields = [meta.get_field(name) for name in columns]
        if columns:
            query: Any = queryset.query.chain(UpdateQuery)
            query.add_update_fields([(each, queryset.model, Value(_WRITTEN)) for each in fields])
        else:
            query = queryset.query.chain(DeleteQuery)
        sql, constants = query.get_compiler(connection=connection).as_sql()
        # What is written comes first, in the order of the columns.
        assert all(each is _WRITTEN for each in constants[: len(columns)])
        slots = Slots(connection, self._places, constants[len(columns) :])
        prepared = [(plain_types(each), preparation(each, connection)) for each in fields]
        return _Compiled(Statement(connection, sql), prepared, slots)


_WRITTEN = object()


class _Compiled(NamedTuple):
    statement: Statement
    # (types that need no preparation, preparation of others) of each column
    fields: list[tuple[frozenset[type], Callable[[Any], Any]]]
    slots: Slots
