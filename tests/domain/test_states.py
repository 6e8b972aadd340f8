"""The status that users see, and what a filter by it means."""

import pytest

from compute.domain.states import shown_status, vm_states_of_status

# fmt: off
SHOWN = [
    # vm_state            task_state            status
    ("active",            None,                 "ACTIVE"),
    ("active",            "rebooting",          "REBOOT"),
    ("active",            "reboot_started_hard", "HARD_REBOOT"),
    ("active",            "updating_password",  "PASSWORD"),
    ("active",            "rebuild_spawning",   "REBUILD"),
    ("active",            "migrating",          "MIGRATING"),
    ("active",            "resize_finish",      "RESIZE"),
    ("active",            "pausing",            "ACTIVE"),
    ("active",            "deleting",           "ACTIVE"),
    ("building",          "spawning",           "BUILD"),
    ("stopped",           None,                 "SHUTOFF"),
    ("stopped",           "resize_prep",        "RESIZE"),
    ("stopped",           "rebuilding",         "REBUILD"),
    ("stopped",           "powering-on",        "SHUTOFF"),
    ("resized",           None,                 "VERIFY_RESIZE"),
    ("resized",           "resize_reverting",   "REVERT_RESIZE"),
    ("paused",            "migrating",          "MIGRATING"),
    ("error",             "rebuilding",         "REBUILD"),
    ("rescued",           None,                 "RESCUE"),
    ("soft-delete",       None,                 "SOFT_DELETED"),
    ("shelved_offloaded", None,                 "SHELVED_OFFLOADED"),
    ("nonsense",          None,                 "UNKNOWN"),
]
# fmt: on


@pytest.mark.parametrize(("vm_state", "task_state", "status"), SHOWN)
def test_a_status_follows_from_both_states(vm_state, task_state, status):
    assert shown_status(vm_state, task_state) == status


def test_a_status_without_tasks_means_any_task():
    assert vm_states_of_status("shutoff") == (["stopped"], ["default"])


def test_a_status_of_tasks_names_them():
    assert vm_states_of_status("REBOOT") == (
        ["active"],
        ["reboot_pending", "reboot_started", "rebooting"],
    )


def test_an_unknown_status_means_nothing():
    assert vm_states_of_status("UNKNOWN") == ([], [])
