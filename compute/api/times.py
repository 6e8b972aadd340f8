"""Times as Nova reads and writes them."""

from datetime import UTC, datetime

import iso8601


def parse_isotime(text: str) -> datetime:
    """Read an ISO 8601 time, UTC when it says no zone; ValueError for what is none."""
    try:
        return iso8601.parse_date(text).astimezone(UTC)
    except (iso8601.ParseError, TypeError) as exc:
        raise ValueError(str(exc)) from exc


def seconds_of(text: str | None) -> str | None:
    """2026-11-21T10:00:00Z, from the text that a database has of a time in UTC."""
    return None if text is None else f"{text[:10]}T{text[11:19]}Z"


def micros_of(text: str | None) -> str | None:
    """2026-11-21T10:00:00.000000, from the text that a database has of a time in UTC."""
    if text is None:
        return None
    # SQLite writes no fraction of a whole second, PostgreSQL no zeros at its end, but the zone.
    fraction = text[20:26].partition("+")[0]
    return f"{text[:10]}T{text[11:19]}.{fraction:0<6}"


def with_micros(value: datetime | None) -> str | None:
    """2026-11-21T10:00:00.000000, as Nova writes times that no view formats."""
    return None if value is None else value.strftime("%Y-%m-%dT%H:%M:%S.%f")
