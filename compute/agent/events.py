"""What a host does about events outside."""

import logging

from django.db import transaction

from compute.agent.build import disks_of
from compute.clients.volume import volume
from compute.domain import attachments, interfaces, records, storage
from compute.domain.errors import NotFound
from compute.domain.states import PowerState, VmState
from compute.models import BlockDevice, Server
from compute.virt import registry
from compute.work.registry import task
from compute.work.task import Work

log = logging.getLogger(__name__)

_EVENTS = {"extend_volume": "compute_extend_volume", "power_update": "compute_power_update"}
# The states that an event changes, the server's and its guest's.
_WORTH_IT = {
    "POWER_ON": (VmState.STOPPED, PowerState.SHUTDOWN),
    "POWER_OFF": (VmState.ACTIVE, PowerState.RUNNING),
}


def _failed(work: Work, exc: Exception) -> None:
    server = work.server
    if server is None:
        return
    with transaction.atomic():
        event = _EVENTS[work.row.kind]
        records.Event(work.context, server, event, server.host).fail(exc)
        records.record_fault(server, exc)
        work.complete()


@task("network changed")
def network_changed(work: Work) -> None:
    """Show the server's ports as Network has them now."""
    server = work.server
    if server is None:
        return
    try:
        interfaces.refresh(work.context, server)
    except NotFound as exc:
        log.info("An event about %s came to nothing: %s", server.uuid, exc)


@task("interface deleted")
def interface_deleted(work: Work) -> None:
    """Unplug an interface whose port Network has deleted."""
    server, port_id = work.server, work.payload["tag"]
    if server is None:
        return
    found = next((each for each in server.interfaces if each["port_id"] == port_id), None)
    if found is None:
        return
    if server.host:
        registry.driver(server.host).detach_interface(server, found)
    interfaces.forget(work.context, server, port_id)


@task("extend_volume", gave_up=_failed)
def extend_volume(work: Work) -> None:
    """Let the guest see that an attached volume has grown."""
    server = work.server
    if server is None or not server.host:
        return
    with records.event(work.context, server, _EVENTS["extend_volume"], server.host) as step:
        row = attachments.device_of(server, work.payload["tag"])
        if row is not None and row.connection_info is not None:
            _extend(work, server, row)
        with transaction.atomic():
            step.succeed()
            work.complete()


def _extend(work: Work, server: Server, row: BlockDevice) -> None:
    shown = volume().show(storage.acting_for(work.context, server), str(row.volume_id))
    row.volume_size = int(shown["size"])
    BlockDevice.objects.filter(pk=row.pk).update(volume_size=row.volume_size)
    driver = registry.driver(str(server.host))
    driver.extend_volume(server, disks_of([row])[0], row.volume_size)


@task("power_update", gave_up=_failed)
def power_update(work: Work) -> None:
    """Follow a guest that was switched on or off behind the cloud's back."""
    server = work.server
    if server is None:
        return
    with records.event(work.context, server, _EVENTS["power_update"], server.host) as step:
        states = (server.vm_state, server.power_state)
        if server.task_state is None and states == _WORTH_IT.get(work.payload["tag"]):
            # Nova: only the driver of bare metal can; the others fail in these words.
            raise NotImplementedError
        with transaction.atomic():
            step.succeed()
            work.complete()
