"""Rubbish is refused: no failure, no hang, no growth, and nothing changed by a refusal.

SECURITY_REQUESTS says how many requests are made (100,000 if not told), in shards.
"""

import json
import logging
import os
import resource
import time
from collections import Counter
from urllib.parse import quote

import pytest

from tests.contract import isolation, world
from tests.security import state
from tests.security.operations import example, operations, path
from tests.security.rubbish import Maker, headers_of, version_of

# A console of type spice-direct looks for a free port.
pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
SHARDS = 16
REQUESTS = int(os.environ.get("SECURITY_REQUESTS", "100000")) // SHARDS
BATCH = 50
# Nothing here waits for anything, so this is a hang; on a busy machine half of it is not.
SLOWEST = 20.0
# What a process may grow by once it is warm, in megabytes.
GROWTH = 150
MALFORMED = (
    *(b"{", b"\xff\xfe", b'{"a":NaN}', b'"x"', b"1", b"null", b'{"a":1,"a":2}', b'{"\\ud800":1}'),
    *(b"[" * 5000, b"[" * 900 + b"]" * 900, b'{"server":' * 400 + b"1" + b"}" * 400),
    b'{"a":"' + b"x" * 60000 + b'"}',
)
# What the real services answer with 500 on purpose or for want of code: no exception is logged.
THEIR_OWN = (
    "Unexpected API Error. Please contact the administrator",
    "Unable to update attachment",
)
# Nova: the record that it was tried stays, with its event.
KEEPS = {"/servers/{server_id}/os-interface", "addFixedIp", "removeFixedIp"}
KNOCKING = ("member", "member", "admin", "admin", "manager", "reader", "service", "stranger", "bad")


class Failures(logging.Handler):
    """Keeps the exceptions that were logged."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.seen = []

    def emit(self, record):
        if record.exc_info and record.exc_info[1] is not None:
            self.seen.append(record.exc_info[1])


def memory():
    """The resident memory of this process, in megabytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() >> 20


