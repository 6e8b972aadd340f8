"""Plain operations on a host's guests: one driver call, then the transition's end."""

from collections.abc import Callable, Mapping

from django.db import transaction

from compute.domain import lifecycle, records, storage
from compute.domain.errors import ComputeError
from compute.domain.states import PowerState
from compute.domain.transitions import LIFECYCLE, STEPS, Transition
from compute.models import Server
from compute.virt import registry
from compute.virt.driver import Driver
from compute.work.registry import task
from compute.work.task import Work

Call = Callable[[Driver, Server, Work], None]

# The driver call of each operation that is nothing more than that.
PLAIN: Mapping[str, Call] = {
    "start": lambda driver, server, work: driver.power_on(server),
    "stop": lambda driver, server, work: driver.power_off(server),
    "soft reboot": lambda driver, server, work: _reboot(driver, server, work, hard=False),
    "hard reboot": lambda driver, server, work: _reboot(driver, server, work, hard=True),
    "pause": lambda driver, server, work: driver.pause(server),
    "unpause": lambda driver, server, work: driver.unpause(server),
    "suspend": lambda driver, server, work: driver.suspend(server),
    "resume": lambda driver, server, work: driver.resume(server),
    "trigger_crash_dump": lambda driver, server, work: driver.trigger_crash_dump(server),
    "changePassword": lambda driver, server, work: _set_password(
        driver, server, work.payload.get("admin_password", "")
    ),
    "restore": lambda driver, server, work: driver.power_on(server),
}


def _reboot(driver: Driver, server: Server, work: Work, *, hard: bool) -> None:
    storage.forget_dangling(work.context, server)
    driver.reboot(server, hard=hard)


class PasswordNotSet(ComputeError):
    message = "Failed to set admin password on {server_id} because {reason}"


def _set_password(driver: Driver, server: Server, password: str) -> None:
    if driver.power_state(server) != PowerState.RUNNING:
        reason = f"instance {server.uuid} is not running"
        raise PasswordNotSet(server_id=server.uuid, reason=reason)
    driver.set_admin_password(server, password)


def is_under_way(server: Server | None, row: Transition) -> bool:
    """Whether the server still waits for the operation that a task is about."""
    if server is None:
        return False
    if row.task is None:
        return row.vm_states is None or server.vm_state in row.vm_states
    return server.task_state in STEPS.get(row.task, (row.task,))


def gave_up(work: Work, exc: Exception) -> None:
    """End an operation that failed as its transition says."""
    end(work, exc, work.row.kind)


def end(work: Work, exc: Exception, name: str) -> None:
    """The same for a task that is not called as its operation."""
    server, row = work.server, LIFECYCLE[name]
    if server is None or not is_under_way(server, row):
        return
    step = records.Event(work.context, server, row.event, server.host)
    with transaction.atomic():
        step.fail(exc)
        lifecycle.fail(server, row.name, exc)
        work.complete()


def _plain(work: Work) -> None:
    server, row = work.server, LIFECYCLE[work.row.kind]
    if server is None or not is_under_way(server, row):
        return
    # A server that was softly deleted while it had no host has nothing to be switched on.
    driver = registry.driver(server.host) if server.host else None
    with records.event(work.context, server, row.event, server.host) as step:
        work.take_time(row.driver or row.name)
        if driver is not None:
            PLAIN[row.name](driver, server, work)
        with transaction.atomic():
            power = driver.power_state(server) if driver is not None else None
            if lifecycle.finish(server, row.name, power_state=power):
                step.succeed()
            work.complete()


for _name in PLAIN:
    task(_name, gave_up=gave_up)(_plain)
