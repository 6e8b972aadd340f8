"""What can interrupt a task."""

from datetime import datetime


class Later(Exception):
    """Not yet: go on at `at`; the task's progress is kept and this was no failed attempt."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"to be continued at {at.isoformat()}")
        self.at = at


class Transient(Exception):
    """Something that may be gone when the task is tried again."""


class LeaseLost(Exception):
    """Another worker has taken the task over; whatever this one does must not be kept."""
