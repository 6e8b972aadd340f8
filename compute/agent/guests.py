"""Guests as hypervisors have them, held against the servers that should be there.

Nova does it when a compute service starts, and from time to time.
"""

import logging
from collections.abc import Mapping

from compute.domain import context as contexts
from compute.domain import lifecycle
from compute.domain.errors import ComputeError
from compute.domain.states import PowerState, VmState
from compute.models import Migration, Server
from compute.virt import registry
from compute.virt.driver import Driver
from compute.work import clock

log = logging.getLogger(__name__)

_OFF = (PowerState.SHUTDOWN, PowerState.CRASHED)
# States of which the hypervisor's own says nothing.
_LEFT_ALONE = (VmState.BUILDING, VmState.RESCUED, VmState.RESIZED, VmState.SUSPENDED, VmState.ERROR)
# What needs no second look.
_AS_SHOWN = {PowerState.RUNNING: (VmState.ACTIVE,), PowerState.SHUTDOWN: (VmState.STOPPED,)}
# Statuses of migrations after which nothing of the server is left at the other end.
_OVER = ("confirmed", "reverted", "error", "failed", "cancelled", "completed", "done")


def compare(host: str) -> None:
    """Take away the host's guests that belong to nobody, and follow the others' power states."""
    driver = registry.driver(host)
    states = driver.power_states()
    _reap(driver, host, states)
    _follow(driver, host, states)


def _reap(driver: Driver, host: str, states: Mapping[str, PowerState]) -> None:
    if not states:
        return
    servers = {server.uuid: server for server in Server.objects.filter(uuid__in=list(states))}
    moving: set[str] = set()
    rows = Migration.objects.filter(server__uuid__in=list(states)).exclude(status__in=_OVER)
    for uuid, source, destination in rows.values_list(
        "server__uuid", "source_compute", "dest_compute"
    ):
        if host in (source, destination):
            moving.add(uuid)
    for uuid in states:
        server = servers.get(uuid)
        if server is not None and not server.deleted and (server.host == host or uuid in moving):
            continue
        if server is None:
            # Nova: what the cloud never knew may be somebody else's.
            log.warning("Host %s runs a guest %s that nobody knows.", host, uuid)
            continue
        log.warning("Host %s still has server %s, which is not there any more.", host, uuid)
        driver.destroy(server)


def _follow(driver: Driver, host: str, states: Mapping[str, PowerState]) -> None:
    for server in Server.objects.filter(host=host, deleted=False, task_state__isnull=True):
        state = states.get(server.uuid, PowerState.NOSTATE)
        if state == server.power_state and server.vm_state in _AS_SHOWN.get(state, ()):
            continue
        # Somebody may have changed it since all were asked.
        state = driver.power_state(server)
        if state != server.power_state:
            log.info("Server %s is %s on its host.", server.uuid, state.name)
            Server.objects.filter(pk=server.pk, host=host, task_state__isnull=True).update(
                power_state=int(state), updated_at=clock.now()
            )
        if server.vm_state not in _LEFT_ALONE:
            _settle(driver, server, state)


def _settle(driver: Driver, server: Server, state: PowerState) -> None:
    """Bring a server and a guest together that say different things."""
    if server.vm_state == VmState.ACTIVE and state in (*_OFF, PowerState.SUSPENDED):
        # Nova: the server is stopped as by the API, so that it can be started again.
        try:
            lifecycle.begin(contexts.cloud(), server, "stop")
        except ComputeError as exc:
            log.info("Server %s cannot be stopped: %s", server.uuid, exc)
    elif server.vm_state in (VmState.STOPPED, VmState.SOFT_DELETED) and state not in (
        PowerState.NOSTATE,
        *_OFF,
    ):
        driver.power_off(server)
        Server.objects.filter(pk=server.pk).update(power_state=int(driver.power_state(server)))
