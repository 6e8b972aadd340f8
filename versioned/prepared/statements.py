"""How a prepared statement reaches the database: past Django's cursor, where nobody watches it.

Django looks for placeholders to translate in each statement that it runs, and wraps each cursor
three times; for a small statement that costs more than running it.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX


class Statement:
    """SQL with Django's placeholders, for one connection's kind of database."""

    def __init__(self, connection: Any, sql: str) -> None:
        self.sql = sql
        # Django logs all queries while it debugs.
        self._may_go_straight = connection.vendor == "sqlite" and not settings.DEBUG
        self._own = FORMAT_QMARK_REGEX.sub("?", sql).replace("%%", "%")

    def rows(self, connection: Any, values: Sequence[Any]) -> list[Any]:
        """Run it, and fetch all that it returns."""
        if self._goes_straight(connection):
            return self._straight(connection, values).fetchall()
        with connection.cursor() as cursor:
            cursor.execute(self.sql, values)
            found: list[Any] = cursor.fetchall()
            return found

    def count(self, connection: Any, values: Sequence[Any]) -> int:
        """Run it; how many rows it has changed."""
        if self._goes_straight(connection):
            return self._straight(connection, values).rowcount
        with connection.cursor() as cursor:
            cursor.execute(self.sql, values)
            return int(cursor.rowcount)

    def _goes_straight(self, connection: Any) -> bool:
        return (
            self._may_go_straight
            and connection.connection is not None
            and not connection.execute_wrappers
            and not connection.force_debug_cursor
        )

    def _straight(self, connection: Any, values: Sequence[Any]) -> sqlite3.Cursor:
        if connection.needs_rollback:
            connection.validate_no_broken_transaction()
        try:
            cursor: sqlite3.Cursor = connection.connection.execute(self._own, values)
        except sqlite3.Error:
            with connection.wrap_database_errors:
                raise
        return cursor
