"""CPU milliseconds a request, for the requests that clients make most."""

from bench.process import cpu_seconds


def measure(pid, ask, seconds=2.0):
    """Milliseconds of the server's CPU that one call of `ask` costs, over at least `seconds`."""
    for _ in range(5):
        ask()
    done, started = 0, cpu_seconds(pid)
    while cpu_seconds(pid) - started < seconds and done < 20_000:
        for _ in range(10):
            ask()
        done += 10
    return 1000 * (cpu_seconds(pid) - started) / done


def reads(client, token, server_id):
    """Name -> function; the names are the rows of the table in the documentation."""

    def get(path, **headers):
        def ask():
            answer, content = client.ask("GET", path, X_Auth_Token=token, **headers)
            assert answer.status == 200, (path, answer.status, content[:200])

        return ask

    newest = {"OpenStack_API_Version": "compute 2.96"}
    return {
        "version document": get("/v2.1/"),
        "flavors/detail": get("/v2.1/flavors/detail", **newest),
        "server show": get(f"/v2.1/servers/{server_id}", **newest),
        "servers, limit 100": get("/v2.1/servers?limit=100", **newest),
        "servers/detail, limit 100": get("/v2.1/servers/detail?limit=100", **newest),
        "servers/detail, limit 1000": get("/v2.1/servers/detail?limit=1000", **newest),
    }
