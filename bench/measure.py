"""CPU milliseconds a request, for the requests that clients make most."""

import json

from bench.process import cpu_by_thread, cpu_seconds
from bench.sides import NEWEST

# How many times ahead is the aim, for a request and for a list.
AHEAD, LIST_AHEAD = 20, 70


def cpu(pid, ask, seconds=2.0):
    """Milliseconds of the server's CPU that one call of `ask` costs, over at least `seconds`."""
    for _ in range(5):
        ask()
    done, started = 0, cpu_seconds(pid)
    while cpu_seconds(pid) - started < seconds and done < 20_000:
        for _ in range(5):
            ask()
        done += 5
    return 1000 * (cpu_seconds(pid) - started) / done


def _getting(path, **headers):
    def of(side, server_id):
        shown = path.format(server=server_id)

        def ask():
            answer, content = side.client.ask("GET", shown, X_Auth_Token=side.token, **headers)
            assert answer.status == 200, (shown, answer.status, content[:200])

        return ask

    return of


# Name -> (how many times ahead is the aim, function of a side and a server's id)
READS = {
    "version document": (AHEAD, _getting("/v2.1/")),
    "flavors/detail": (AHEAD, _getting("/v2.1/flavors/detail", **NEWEST)),
    "server show": (AHEAD, _getting("/v2.1/servers/{server}", **NEWEST)),
    "servers, limit 100": (LIST_AHEAD, _getting("/v2.1/servers?limit=100", **NEWEST)),
    "servers/detail, limit 100": (
        LIST_AHEAD,
        _getting("/v2.1/servers/detail?limit=100", **NEWEST),
    ),
    "servers/detail, limit 1000": (
        LIST_AHEAD,
        _getting("/v2.1/servers/detail?limit=1000", **NEWEST),
    ),
}


def boot(side, count):
    """Boot `count` servers one by one; the last one's id, and CPU milliseconds of each:

    to the 202, which is what the threads that answer requests use, and until all are ACTIVE.
    """
    side.order()
    side.await_built()
    answering = _answering(side)
    before = cpu_by_thread(side.pid)
    started = cpu_seconds(side.pid)
    for _ in range(count):
        made = side.order()
    accepted = cpu_by_thread(side.pid)
    side.await_built()
    built = cpu_seconds(side.pid)
    # That may have taken longer than a connection is kept which nothing comes from.
    side.client.rest()
    ordering = sum(accepted[each] - before[each] for each in answering)
    states = side.client.json(
        "GET", "/v2.1/servers?status=ACTIVE", X_Auth_Token=side.token, **NEWEST
    )
    assert len(states["servers"]) > count, "a server was not built"
    return made, 1000 * ordering / count, 1000 * (built - started) / count


def _answering(side):
    """The threads that answer requests: those that work while nothing but requests comes."""
    ask = READS["version document"][1](side, None)
    before = cpu_by_thread(side.pid)
    for _ in range(100):
        for _ in range(5):
            ask()
        # The next connection is another thread's.
        side.client.rest()
    after = cpu_by_thread(side.pid)
    gained = {each: after[each] - before.get(each, 0.0) for each in after}
    fair = sum(gained.values()) / 100
    return [each for each, seconds in gained.items() if seconds > fair and each in before]


def token(client, path, user, project, password):
    """A function that logs in."""
    domain = {"id": "default"}
    person = {"name": user, "password": password, "domain": domain}
    body = {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": person}},
            "scope": {"project": {"name": project, "domain": domain}},
        }
    }
    raw = json.dumps(body)

    def ask():
        answer, content = client.ask_raw("POST", path, raw)
        assert answer.status == 201, (answer.status, content[:200])

    return ask
