"""Gives a real Placement the providers of our cloud's hosts, as Compute has reported them."""

import json
from typing import Any

from tests.oracle.sides import Side, send

VERSION = "placement 1.39"


def _ask(side: Side, method: str, path: str, body: Any = None) -> Any:
    headers = [
        ("X-Auth-Token", side.token("admin")),
        ("OpenStack-API-Version", VERSION),
        ("Content-Type", "application/json"),
    ]
    raw = None if body is None else json.dumps(body).encode()
    answer = send(side.base + path, method, headers, raw)
    if answer.status >= 400:
        raise RuntimeError(f"{method} {path} at {side.base}: {answer.body!r}")
    return json.loads(answer.body) if answer.body else None


def prepare(left: Side, right: Side) -> None:
    """Copy from our side, `right`, to the real one."""
    for trait in _ask(right, "GET", "/traits?name=startswith:CUSTOM_")["traits"]:
        _ask(left, "PUT", f"/traits/{trait}")
    for made in _ask(right, "GET", "/resource_providers")["resource_providers"]:
        path = f"/resource_providers/{made['uuid']}"
        _ask(left, "POST", "/resource_providers", {"name": made["name"], "uuid": made["uuid"]})
        held = _ask(right, "GET", f"{path}/inventories")["inventories"]
        said = {"resource_provider_generation": 0, "inventories": held}
        _ask(left, "PUT", f"{path}/inventories", said)
        traits = _ask(right, "GET", f"{path}/traits")["traits"]
        said = {"resource_provider_generation": 1, "traits": traits}
        _ask(left, "PUT", f"{path}/traits", said)
