"""The server's life as a table: what may be asked in which state, and what it leads to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from compute.domain.states import TaskState as Task
from compute.domain.states import VmState as Vm

ANY = None
IDLE: frozenset[str | None] = frozenset({None})

_ACTIVE = frozenset({Vm.ACTIVE})
_ORDINARY = frozenset({Vm.ACTIVE, Vm.STOPPED, Vm.PAUSED, Vm.SUSPENDED})
_RUNS_OR_STOPPED = frozenset({Vm.ACTIVE, Vm.STOPPED})
_REPAIRABLE = frozenset({Vm.ACTIVE, Vm.STOPPED, Vm.ERROR})
_PLUGGABLE = frozenset({Vm.ACTIVE, Vm.PAUSED, Vm.STOPPED})
_ATTACHABLE = frozenset(
    {
        Vm.ACTIVE,
        Vm.PAUSED,
        Vm.STOPPED,
        Vm.RESIZED,
        Vm.SOFT_DELETED,
        Vm.SHELVED,
        Vm.SHELVED_OFFLOADED,
    }
)
_CRASHABLE = frozenset({Vm.ACTIVE, Vm.PAUSED, Vm.RESCUED, Vm.RESIZED, Vm.ERROR})
_SHELVED = frozenset({Vm.SHELVED, Vm.SHELVED_OFFLOADED})
_HARD_REBOOT = _ORDINARY | {Vm.ERROR}
_WHILE_HARD_REBOOT: frozenset[str | None] = frozenset(
    {
        None,
        Task.REBOOTING,
        Task.REBOOT_PENDING,
        Task.REBOOT_STARTED,
        Task.RESUMING,
        Task.REBOOTING_HARD,
        Task.UNPAUSING,
        Task.PAUSING,
        Task.SUSPENDING,
    }
)

Where = Literal["host", "conductor"]


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: an operation, when it is permitted, what is shown meanwhile and what comes of it."""

    name: str
    # The word in "Cannot 'pause' instance …"
    says: str
    # Its name among the server's actions; None when it is not recorded.
    action: str | None
    vm_states: frozenset[Vm] | None
    task_states: frozenset[str | None] | None
    # None leaves the task_state as it is.
    task: Task | None
    # The vm_state when it succeeded; None leaves it as it is.
    to: Vm | None
    driver: str | None = None
    event: str = ""
    # None: whoever begins it queues the work, or does it at once.
    where: Where | None = None
    # On failure the server returns to where it was, or goes to ERROR.
    on_failure: Literal["restore", "error"] = "restore"
    launched: bool = True
    lockable: bool = True
    host: bool = False
    refused_while: frozenset[str] = frozenset()


def T(
    name: str,
    says: str,
    action: str | None,
    vm_states: frozenset[Vm] | None,
    task: Task | None,
    to: Vm | None,
    driver: str | None,
    event: str,
    where: Where | None,
    **more: Any,
) -> Transition:
    more.setdefault("task_states", IDLE)
    return Transition(
        name=name,
        says=says,
        action=action,
        vm_states=vm_states,
        task=task,
        to=to,
        driver=driver,
        event=event,
        where=where,
        **more,
    )


