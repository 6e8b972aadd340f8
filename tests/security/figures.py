"""Counts what `make security` asks and prints it at the end: `-p tests.security.figures`.

Whatever is asked while a test runs is counted; what worlds are made of is not.  Workers hand their
counts to the process that started them.
"""

import os
import resource
import time
from collections import Counter
from urllib.parse import urlsplit

FUZZER = "test_rubbish"
ORDER = (
    *("none", "empty", "garbage", "strange", "expired", "revoked"),
    *("stranger", "reader", "member", "manager", "admin", "service"),
)
# Tokens by what those who have them are called.
names = {}
# What shards of the fuzzer say of themselves, each a flat dictionary.
shards = []
# (fuzzed or not, service, who, status): how many
asked = Counter()
# service: (seconds, what)
slowest = {}
_running = [None]


def memory():
    """The resident memory of this process, in megabytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() >> 20


def service_of(url):
    first = urlsplit(url).path.split("/")[1]
    return first if first in ("identity", "image", "network", "volume", "placement") else "compute"


# Counting


def pytest_configure(config):
    from tests.client import Api

    ask = Api.ask

    def counted(api, method, path, body=None, **how):
        start = time.monotonic()
        answer = ask(api, method, path, body, **how)
        if _running[0] is not None:
            url = api.base + path if path.startswith("/") else path
            _count(service_of(url), api.who, answer.status, time.monotonic() - start)
        return answer

    Api.ask = counted


def _count(service, token, status, seconds):
    is_fuzzed = _running[0] == FUZZER
    asked[is_fuzzed, service, who_is(token), status] += 1
    if is_fuzzed:
        slowest[service] = max(slowest.get(service, 0.0), seconds)


def who_is(token):
    """What they are called: by the world's list, or as the contract's callers are."""
    token = "none" if token is None else token or "empty"
    role, _, place = token.partition("-")
    if place in ("here", "elsewhere"):
        is_stranger = place == "elsewhere" and role in ("reader", "member", "manager", "nobody")
        return "stranger" if is_stranger else role
    return names.get(token, token if token in ORDER else "others")


def pytest_runtest_setup(item):
    _running[0] = None


def pytest_runtest_call(item):
    _running[0] = item.module.__name__.rpartition(".")[2]


def pytest_runtest_teardown(item):
    _running[0] = None


# Gathering


def pytest_sessionfinish(session):
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["figures"] = {
            "asked": [[*key, many] for key, many in asked.items()],
            "slowest": [[*pair] for pair in slowest.items()],
            "shards": shards,
        }


def pytest_testnodedown(node, error):
    told = getattr(node, "workeroutput", {}).get("figures", {})
    for *key, many in told.get("asked", ()):
        asked[tuple(key)] += many
    for service, seconds in told.get("slowest", ()):
        slowest[service] = max(slowest.get(service, 0.0), seconds)
    shards.extend(told.get("shards", ()))


# Printing


def pytest_terminal_summary(terminalreporter):
    for line in [*_doors(), *_rubbish()]:
        terminalreporter.write_line(line)
    report = os.environ.get("SECURITY_REPORT")
    if report:
        with open(report, "w") as file:
            file.writelines(line + "\n" for line in [*_doors(), *_rubbish()])


def _doors():
    rows = []
    for who in (*ORDER, "others"):
        seen = Counter()
        for (is_fuzzed, _, name, status), many in asked.items():
            if not is_fuzzed and name == who:
                seen[status] += many
        if seen:
            rows.append([who, sum(seen.values()), *_by_class(seen)])
    if rows:
        yield from ("", "The doors: who asked, and how that ended")
        yield from _table(["who", "asked", *_CLASSES], rows)


def _rubbish():
    rows = []
    for service in sorted({key[1] for key in asked if key[0]}):
        seen = Counter()
        for (is_fuzzed, name, _, status), many in asked.items():
            if is_fuzzed and name == service:
                seen[status] += many
        changed = sum(shard["changed"].get(service, 0) for shard in shards)
        slow = f"{slowest.get(service, 0):.2f} s"
        rows.append([service, sum(seen.values()), *_by_class(seen), changed, slow])
    if not rows or not shards:
        return
    yield from ("", "The rubbish: what was asked, and how that ended")
    total = [sum(column) for column in list(zip(*rows, strict=True))[1:-1]]
    rows.append(["all", *total, f"{max(slowest.values()):.2f} s"])
    yield from _table(["service", "asked", *_CLASSES, "changed by a refusal", "slowest"], rows)
    yield ""
    for pid in sorted({shard["pid"] for shard in shards}):
        own = sorted((shard for shard in shards if shard["pid"] == pid), key=lambda s: s["began"])
        first, last = own[0], own[-1]
        many, seconds = (sum(shard[name] for shard in own) for name in ("requests", "seconds"))
        yield (
            f"a process: {many} requests in {seconds:.0f} s; {first['at_start']} MB at the start, "
            f"{first['warm']} MB once warm, {last['at_end']} MB at the end"
        )
    reached = set().union(*(shard["reached"] for shard in shards))
    written = sum(shard["looked"] for shard in shards)
    known = max(shard["operations"] for shard in shards)
    yield f"{len(reached)} of {known} operations have answered with success at least once"
    yield f"{written} refusals had written and taken it back; every row was compared after those"
    meant = Counter()
    for shard in shards:
        meant.update(shard["meant"])
    failed = sum(shard["broken"] for shard in shards)
    yield f"{failed} failures, and {meant.total()} answers of 500 that are the real services' own"
    yield from (f"{many:6} {what}" for what, many in meant.most_common(_MOST))


_MOST = 12
_CLASSES = ("2xx 3xx", "400", "401", "403", "404", "other 4xx", "500", "other 5xx")


def _by_class(seen):
    named = (400, 401, 403, 404)
    refused = sum(many for status, many in seen.items() if 400 <= status < 500)
    return [
        sum(many for status, many in seen.items() if status < 400),
        *(seen[status] for status in named),
        refused - sum(seen[status] for status in named),
        seen[500],
        sum(many for status, many in seen.items() if status > 500),
    ]


def _table(head, rows):
    texts = [head, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in texts) for i in range(len(head))]
    for first, *rest in texts:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        yield "  ".join(cells)
