"""The one clock: everything that asks for the time asks here, so that tests can hold it still.

COMPUTE_CLOCK chooses how simulated work takes its time: "brief" (none, but what clients must be
able to meet under way takes a moment), "immediate" (none at all), "real" (as long as
COMPUTE_DURATIONS says), or "manual" (as "real", but time stands still until `advance`).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.conf import settings

# Seconds that an operation takes, unless COMPUTE_DURATIONS says otherwise.
DURATIONS: Mapping[str, float] = {
    "spawn": 3.0,
    "power_on": 1.0,
    "power_off": 2.0,
    "reboot_soft": 3.0,
    "reboot_hard": 3.0,
    "pause": 0.5,
    "unpause": 0.5,
    "suspend": 2.0,
    "resume": 2.0,
    "rescue": 3.0,
    "unrescue": 3.0,
    "snapshot": 5.0,
    "rebuild": 3.0,
    "resize": 5.0,
    "finish_resize": 2.0,
    "confirm_resize": 0.5,
    "revert_resize": 3.0,
    "shelve": 3.0,
    "unshelve": 3.0,
    "live_migration": 8.0,
    "destroy": 1.0,
    "attach_volume": 1.0,
    "detach_volume": 1.0,
    "attach_interface": 0.5,
    "detach_interface": 0.5,
    "set_admin_password": 0.5,
}

# Seconds of the brief clock, and then until the keeper's next round: whoever orders two images of a
# server in a row is refused the second, and who looks at once sees what nothing else would tell of.
BRIEF: Mapping[str, float] = dict.fromkeys(
    ("snapshot", "rebuild", "reboot_soft", "reboot_hard", "set_admin_password"), 0.2
)

_standing_at: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _standing_at or datetime.now(UTC)


def mode() -> str:
    return getattr(settings, "COMPUTE_CLOCK", "immediate")


def duration(operation: str) -> timedelta:
    """How long a simulated operation takes by this clock."""
    if mode() == "immediate":
        return timedelta(0)
    if mode() == "brief":
        return timedelta(seconds=BRIEF.get(operation, 0.0))
    durations = {**DURATIONS, **getattr(settings, "COMPUTE_DURATIONS", {})}
    return timedelta(seconds=durations.get(operation, 0.0))


def stop(at: datetime | None = None) -> None:
    """Hold the clock still, at the present moment if none is given."""
    global _standing_at
    _standing_at = at or datetime.now(UTC)


def advance(seconds: float) -> None:
    """Move a clock that stands still."""
    global _standing_at
    if _standing_at is None:
        raise RuntimeError("The clock is running; stop it first.")
    _standing_at += timedelta(seconds=seconds)


def run() -> None:
    """Let the clock run again."""
    global _standing_at
    _standing_at = None
