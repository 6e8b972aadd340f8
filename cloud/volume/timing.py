"""Times as Volume shows them: UTC with microseconds and without a zone."""

from datetime import UTC, datetime


def shown(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
