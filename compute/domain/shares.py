"""Shares of file systems: what stands against attaching one, since no cloud here has any."""

from compute.domain.errors import Conflict, NotFound, WrongState
from compute.domain.states import VmState
from compute.models import Host, Server

_VIRTIOFS, _MEMORY = "COMPUTE_STORAGE_VIRTIO_FS", "COMPUTE_MEM_BACKING_FILE"


class ShareNotFound(NotFound):
    message = "Share {share_id} could not be found."


class NotConfigured(Conflict):
    message = (
        "Feature not supported because either compute or instance are not configured correctly."
    )


def check_attachable(server: Server) -> None:
    """Refuse a server that is not stopped, and a host that cannot share its memory with one."""
    _check_state(server, "create share", VmState.STOPPED)
    traits = Host.objects.filter(host=server.host).values_list("traits", flat=True).first() or ()
    is_shareable = _MEMORY in traits or "hw:mem_page_size" in server.flavor_extra_specs
    if _VIRTIOFS not in traits or not is_shareable:
        raise NotConfigured


def check_detachable(server: Server) -> None:
    _check_state(server, "delete share", VmState.STOPPED, VmState.ERROR)


def _check_state(server: Server, doing: str, *states: VmState) -> None:
    if server.vm_state not in states:
        raise WrongState(
            action=doing, server_id=server.uuid, attribute="vm_state", state=server.vm_state
        )
