"""The host's part of a build: ports, volumes, the guest; and cleaning up when one of them fails."""

from typing import Any

from django.db import transaction
from django.db.models import F

from compute.domain import claims, config_drive, groups, lifecycle, networking, records, storage
from compute.domain.errors import BuildAborted, ComputeError
from compute.domain.states import TaskState, VmState
from compute.domain.transitions import LIFECYCLE, STEPS
from compute.models import BlockDevice, Host, Server
from compute.virt import registry
from compute.virt.driver import Build, BuildImpossible, Disk
from compute.work import clock, queue
from compute.work.registry import task
from compute.work.task import Work
from versioned.prepared import PreparedUpdate

ROW = LIFECYCLE["create"]
_FAILED_BEFORE = PreparedUpdate(
    lambda host: Host.objects.filter(host=host, failed_builds__gt=0), str
)
_STATES = {str(state) for state in STEPS[TaskState.SCHEDULING]}


class Rescheduled(ComputeError):
    message = "Build of instance {server_id} was re-scheduled: {reason}"


def _gave_up(work: Work, exc: Exception) -> None:
    """Clean up after a build that failed, and try another host if that could help."""
    server, host = work.server, work.payload["host"]
    if server is None or not _is_mine(server, host):
        return
    abort = isinstance(exc, (BuildAborted, BuildImpossible))
    reason = exc.text if isinstance(exc, ComputeError) else str(exc)
    again = not abort and work.payload.get("alternates") is not None
    left = dict(_NOWHERE)
    has_begun = not isinstance(exc, groups.GroupPolicyViolated)
    if has_begun:
        # Nova: the disks have their names before anything is waited for, and keep them.
        left["root_device_name"] = storage.name_devices(server, storage.devices_of(server))
    _undo(work, server, host, for_good=abort, has_begun=has_begun)
    shown = _as_shown(server, exc, reason, abort=abort)
    step = records.Event(work.context, server, ROW.event, host)
    with transaction.atomic():
        Host.objects.filter(host=host).update(failed_builds=F("failed_builds") + 1)
        # Nova: the step has told somebody what became of it, and that is its success.
        step.succeed()
        if again:
            _try_elsewhere(work, server, left)
        else:
            _end_in_error(server, shown, None if abort else reason, left)
        work.complete()


def _as_shown(server: Server, exc: Exception, reason: str, *, abort: bool) -> Exception:
    if isinstance(exc, BuildAborted):
        return exc
    kind = BuildAborted if abort else Rescheduled
    return kind(server_id=server.uuid, reason=reason)


def _undo(work: Work, server: Server, host: str, *, for_good: bool, has_begun: bool) -> None:
    registry.driver(host).destroy(server)
    networking.deallocate(work.context, server)
    networking.let_go_of_asked(work.context, server)
    if for_good:
        storage.give_up(work.context, server)
    elif has_begun:
        # Nova: before that, volumes are left as they were reserved.
        storage.let_go_of_host(work.context, server)
    claims.release(work.context, server.uuid)


# A server that is on no host is in no zone either.
_NOWHERE: dict[str, Any] = {
    "host": None,
    "node": None,
    "launched_on": None,
    "availability_zone": None,
    "interfaces": [],
    "addresses": {},
    "security_groups": [],
}


def _try_elsewhere(work: Work, server: Server, left: dict[str, Any]) -> None:
    moved = _mine(server).update(
        task_state=TaskState.SCHEDULING,
        updated_at=clock.now(),
        **left,
    )
    if moved:
        payload = {**work.payload, "attempt": work.payload.get("attempt", 1) + 1}
        queue.enqueue(
            "build", queue=queue.SCHEDULER, context=work.context, server=server, payload=payload
        )


def _end_in_error(
    server: Server, exc: Exception, message: str | None, left: dict[str, Any]
) -> None:
    lifecycle.fail(server, "create", exc, message=message)
    # Nova: a server whose build failed belongs to no host, so that anybody may delete it.
    Server.objects.filter(pk=server.pk, vm_state=VmState.ERROR).update(**left)


@task("build on host", gave_up=_gave_up)
def build_on_host(work: Work) -> None:
    """Make the guest with its ports and volumes, and call the server ACTIVE."""
    server, host = work.server, work.payload["host"]
    if server is None or not _is_mine(server, host):
        return
    with records.event(work.context, server, ROW.event, host) as step:
        groups.check_policy(work.context, server, host)
        rows = storage.devices_of(server)
        root = storage.name_devices(server, rows)
        driver = registry.driver(host)
        try:
            shown = networking.allocate(work.context, server, host, again=work.again)
        finally:
            # Nova: ports are made beside the volumes, which are there when the ports fail; what is
            # wrong with the volumes is told first.
            if any(row.is_volume for row in rows):
                storage.attach_all(work.context, server, rows, driver.connector())
        _show_spawning(work, server, shown)
        files = server.personality or work.payload.get("injected_files", ())
        build = Build(
            disks=disks_of(rows),
            admin_password=work.payload.get("admin_password"),
            files=files,
            config_drive=config_drive.files(
                server,
                coming={**shown, "root_device_name": root},
                injected=files,
                admin_password=work.payload.get("admin_password"),
            ),
        )
        driver.spawn(server, build)
        with transaction.atomic():
            active = lifecycle.finish(
                server,
                "create",
                power_state=driver.power_state(server),
                launched_at=clock.now(),
                root_device_name=root,
                config_drive=config_drive.shown(server),
                system_metadata={
                    **server.system_metadata,
                    "boot_roles": ",".join(work.context.roles),
                },
                **shown,
            )
            if active:
                _FAILED_BEFORE(host, failed_builds=0)
                step.succeed()
            work.complete()
    if not active:
        _clear_away_if_deleted(work, server, host)


def _show_spawning(work: Work, server: Server, shown: dict[str, Any]) -> None:
    """Show what is there already, if the guest takes its time."""
    if work.duration("spawn"):
        lifecycle.show_step(server, "create", TaskState.SPAWNING, **shown)
        work.take_time("spawn")


def _clear_away_if_deleted(work: Work, server: Server, host: str) -> None:
    """A delete that came in between frees the rest itself, unless it was done without the host."""
    if Server.objects.filter(pk=server.pk, deleted=True).exists():
        registry.driver(host).destroy(server)
        networking.deallocate(work.context, server)
        storage.release(work.context, server)
        claims.release(work.context, server.uuid)


def disks_of(rows: list[BlockDevice]) -> list[Disk]:
    """Block devices as a driver knows them."""
    return [
        Disk(
            device_name=row.device_name,
            boot_index=row.boot_index,
            size_gb=row.volume_size,
            volume_id=row.volume_id if row.is_volume else None,
            connection_info=row.connection_info,
            tag=row.tag,
        )
        for row in rows
    ]


def _mine(server: Server) -> Any:
    return Server.objects.filter(
        pk=server.pk, deleted=False, vm_state=VmState.BUILDING, task_state__in=list(_STATES)
    )


def _is_mine(server: Server, host: str) -> bool:
    """Whether the server still waits for this host to build it."""
    return (
        server.vm_state == VmState.BUILDING and server.host == host and server.task_state in _STATES
    )