# name, the word in the refusal, recorded as, from vm_states, task_state meanwhile,
#     vm_state afterwards, driver call, event, queue
# fmt: off
LIFECYCLE: Mapping[str, Transition] = {t.name: t for t in (
    # The beginning; boot makes the row, and nobody asks for it twice.
    T("create", "create", "create", frozenset({Vm.BUILDING}), Task.SCHEDULING, Vm.ACTIVE,
        "spawn", "compute__do_build_and_run_instance", None, task_states=ANY, launched=False,
        on_failure="error"),
    # Power
    T("start", "start", "start", frozenset({Vm.STOPPED}), Task.POWERING_ON, Vm.ACTIVE,
        "power_on", "compute_start_instance", "host", host=True),
    T("stop", "stop", "stop", frozenset({Vm.ACTIVE, Vm.ERROR}), Task.POWERING_OFF, Vm.STOPPED,
        "power_off", "compute_stop_instance", "host", host=True),
    T("soft reboot", "reboot", "reboot", _ACTIVE, Task.REBOOTING, Vm.ACTIVE,
        "reboot_soft", "compute_reboot_instance", "host"),
    T("hard reboot", "reboot", "reboot", _HARD_REBOOT, Task.REBOOTING_HARD, Vm.ACTIVE,
        "reboot_hard", "compute_reboot_instance", "host", task_states=_WHILE_HARD_REBOOT,
        on_failure="error"),
    T("pause", "pause", "pause", _ACTIVE, Task.PAUSING, Vm.PAUSED,
        "pause", "compute_pause_instance", "host"),
    T("unpause", "unpause", "unpause", frozenset({Vm.PAUSED}), Task.UNPAUSING, Vm.ACTIVE,
        "unpause", "compute_unpause_instance", "host"),
    T("suspend", "suspend", "suspend", _ACTIVE, Task.SUSPENDING, Vm.SUSPENDED,
        "suspend", "compute_suspend_instance", "host"),
    T("resume", "resume", "resume", frozenset({Vm.SUSPENDED}), Task.RESUMING, Vm.ACTIVE,
        "resume", "compute_resume_instance", "host"),
    T("trigger_crash_dump", "trigger_crash_dump", "trigger_crash_dump", _CRASHABLE, None, None,
        "trigger_crash_dump", "compute_trigger_crash_dump", "host", host=True),
    T("changePassword", "changePassword", "changePassword", _ACTIVE, Task.UPDATING_PASSWORD, None,
        "set_admin_password", "compute_set_admin_password", "host"),
    # Rescue and rebuild
    T("rescue", "rescue", "rescue", _REPAIRABLE, Task.RESCUING, Vm.RESCUED,
        "rescue", "compute_rescue_instance", "host", on_failure="error"),
    T("unrescue", "unrescue", "unrescue", frozenset({Vm.RESCUED}), Task.UNRESCUING, Vm.ACTIVE,
        "unrescue", "compute_unrescue_instance", "host", on_failure="error"),
    T("rebuild", "rebuild", "rebuild", _REPAIRABLE, Task.REBUILDING, Vm.ACTIVE,
        "rebuild", "compute_rebuild_instance", "conductor", on_failure="error"),
    T("evacuate", "evacuate", "evacuate", _REPAIRABLE, Task.REBUILDING, Vm.ACTIVE,
        "rebuild", "compute_rebuild_instance", "conductor", task_states=ANY, lockable=False,
        on_failure="error"),
    # Resize and moves
    T("resize", "resize", "resize", _RUNS_OR_STOPPED, Task.RESIZE_PREP, Vm.RESIZED,
        "resize", "cold_migrate", "conductor", on_failure="error"),
    T("migrate", "migrate", "migrate", _RUNS_OR_STOPPED, Task.RESIZE_PREP, Vm.RESIZED,
        "resize", "cold_migrate", "conductor", on_failure="error"),
    T("confirmResize", "confirmResize", "confirmResize", frozenset({Vm.RESIZED}), None, Vm.ACTIVE,
        "confirm_resize", "compute_confirm_resize", "host", on_failure="error"),
    T("revertResize", "revertResize", "revertResize", frozenset({Vm.RESIZED}),
        Task.RESIZE_REVERTING, Vm.ACTIVE,
        "revert_resize", "compute_revert_resize", "host", on_failure="error"),
    T("live-migration", "os-migrateLive", "live-migration", frozenset({Vm.ACTIVE, Vm.PAUSED}),
        Task.MIGRATING, None,
        "live_migration", "conductor_live_migrate_instance", "conductor"),
    T("live_migration_force_complete", "force_complete", "live_migration_force_complete", _ACTIVE,
        None, None,
        "live_migration_force_complete", "compute_live_migration_force_complete", "host",
        task_states=frozenset({Task.MIGRATING})),
    T("live_migration_cancel", "abort live migration", "live_migration_cancel", ANY, None, None,
        "live_migration_abort", "compute_live_migration_abort", "host",
        task_states=frozenset({Task.MIGRATING})),
    # Shelving
    T("shelve", "shelve", "shelve", _ORDINARY, Task.SHELVING, Vm.SHELVED,
        "snapshot", "compute_shelve_instance", "host"),
    T("shelveOffload", "shelveOffload", "shelveOffload", frozenset({Vm.SHELVED}),
        Task.SHELVING_OFFLOADING, Vm.SHELVED_OFFLOADED,
        "destroy", "compute_shelve_offload_instance", "host"),
    T("unshelve", "unshelve", "unshelve", _SHELVED, Task.UNSHELVING, Vm.ACTIVE,
        "spawn", "compute_unshelve_instance", "conductor"),
    # Images
    T("createImage", "createImage", "createImage", _ORDINARY, Task.IMAGE_SNAPSHOT_PENDING, None,
        "snapshot", "compute_snapshot_instance", "host", lockable=False),
    T("createBackup", "createBackup", "createBackup", _ORDINARY, Task.IMAGE_BACKUP, None,
        "snapshot", "compute_backup_instance", "host", lockable=False),
    # The end
    T("delete", "delete", "delete", ANY, Task.DELETING, Vm.DELETED,
        "destroy", "compute_terminate_instance", None, task_states=ANY, launched=False,
        on_failure="error"),
    T("soft delete", "delete", "delete", ANY, Task.SOFT_DELETING, Vm.SOFT_DELETED,
        "power_off", "compute_soft_delete_instance", None, task_states=ANY, on_failure="error"),
    T("forceDelete", "delete", "delete", ANY, Task.DELETING, Vm.DELETED,
        "destroy", "compute_terminate_instance", None, task_states=ANY, launched=False,
        on_failure="error"),
    T("restore", "restore", "restore", frozenset({Vm.SOFT_DELETED}), Task.RESTORING, Vm.ACTIVE,
        "power_on", "compute_restore_instance", None),
    # Devices: nothing is shown meanwhile, and whoever asks queues the work.
    T("attach_volume", "attach_volume", "attach_volume", _ATTACHABLE, None, None,
        "attach_volume", "compute_attach_volume", None),
    T("detach_volume", "detach_volume", "detach_volume", _ATTACHABLE, None, None,
        "detach_volume", "compute_detach_volume", None),
    T("swap_volume", "swap_volume", "swap_volume",
        frozenset({Vm.ACTIVE, Vm.PAUSED, Vm.RESIZED}), None, None,
        "swap_volume", "compute_swap_volume", None),
    T("attach_interface", "attach_interface", "attach_interface", _PLUGGABLE, None, None,
        "attach_interface", "compute_attach_interface", None),
    T("detach_interface", "detach_interface", "detach_interface", _PLUGGABLE, None, None,
        "detach_interface", "compute_detach_interface", None),
    # Asked only: nothing is done in the background.
    T("lock", "lock", "lock", ANY, None, None, None, "api_lock", None,
        task_states=ANY, launched=False, lockable=False),
    T("unlock", "unlock", "unlock", ANY, None, None, None, "api_unlock", None,
        task_states=ANY, launched=False, lockable=False),
    T("resetState", "resetState", "resetState", ANY, None, None, None, "", None,
        task_states=ANY, launched=False, lockable=False),
    T("update metadata", "update metadata", None, _ORDINARY, None, None, None, "", None,
        task_states=ANY),
    T("delete metadata", "delete metadata", None, _ORDINARY, None, None, None, "", None,
        task_states=ANY),
    T("tags", "tags", None, _ORDINARY, None, None, None, "", None,
        task_states=ANY, launched=False, lockable=False),
    T("get_console", "get_vnc_console", None, ANY, None, None, None, "", None,
        task_states=ANY, launched=False, lockable=False, host=True,
        refused_while=frozenset({Task.DELETING, Task.MIGRATING})),
    T("get_console_output", "get_console_output", None, ANY, None, None, None, "", None,
        task_states=ANY, launched=False, lockable=False, host=True),
    T("get_diagnostics", "get_diagnostics", None, ANY, None, None, None, "", None,
        task_states=ANY, launched=False, lockable=False, host=True),
)}
# fmt: on

