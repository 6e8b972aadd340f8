"""The demo's settings, with work that takes its time, so that kills hit something."""

from computeproject.settings.dev import *  # noqa: F403

COMPUTE_CLOCK = "real"
COMPUTE_DURATIONS = {
    "spawn": 1.0,
    "power_on": 0.5,
    "power_off": 0.5,
    "reboot_soft": 0.5,
    "reboot_hard": 0.5,
    "suspend": 0.5,
    "resume": 0.5,
    "rescue": 0.5,
    "unrescue": 0.5,
    "snapshot": 1.0,
    "rebuild": 1.0,
    "resize": 1.0,
    "finish_resize": 0.5,
    "confirm_resize": 0.2,
    "revert_resize": 0.5,
    "shelve": 0.5,
    "unshelve": 0.5,
    "live_migration": 1.5,
    "destroy": 0.3,
    "attach_volume": 0.3,
    "detach_volume": 0.3,
}
COMPUTE_LEASE = 15
COMPUTE_HOSTS = 4
