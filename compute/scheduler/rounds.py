"""A round: the hosts as they were at one moment, for all requests alike that were waiting by then.

Nova looks at the hosts once for all servers of a request and takes off what each of them gets.
So it is here, and for requests that came one by one and were waiting together: what a round shows
is never older than the request, so nobody can miss a change that was made before asking.
A round only proposes; whether there is room is for Placement to say, with every claim.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.conf import settings

from compute.scheduler import filters, weighers
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request
from compute.work import clock

# The first allocation request of each candidate, by provider.
Candidates = Mapping[str, Mapping[str, Any]]


class Round:
    """Candidates, filtered and weighed; used by one thread at a time."""

    def __init__(self, candidates: Candidates, states: list[HostState], request: Request) -> None:
        self.candidates = candidates
        self._states, self._request = states, request
        self._scale = weighers.Scale(states, request)
        self._gone: set[int] = set()

    def best(self, count: int) -> list[int]:
        """The places of the best hosts."""
        found: list[int] = []
        for place in self._scale.order():
            if place not in self._gone:
                found.append(place)
                if len(found) >= count:
                    break
        return found

    def state(self, place: int) -> HostState:
        return self._states[place]

    def take(self, place: int) -> None:
        """Take off what the request gets of this host; it may not pass the filters after that."""
        state = self._states[place]
        state.consume(self._request)
        self._scale.changed(place)
        if not filters.pass_all(state, self._request):
            self._gone.add(place)

    def drop(self, place: int) -> None:
        """The host has no room, whatever it seemed to have."""
        self._gone.add(place)


class _Kept:
    def __init__(self, made: Round, began_at: datetime, began: float) -> None:
        self.round, self.began_at, self.began = made, began_at, began


# One for each kind of request, the one that was used last at the end.
_kept: dict[Any, _Kept] = {}
_lock = threading.Lock()
_MOST = 8


def lock() -> threading.Lock:
    """Held while a round is asked or changed; never while a database is."""
    return _lock


def of(
    request: Request, waiting_since: datetime | None, make: Callable[[], Round]
) -> tuple[Round, bool]:
    """A round for the request, and whether it is a new one."""
    key = _key(request) if waiting_since is not None else None
    if key is not None and waiting_since is not None:
        with _lock:
            kept = _kept.get(key)
        if kept is not None and waiting_since < kept.began_at and not _is_old(kept):
            return kept.round, False
    began_at, began = clock.now(), time.monotonic()
    made = make()
    if key is not None:
        with _lock:
            _kept.pop(key, None)
            _kept[key] = _Kept(made, began_at, began)
            for each in list(_kept):
                if len(_kept) > _MOST or _is_old(_kept[each]):
                    del _kept[each]
    return made, True


def _is_old(kept: _Kept) -> bool:
    most = float(getattr(settings, "SCHEDULER_ROUND", 5.0))
    return time.monotonic() - kept.began >= most


def forget() -> None:
    """Look at the hosts anew from now on."""
    with _lock:
        _kept.clear()


def _key(request: Request) -> Any:
    """What two requests must have in common; None for one that is like no other."""
    if request.group is not None or request.hints or request.is_bound:
        return None
    if request.wanted or request.ports.groups:
        # Single processors and devices are looked at by whoever wants them.
        return None
    return tuple(
        (each.name, repr(getattr(request, each.name)))
        for each in fields(request)
        if each.name != "server_uuid"
    )
