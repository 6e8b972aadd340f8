"""The scheduler: asks Placement who could, filters, weighs, claims.

`select` returns a claimed host and alternates for when the build fails there; `explain` tells why.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from compute.clients.errors import ClaimConflict
from compute.clients.placement import placement
from compute.domain import context as contexts
from compute.domain import zones
from compute.domain.errors import NOT_ENOUGH, BadRequest, NoValidHost
from compute.domain.hardware import holding
from compute.models import Host
from compute.scheduler import filters, hosts, rounds, weighers
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request
from compute.scheduler.rounds import Candidates, Round
from middleware.context import RequestContext

log = logging.getLogger(__name__)

_CLAIM_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Selection:
    """A host, and what to claim of Placement to have the server there."""

    host: str
    node: str
    provider: str
    zone: str
    allocations: Mapping[str, Any]
    mappings: Mapping[str, Any] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        """As a task's payload keeps it."""
        return asdict(self)


@dataclass(slots=True)
class Explanation:
    """What became of one host: the filter that refused it, or its weight."""

    host: str
    refused_by: str | None = None
    weights: Mapping[str, float] = field(default_factory=dict)

    @property
    def weight(self) -> float:
        return sum(self.weights.values())


def max_attempts() -> int:
    return int(getattr(settings, "SCHEDULER_MAX_ATTEMPTS", 3))


def select(
    context: RequestContext,
    request: Request,
    *,
    claim: Callable[[Selection], None] | None = None,
    waiting_since: datetime | None = None,
) -> tuple[Selection, list[Selection]]:
    """Choose a host, claim it, and name alternates; NoValidHost when there is none.

    `claim` replaces the plain claim for moves, which have to keep what is held at the source.
    With `waiting_since` a look at the hosts will do that was taken for others, but later than that.
    """
    cloud = contexts.elevated(context)
    is_new = False
    while not is_new:
        round_, is_new = rounds.of(request, waiting_since, lambda: _look(cloud, request))
        found = _choose(round_, cloud, request, claim)
        if found is not None:
            return found
        # What others have left may not be all that there is by now.
        waiting_since = None
    raise NoValidHost(reason=NOT_ENOUGH if round_.candidates else "")


def foresee(context: RequestContext, request: Request) -> Selection:
    """The host that would be chosen as things are; nothing is claimed.  NoValidHost."""
    round_ = _look(contexts.elevated(context), request)
    best = round_.best(1)
    if not best:
        raise NoValidHost(reason=NOT_ENOUGH if round_.candidates else "")
    return _named(round_, best[0])


def force(
    context: RequestContext, request: Request, *, claim: Callable[[Selection], None] | None
) -> Selection:
    """Move onto the forced host what the server holds of its own; NoValidHost if it has no room.

    Nova: nobody asks the scheduler, nor Placement whether the host takes servers at all.
    """
    cloud = contexts.elevated(context)
    held = placement().get_allocations(cloud, request.server_uuid)["allocations"]
    words = f"Unable to move instance {request.server_uuid} to host {request.forced_host}. "
    if len(held) > 1:
        raise NoValidHost(
            reason=f"{words}The instance has complex allocations on the source host so move "
            "cannot be forced."
        )
    host = Host.objects.filter(host=request.forced_host).first()
    full = NoValidHost(reason=f"{words}There is not enough capacity on the host for the instance.")
    if host is None or not held:
        raise full
    (one,) = held.values()
    selection = Selection(
        host=host.host,
        node=host.node,
        provider=host.uuid,
        zone=zones.of_host(host.host),
        allocations={host.uuid: {"resources": dict(one["resources"])}},
        mappings={},
    )
    if claim is None:
        sizes = ",".join(f"{name}:{size}" for name, size in one["resources"].items())
        query = {"resources": sizes, "in_tree": host.uuid}
        if not placement().allocation_candidates(cloud, query)["allocation_requests"]:
            raise full
    elif not _claimed(cloud, request, selection, claim):
        raise full
    return selection


def _look(cloud: RequestContext, request: Request) -> Round:
    candidates = _candidates(cloud, request)
    return Round(candidates, _passing(candidates, request), request)


def _choose(
    round_: Round,
    cloud: RequestContext,
    request: Request,
    claim: Callable[[Selection], None] | None,
) -> tuple[Selection, list[Selection]] | None:
    """The best host that can be claimed, and those that come next; None when there is none."""
    while True:
        with rounds.lock():
            best = round_.best(max_attempts())
            if not best:
                return None
            named = [_named(round_, place) for place in best]
            round_.take(best[0])
        if _claimed(cloud, request, named[0], claim):
            return named[0], named[1:]
        with rounds.lock():
            round_.drop(best[0])


def _named(round_: Round, place: int) -> Selection:
    state = round_.state(place)
    return _selection(state, round_.candidates[state.uuid])


