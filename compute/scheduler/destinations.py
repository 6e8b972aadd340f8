"""Where a running guest may move: the host that was named, or one that the scheduler finds."""

from collections.abc import Callable
from typing import Any

from compute.domain import groups, services, storage
from compute.domain.errors import NOT_ENOUGH, BadRequest, NoValidHost
from compute.domain.states import PowerState
from compute.models import Server
from compute.scheduler import manager as scheduler
from compute.scheduler import request as requests
from compute.scheduler.manager import Selection
from middleware.context import RequestContext


class UnableToMigrateToSelf(BadRequest):
    message = "Unable to migrate instance ({server_id}) to current host ({host})."


class HostUnavailable(BadRequest):
    message = "Compute service of {host} is unavailable at this time."


class PreCheckFailed(BadRequest):
    # In a server's fault it is a failure of the cloud's.
    fault_code = 500
    message = "Migration pre-check error: {reason}"


# Nova: it has a word of its own for a guest of which nothing is known.
_WORDS = {PowerState.NOSTATE: "pending"}


class NotRunning(BadRequest):
    message = (
        "Instance {server_id} in power_state {state}. Cannot live migrate while the instance is in "
        "this state."
    )


def check(server: Server, host: str | None, *, is_forced: bool) -> None:
    """Refuse what needs no look at the hosts' room.

    Errors: NotRunning, HostUnavailable, UnableToMigrateToSelf.
    """
    if server.power_state not in (PowerState.RUNNING, PowerState.PAUSED):
        state = PowerState(server.power_state or 0)
        word = _WORDS.get(state) or state.name.lower()
        raise NotRunning(server_id=server.uuid, state=word)
    if not services.host_is_up(server.host):
        raise HostUnavailable(host=server.host)
    if host and is_forced:
        if host == server.host:
            raise UnableToMigrateToSelf(server_id=server.uuid, host=host)
        if not services.host_is_up(host):
            raise HostUnavailable(host=host)


def choose(
    context: RequestContext,
    server: Server,
    host: str | None,
    *,
    is_forced: bool,
    claim: Callable[[Selection], None] | None,
) -> Selection:
    """The host that takes the guest, with its claim; without `claim` nothing is claimed.

    Errors: those of `check`, NoValidHost, PreCheckFailed, and GroupPolicyViolated for a host that
    nobody asked the scheduler about.
    """
    check(server, host, is_forced=is_forced)
    where: dict[str, Any] = {}
    if host:
        where = {"forced_host" if is_forced else "requested_host": host}
    spec = requests.of_server(
        context,
        server,
        ignored_hosts=frozenset({str(server.host)}),
        is_volume_backed=storage.boots_from_volume(server),
        **where,
    )
    if any(need.alias and not need.can_migrate for need in spec.wanted.needs):
        if not is_forced:
            # Nova: no host is left when each has been asked.
            raise NoValidHost(reason=NOT_ENOUGH)
        raise PreCheckFailed(
            reason="This request does not explicitly request live-migratable devices."
        )
    if host and is_forced:
        chosen = scheduler.force(context, spec, claim=claim)
    elif claim is None:
        chosen = scheduler.foresee(context, spec)
    else:
        chosen, _ = scheduler.select(context, spec, claim=claim)
    groups.check_policy(context, server, chosen.host)
    return chosen
