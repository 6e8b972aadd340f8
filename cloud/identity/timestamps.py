"""Times as Keystone writes and reads them."""

import re
from datetime import UTC, datetime

_FORM = re.compile(
    r"^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2})(\.\d{1,6})?\d*(Z|[+-]\d{2}:?\d{2})?$"
)


def now() -> datetime:
    return datetime.now(UTC)


def precise(moment: datetime | None) -> str | None:
    """Microseconds and Z, as tokens have them."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain(moment: datetime | None) -> str | None:
    """Microseconds without a zone, as password_expires_at and application credentials have."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%f")


def parse(text: str) -> datetime | None:
    """Read an ISO 8601 time, in UTC where it names no zone; None for anything else."""
    match = _FORM.match(text)
    if match is None:
        return None
    body, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(
            body + (fraction or "") + ("+00:00" if zone in (None, "Z") else zone)
        )
    except ValueError:
        return None
    return moment.astimezone(UTC)