# The task_states through which one operation walks, where there are several.
STEPS: Mapping[Task, tuple[Task, ...]] = {
    Task.SCHEDULING: (
        Task.SCHEDULING,
        Task.NETWORKING,
        Task.BLOCK_DEVICE_MAPPING,
        Task.SPAWNING,
    ),
    Task.REBOOTING: (Task.REBOOTING, Task.REBOOT_PENDING, Task.REBOOT_STARTED),
    Task.REBOOTING_HARD: (Task.REBOOTING_HARD, Task.REBOOT_PENDING_HARD, Task.REBOOT_STARTED_HARD),
    Task.REBUILDING: (
        Task.REBUILDING,
        Task.REBUILD_BLOCK_DEVICE_MAPPING,
        Task.REBUILD_SPAWNING,
    ),
    Task.RESIZE_PREP: (
        Task.RESIZE_PREP,
        Task.RESIZE_MIGRATING,
        Task.RESIZE_MIGRATED,
        Task.RESIZE_FINISH,
    ),
    Task.SHELVING: (
        Task.SHELVING,
        Task.SHELVING_IMAGE_PENDING_UPLOAD,
        Task.SHELVING_IMAGE_UPLOADING,
        Task.SHELVING_OFFLOADING,
    ),
    Task.UNSHELVING: (Task.UNSHELVING, Task.SPAWNING),
    Task.IMAGE_SNAPSHOT_PENDING: (
        Task.IMAGE_SNAPSHOT_PENDING,
        Task.IMAGE_SNAPSHOT,
        Task.IMAGE_PENDING_UPLOAD,
        Task.IMAGE_UPLOADING,
    ),
    Task.IMAGE_BACKUP: (Task.IMAGE_BACKUP, Task.IMAGE_PENDING_UPLOAD, Task.IMAGE_UPLOADING),
}
