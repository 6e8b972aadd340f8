"""Servers for the tests of the API: booted, acted on, looked at."""

from compute.work import runner
from tests.client import Api


def settle():
    """Do all work there is."""
    runner.drain()


def elsewhere(api, method, path, body=None, **how):
    """Ask a neighbour of the same process."""
    return Api(api.who, None, "", api.client).ask(method, path, body, **how)


def order(api, *, flavor="1", version="2.37", **more):
    """A server that is yet to be built; its id."""
    images = elsewhere(api, "GET", "/image/v2/images").json["images"]
    body = {
        "name": "one",
        "imageRef": images[0]["id"],
        "flavorRef": flavor,
        "networks": "auto",
        **more,
    }
    body = {name: value for name, value in body.items() if value is not None}
    answer = api.post("/servers", {"server": body}, version=version)
    assert answer.status == 202, answer
    return answer.json["server"]["id"]


def boot(api, **asked):
    """An ACTIVE server; its id."""
    server = order(api, **asked)
    settle()
    seen = shown(api, server)
    assert seen["status"] == "ACTIVE", seen
    return server


def shown(api, server, version="2.1"):
    return api.get(f"/servers/{server}", version=version).json["server"]


def action(api, server, body, version="2.1"):
    return api.post(f"/servers/{server}/action", body, version=version)


def actions_of(api, server):
    """The names of what was asked of a server, newest first."""
    rows = api.get(f"/servers/{server}/os-instance-actions").json["instanceActions"]
    return [row["action"] for row in rows]
