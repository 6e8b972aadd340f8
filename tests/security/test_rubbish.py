"""Rubbish is refused: no failure, no hang, no growth, and nothing changed by a refusal.

SECURITY_REQUESTS says how many requests are made (100,000 if not told), in shards; SECURITY_SEED
is the first of the numbers that they are drawn by, other rubbish for each (0).
"""

import os
import time

import pytest

from tests.security import figures
from tests.security.fuzzer import SLOWEST, Fuzzer

# A console of type spice-direct looks for a free port.
pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
SHARDS = 16
# Rounded up, so that no fewer are made than was asked for.
REQUESTS = -(-int(os.environ.get("SECURITY_REQUESTS", "100000")) // SHARDS)
SEED = int(os.environ.get("SECURITY_SEED", "0"))
# What a process may grow by over all of its shards once it is warm, in megabytes.
GROWTH = 64
# Of each process, after a quarter of its first shard: by then everything has been imported.
WARM = []


@pytest.mark.parametrize("shard", range(SHARDS))
def test_rubbish_is_refused(shard, besieged):
    fuzzer = Fuzzer(SEED + shard, besieged)
    at_start, began = figures.memory(), time.monotonic()
    fuzzer.run(REQUESTS, lambda: WARM or WARM.append(figures.memory()))
    at_end, seconds = figures.memory(), time.monotonic() - began
    changed = {}
    for name in fuzzer.changed:
        service = name.partition(" ")[0]
        changed[service] = changed.get(service, 0) + 1
    figures.shards.append(
        {
            "pid": os.getpid(),
            "began": began,
            "seconds": seconds,
            "requests": fuzzer.statuses.total(),
            "at_start": at_start,
            "warm": WARM[0],
            "at_end": at_end,
            "looked": fuzzer.looked,
            "changed": changed,
            "reached": sorted(fuzzer.reached),
            "operations": len(set(map(str, fuzzer.operations))),
            "broken": len(fuzzer.broken),
            "meant": dict(fuzzer.meant),
        }
    )
    assert not fuzzer.broken
    assert not fuzzer.changed
    assert fuzzer.slowest[0] < SLOWEST, fuzzer.slowest
    assert at_end - WARM[0] < GROWTH
