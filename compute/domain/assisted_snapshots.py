"""Snapshots that a hypervisor takes of a volume's file, when Volume asks it to.

No driver here keeps volumes in files, so nothing is left to do once the server has been checked.
"""

from compute.domain.errors import BadRequest, ServerNotReady
from compute.domain.states import VmState
from compute.models import BlockDevice, Server


class DeviceNotFound(BadRequest):
    message = "No volume Block Device Mapping with id {volume_id}."


class ManyAttachments(BadRequest):
    message = (
        "Block Device Mapping {volume_id} is a multi-attach volume and is not valid for this "
        "operation."
    )


class WrongState(BadRequest):
    # Nova: here a wrong state is no conflict, and has other words.
    message = (
        "Instance {server_id} in {attribute} {state}. Cannot {doing} while the instance is in "
        "this state."
    )


def create(volume_id: str) -> None:
    _check(_server_of(volume_id), "do_volume_snapshot_create")


def delete(volume_id: str, *, merges: bool) -> None:
    server = _server_of(volume_id)
    _check(server, "do_volume_snapshot_delete")
    if merges and server.vm_state != VmState.ACTIVE:
        raise _wrong(server, "vm_state", server.vm_state, "volume_snapshot_delete")


def _server_of(volume_id: str) -> Server:
    rows = BlockDevice.objects.filter(volume_id=volume_id, server__deleted=False)
    found = list(rows.select_related("server").order_by("pk")[:2])
    if not found:
        raise DeviceNotFound(volume_id=volume_id)
    if len(found) > 1:
        raise ManyAttachments(volume_id=volume_id)
    return found[0].server


def _check(server: Server, doing: str) -> None:
    if not server.host:
        raise BadRequest(ServerNotReady(server_id=server.uuid).text)
    if server.task_state is not None:
        raise _wrong(server, "task_state", server.task_state, doing)
    if server.launched_at is None:
        raise _wrong(server, "launched_at", None, doing)


def _wrong(server: Server, attribute: str, state: str | None, doing: str) -> WrongState:
    return WrongState(server_id=server.uuid, attribute=attribute, state=state, doing=doing)
