"""Conditions that Django writes at more cost than they have."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Lookup


class Among(Lookup):  # type: ignore[type-arg]
    """`column IN (…)` for many numbers, as one parameter: `filter(Among("server_id", ids))`.

    Django prepares, binds and has parsed a parameter for each.
    """

    prepare_rhs = False

    def __init__(self, column: Any, numbers: Iterable[int] | str) -> None:
        lhs = F(column) if isinstance(column, str) else column
        text = numbers if isinstance(numbers, str) else ",".join(map(str, numbers))
        super().__init__(lhs, text)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, params = self.process_lhs(compiler, connection)
        if connection.vendor == "sqlite":
            # The column is as Django has quoted it.
            among = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608
            return among, [*params, f"[{self.rhs}]"]
        array = "string_to_array(%s, ',')::bigint[]"
        return f"{column} = ANY({array})", [*params, self.rhs]