class Fuzzer:
    def __init__(self, seed, besieged):
        self.world = besieged
        self.operations = list(operations())
        known = [*map(str, besieged.known.values()), *besieged.compute.values()]
        self.maker = Maker(seed, known, spoil=0.06)
        self.random = self.maker.random
        self.statuses = Counter()
        self.broken = {}
        self.slowest = (0.0, "")
        self.failures = Failures()
        # What there is before each request, since each is undone.
        self.untouched = state.digest()
        # How often a refused request had written, and what of that was still there at its end.
        self.looked, self.changed = 0, {}

    def body(self, asked):
        if asked.method not in ("POST", "PUT", "PATCH") and self.random.random() < 0.95:
            return None
        kind = self.random.random()
        if kind < 0.03:
            return self.random.choice(MALFORMED)
        if kind < 0.08:
            return json.dumps(self.maker.anything()).encode()
        schema = asked.schema("body", version_of(asked.service))
        if schema is not None:
            value = self.maker.value(schema)
        elif asked.noun is not None and self.random.random() < 0.5:
            value = self.maker.noun(asked.noun)
        else:
            value = self.maker.like(isolation.filled(example(asked), self.world.known) or {})
        if asked.action and not (isinstance(value, dict) and asked.action in value):
            value = {asked.action: value or self.maker.anything()}
        return json.dumps(value).encode()

    def url(self, asked):
        url = path(asked, self.world)
        if self.random.random() < 0.15:
            segments = url.split("/")
            place = self.random.randrange(2, len(segments)) if len(segments) > 2 else -1
            segments[place] = self.maker.string()
            url = "/".join(segments)
        if self.random.random() < 0.25:
            schema = asked.schema("query", version_of(asked.service)) or {}
            names = [*schema.get("properties", {}), "limit", "marker", "sort_key", "fields", "x"]
            pairs = []
            for _ in range(self.random.randrange(1, 4)):
                value = self.random.choice([self.maker.string(), str(self.random.randrange(3))])
                pairs.append((self.random.choice(names), value))
            query = "&".join(f"{quote(n)}={quote(v, errors='replace')}" for n, v in pairs)
            url = f"{quote(url, safe='/:@', errors='replace')}?{query}"
        return url

    def headers(self, asked):
        headers = headers_of(asked)
        kind = self.random.random()
        if kind < 0.1 and asked.service == "compute":
            headers["OpenStack-API-Version"] = f"compute 2.{self.random.randrange(1, 105)}"
        elif kind < 0.13:
            odd = self.random.choice(["compute x", "compute 2.999", "volume", "1" * 3000, ",;="])
            headers["OpenStack-API-Version"] = odd
        elif kind < 0.16:
            odd = self.random.choice(["text/xml", "*/*;q=x", "application/json;q=0", "multipart/x"])
            headers["Accept"] = headers["Content-Type"] = odd
        return headers

    def knock(self):
        """Make one request and see what came of it."""
        asked = self.random.choice(self.operations)
        who = self.random.choice(KNOCKING)
        if who == "bad":
            token = self.random.choice(list(self.world.bad.values()))
        else:
            token = self.world.people[who].api.who
        url, body, headers = self.url(asked), self.body(asked), self.headers(asked)
        api = self.world.people["member"].api
        knocking = type(api)(token, None, "", api.client)
        self.failures.seen.clear()
        before = state.writes()
        start = time.monotonic()
        answer = knocking.ask(asked.method, url, headers=headers, raw=body)
        seconds = time.monotonic() - start
        self.statuses[answer.status] += 1
        if seconds > self.slowest[0]:
            self.slowest = (seconds, str(asked))
        if answer.status == 500 and (
            self.failures.seen or not any(text in answer.text for text in THEIR_OWN)
        ):
            exc = self.failures.seen[-1] if self.failures.seen else None
            key = f"{type(exc).__name__}: {str(exc)[:100]}" if exc else str(asked)
            self.broken.setdefault(key, f"{who} {asked} {url[:200]} {str(body)[:300]}")
        if 400 <= answer.status < 500 and before is not None and state.writes() != before:
            # What was written may have been taken back, so that only the rows can tell.
            self.looked += 1
            if asked.action in KEEPS or asked.route in KEEPS:
                return
            if state.digest() != self.untouched:
                self.changed.setdefault(str(asked), f"{who} {answer} {url[:200]} {str(body)[:200]}")


@pytest.mark.parametrize("shard", range(SHARDS))
def test_rubbish_is_refused(shard, besieged, capsys):
    fuzzer = Fuzzer(shard, besieged)
    logger = logging.getLogger()
    logger.addHandler(fuzzer.failures)
    warm, start = None, time.monotonic()
    try:
        for number in range(0, REQUESTS, BATCH):
            with world.undone():
                for _ in range(BATCH):
                    with world.undone():
                        fuzzer.knock()
            if warm is None and number > REQUESTS // 4:
                warm = memory()
    finally:
        logger.removeHandler(fuzzer.failures)
    seconds, grown = time.monotonic() - start, memory() - (warm or memory())
    figures = (
        f"shard {shard}: {sum(fuzzer.statuses.values())} requests in {seconds:.0f} s, "
        f"{grown:+d} MB, slowest {fuzzer.slowest[0]:.2f} s ({fuzzer.slowest[1]}), "
        f"{dict(sorted(fuzzer.statuses.items()))}, {fuzzer.looked} refusals that had written, "
        f"{len(fuzzer.changed)} that had changed something"
    )
    with capsys.disabled():
        print(f"\n{figures}")  # noqa: T201
    report = os.environ.get("SECURITY_REPORT")
    if report:
        with open(report, "a") as file:
            file.write(figures + "\n")
            file.writelines(f"  500 {key}: {where}\n" for key, where in fuzzer.broken.items())
            file.writelines(f"  changed: {key} {what}\n" for key, what in fuzzer.changed.items())
    assert not fuzzer.broken
    assert not fuzzer.changed
    assert fuzzer.slowest[0] < SLOWEST
    assert grown < GROWTH
