"""The words for where a server stands, as Nova writes them, and the status that users see."""

from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum


class VmState(StrEnum):
    """What a server is, while nothing is being done with it."""

    ACTIVE = "active"
    BUILDING = "building"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    STOPPED = "stopped"
    RESCUED = "rescued"
    RESIZED = "resized"
    SOFT_DELETED = "soft-delete"
    DELETED = "deleted"
    ERROR = "error"
    SHELVED = "shelved"
    SHELVED_OFFLOADED = "shelved_offloaded"


class TaskState(StrEnum):
    """What is being done with a server at the moment."""

    SCHEDULING = "scheduling"
    BLOCK_DEVICE_MAPPING = "block_device_mapping"
    NETWORKING = "networking"
    SPAWNING = "spawning"
    IMAGE_SNAPSHOT = "image_snapshot"
    IMAGE_SNAPSHOT_PENDING = "image_snapshot_pending"
    IMAGE_PENDING_UPLOAD = "image_pending_upload"
    IMAGE_UPLOADING = "image_uploading"
    IMAGE_BACKUP = "image_backup"
    UPDATING_PASSWORD = "updating_password"  # noqa: S105 - the name of a state
    RESIZE_PREP = "resize_prep"
    RESIZE_MIGRATING = "resize_migrating"
    RESIZE_MIGRATED = "resize_migrated"
    RESIZE_FINISH = "resize_finish"
    RESIZE_REVERTING = "resize_reverting"
    RESIZE_CONFIRMING = "resize_confirming"
    REBOOTING = "rebooting"
    REBOOT_PENDING = "reboot_pending"
    REBOOT_STARTED = "reboot_started"
    REBOOTING_HARD = "rebooting_hard"
    REBOOT_PENDING_HARD = "reboot_pending_hard"
    REBOOT_STARTED_HARD = "reboot_started_hard"
    PAUSING = "pausing"
    UNPAUSING = "unpausing"
    SUSPENDING = "suspending"
    RESUMING = "resuming"
    POWERING_OFF = "powering-off"
    POWERING_ON = "powering-on"
    RESCUING = "rescuing"
    UNRESCUING = "unrescuing"
    REBUILDING = "rebuilding"
    REBUILD_BLOCK_DEVICE_MAPPING = "rebuild_block_device_mapping"
    REBUILD_SPAWNING = "rebuild_spawning"
    MIGRATING = "migrating"
    DELETING = "deleting"
    SOFT_DELETING = "soft-deleting"
    RESTORING = "restoring"
    SHELVING = "shelving"
    SHELVING_IMAGE_PENDING_UPLOAD = "shelving_image_pending_upload"
    SHELVING_IMAGE_UPLOADING = "shelving_image_uploading"
    SHELVING_OFFLOADING = "shelving_offloading"
    UNSHELVING = "unshelving"


class PowerState(IntEnum):
    """What the hypervisor says of the guest, with Nova's numbers."""

    NOSTATE = 0
    RUNNING = 1
    PAUSED = 3
    SHUTDOWN = 4
    CRASHED = 6
    SUSPENDED = 7


DELETING_STATES = frozenset({TaskState.DELETING, TaskState.SOFT_DELETING})
RESIZE_STATES = frozenset(
    {
        TaskState.RESIZE_PREP,
        TaskState.RESIZE_MIGRATING,
        TaskState.RESIZE_MIGRATED,
        TaskState.RESIZE_FINISH,
    }
)
REBUILD_STATES = frozenset(
    {
        TaskState.REBUILDING,
        TaskState.REBUILD_BLOCK_DEVICE_MAPPING,
        TaskState.REBUILD_SPAWNING,
    }
)

_RESIZE: Mapping[str, str] = dict.fromkeys(sorted(RESIZE_STATES), "RESIZE")
_REBUILD: Mapping[str, str] = dict.fromkeys(sorted(REBUILD_STATES), "REBUILD")
_REBOOT: Mapping[str, str] = dict.fromkeys(
    [TaskState.REBOOTING, TaskState.REBOOT_PENDING, TaskState.REBOOT_STARTED], "REBOOT"
)
_HARD_REBOOT: Mapping[str, str] = dict.fromkeys(
    [TaskState.REBOOTING_HARD, TaskState.REBOOT_PENDING_HARD, TaskState.REBOOT_STARTED_HARD],
    "HARD_REBOOT",
)
_MIGRATING: Mapping[str, str] = {TaskState.MIGRATING: "MIGRATING"}
_PASSWORD: Mapping[str, str] = {TaskState.UPDATING_PASSWORD: "PASSWORD"}

# vm_state: (status, statuses that depend on the task state)
# fmt: off
_STATUS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    VmState.ACTIVE:            ("ACTIVE",            {**_REBOOT, **_HARD_REBOOT, **_PASSWORD,
                                                      **_REBUILD, **_MIGRATING, **_RESIZE}),
    VmState.BUILDING:          ("BUILD",             {}),
    VmState.STOPPED:           ("SHUTOFF",           {**_RESIZE, **_REBUILD}),
    VmState.RESIZED:           ("VERIFY_RESIZE",     {TaskState.RESIZE_REVERTING: "REVERT_RESIZE"}),
    VmState.PAUSED:            ("PAUSED",            _MIGRATING),
    VmState.SUSPENDED:         ("SUSPENDED",         {}),
    VmState.RESCUED:           ("RESCUE",            {}),
    VmState.ERROR:             ("ERROR",             _REBUILD),
    VmState.DELETED:           ("DELETED",           {}),
    VmState.SOFT_DELETED:      ("SOFT_DELETED",      {}),
    VmState.SHELVED:           ("SHELVED",           {}),
    VmState.SHELVED_OFFLOADED: ("SHELVED_OFFLOADED", {}),
}
# fmt: on

# Stands in the second answer of `vm_states_of_status` for "whatever is being done".
ANY_TASK = "default"


def shown_status(vm_state: str | None, task_state: str | None) -> str:
    """The status that users see."""
    usual, by_task = _STATUS.get(vm_state or "", ("UNKNOWN", {}))
    return by_task.get(task_state, usual) if task_state else usual


def vm_states_of_status(statuses: str | Iterable[str]) -> tuple[list[str], list[str]]:
    """The vm_states and the task states that a filter by status means; unknown words mean none.

    Nova: the two lists are independent filters, and "default" among the task states means that
    they do not matter.
    """
    wanted = {statuses} if isinstance(statuses, str) else set(statuses)
    wanted = {status.lower() for status in wanted}
    vm_states: set[str] = set()
    task_states: set[str] = set()
    for vm_state, (usual, by_task) in _STATUS.items():
        if usual.lower() in wanted:
            vm_states.add(str(vm_state))
            task_states.add(ANY_TASK)
        for task_state, status in by_task.items():
            if status.lower() in wanted:
                vm_states.add(str(vm_state))
                task_states.add(str(task_state))
    return sorted(vm_states), sorted(task_states)