def _candidates(cloud: RequestContext, request: Request) -> dict[str, dict[str, Any]]:
    """The first allocation request of each host that Placement thinks has room."""
    where = {}
    if request.availability_zone:
        # Nova: request_filter.map_az_to_placement_aggregate; a zone that no aggregate makes, as the
        # default one, is wherever there is room.
        members = zones.aggregates(request.availability_zone)
        if members:
            where["member_of"] = f"in:{','.join(members)}"
    target = _target(request)
    if target is not None:
        host = Host.objects.filter(**target).values_list("uuid", flat=True).first()
        if host is None:
            raise NoValidHost(
                reason=f"No such host - host: {target.get('host')} node: {target.get('node')} "
            )
        where["in_tree"] = host
    found = _ask(cloud, request, {**request.query(), **where})
    if request.is_pinned and not getattr(settings, "SCHEDULER_DISABLE_FALLBACK_PCPU_QUERY", False):
        # Nova: hosts that set no processors apart are pinned to all the same, and count VCPUs.
        for provider, one in _ask(cloud, request, {**request.query(pins=False), **where}).items():
            found.setdefault(provider, one)
    return found


def _ask(
    cloud: RequestContext, request: Request, query: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    try:
        found = placement().allocation_candidates(cloud, query)
    except BadRequest as exc:
        log.info("Placement does not understand what server %s needs: %s", request.server_uuid, exc)
        return {}
    by_provider: dict[str, dict[str, Any]] = {}
    for one in found["allocation_requests"]:
        for provider in one["allocations"]:
            by_provider.setdefault(provider, one)
    return by_provider


def _target(request: Request) -> dict[str, str] | None:
    """The one host that may be chosen, as somebody has said."""
    host = request.forced_host or request.requested_host
    node = request.forced_node or request.requested_node
    if not host and not node:
        return None
    return {**({"host": host} if host else {}), **({"node": node} if node else {})}


def _passing(candidates: Candidates, request: Request) -> list[HostState]:
    """The candidates that no filter refuses; nobody asks filters of what somebody has forced."""
    if not candidates:
        return []
    known = hosts.load(candidates, request.wanted)
    states = [state for state in known if state.host not in request.ignored_hosts]
    if request.forced_host or request.forced_node:
        return states
    return _filtered(states, request)


def _filtered(states: Sequence[HostState], request: Request) -> list[HostState]:
    left = list(states)
    for name, each in filters.enabled():
        if not left:
            break
        before = len(left)
        left = [state for state in left if each.passes(state, request)]
        if len(left) < before:
            log.debug("%s left %d of %d hosts for %s.", name, len(left), before, request)
    return left


def _selection(state: HostState, one: Mapping[str, Any]) -> Selection:
    return Selection(
        host=state.host,
        node=state.nodename,
        provider=state.uuid,
        zone=state.zone,
        allocations={
            provider: {"resources": dict(held["resources"])}
            for provider, held in one["allocations"].items()
        },
        mappings=dict(one.get("mappings") or {}),
    )


def _claimed(
    cloud: RequestContext,
    request: Request,
    selection: Selection,
    claim: Callable[[Selection], None] | None,
) -> bool:
    try:
        if claim is not None:
            claim(selection)
        else:
            claim_for(
                cloud,
                selection,
                consumer_id=request.server_uuid,
                project_id=request.project_id,
                user_id=request.user_id,
            )
    except ClaimConflict as exc:
        log.debug("The claim on %s failed: %s", selection.host, exc)
        return False
    return _held(cloud, request, selection, is_move=claim is not None)


def _held(cloud: RequestContext, request: Request, selection: Selection, *, is_move: bool) -> bool:
    """Take the single processors and devices, too; whoever was faster may have had them."""
    if not request.wanted and not is_move:
        return True
    try:
        holding.hold(request.server_uuid, selection.host, request.wanted)
    except holding.Insufficient as exc:
        if not is_move:
            placement().delete_allocations(cloud, request.server_uuid)
        if request.forced_host or request.forced_node:
            raise
        log.debug("Nothing can be held on %s: %s", selection.host, exc)
        return False
    return True


def claim_for(
    cloud: RequestContext,
    selection: Selection,
    *,
    consumer_id: str,
    project_id: str,
    user_id: str,
) -> None:
    """Claim the selection for a consumer that holds nothing yet; ClaimConflict if it cannot be."""
    for attempt in range(_CLAIM_ATTEMPTS):
        try:
            placement().put_allocations(
                cloud,
                consumer_id,
                selection.allocations,
                project_id=project_id,
                user_id=user_id,
                mappings=selection.mappings,
            )
            return
        except ClaimConflict as exc:
            # Somebody changed the provider at the same moment: nothing is wrong with the claim.
            if attempt + 1 == _CLAIM_ATTEMPTS or "concurrent" not in exc.text:
                raise


def explain(context: RequestContext, request: Request) -> list[Explanation]:
    """What would become of every host, best first; nothing is claimed."""
    try:
        candidates = _candidates(contexts.elevated(context), request)
    except NoValidHost:
        candidates = {}
    told: list[Explanation] = []
    left: list[HostState] = []
    for state in hosts.load(None, request.wanted):
        refused_by = _refused_by(state, candidates, request)
        if refused_by is None:
            left.append(state)
        else:
            told.append(Explanation(state.host, refused_by))
    ranked = [
        Explanation(state.host, None, shares) for state, shares in weighers.weigh(left, request)
    ]
    return [*ranked, *told]


def _refused_by(state: HostState, candidates: Mapping[str, Any], request: Request) -> str | None:
    if state.uuid not in candidates:
        return "Placement"
    if state.host in request.ignored_hosts:
        return "ignored hosts"
    if request.forced_host or request.forced_node:
        return None
    return next((name for name, each in filters.enabled() if not each.passes(state, request)), None)
