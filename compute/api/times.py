"""Times as Nova reads and writes them."""

from datetime import UTC, datetime

import iso8601


def parse_isotime(text: str) -> datetime:
    """Read an ISO 8601 time, UTC when it says no zone; ValueError for what is none."""
    try:
        return iso8601.parse_date(text).astimezone(UTC)
    except (iso8601.ParseError, TypeError) as exc:
        raise ValueError(str(exc)) from exc


def with_micros(value: datetime | None) -> str | None:
    """2026-11-21T10:00:00.000000, as Nova writes times that no view formats."""
    return None if value is None else value.strftime("%Y-%m-%dT%H:%M:%S.%f")
