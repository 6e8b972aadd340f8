"""What a random walk asks of the parts of servers: metadata, tags, volumes, interfaces, moves."""

from typing import Any

from tests.oracle.walk_servers import Version
from tests.oracle.walk_world import Move, World


def metadata(w: World, v: Version) -> Move | None:
    server, key = w.any("servers"), w.pick("a", "b", "c")
    path = f"/v2.1/servers/${server}/metadata"
    body = {"metadata": {key: w.pick("1", "2"), "d": "e"}}
    steps = (
        {"POST": path, "data": body},
        {"PUT": path, "data": body},
        {"PUT": f"{path}/{key}", "data": {"meta": {key: "3"}}},
        {"DELETE": f"{path}/{key}"},
        {"GET": f"{path}/{key}"},
        {"GET": path},
    )
    return Move(w.pick(*steps), server=server)


def tags(w: World, v: Version) -> Move | None:
    server, tag = w.any("servers"), w.pick("a", "b", "c", "a,b", "x" * 61)
    path = f"/v2.1/servers/${server}/tags"
    steps = (
        {"PUT": path, "data": {"tags": [tag, "d"]}},
        {"PUT": f"{path}/{tag}"},
        {"DELETE": f"{path}/{tag}"},
        {"DELETE": path},
        {"GET": f"{path}/{tag}"},
        {"GET": path},
    )
    return Move(w.pick(*steps), server=server)


def attach(w: World, v: Version) -> Move | None:
    server, volume = w.any("servers"), w.any("volumes")
    body: dict[str, Any] = {"volumeId": w.ref("volumes") if w.maybe(0.1) else f"${volume}"}
    body |= w.some(device=w.pick("/dev/vdb", "/dev/vdc", None))
    if v >= (2, 49):
        body |= w.some(tag="disk")
    if v >= (2, 79):
        body |= w.some(delete_on_termination=w.pick(True, False))
    path = f"/v2.1/servers/${server}/os-volume_attachments"
    return Move({"POST": path, "data": {"volumeAttachment": body}}, server=server, volume=volume)


def attached(w: World, v: Version) -> Move | None:
    """Show, change, swap or detach a volume."""
    server, volume, other = w.any("servers"), w.any("volumes"), w.any("volumes")
    path = f"/v2.1/servers/${server}/os-volume_attachments/${volume}"
    body: dict[str, Any] = {"volumeId": f"${volume}"}
    if v >= (2, 85):
        body |= w.some(delete_on_termination=w.pick(True, False))
    swap = {"PUT": path, "data": {"volumeAttachment": {"volumeId": f"${other}"}}, "as": "admin"}
    change = {"PUT": path, "data": {"volumeAttachment": body}}
    step = w.pick({"DELETE": path}, {"DELETE": path}, {"GET": path}, change, swap)
    return Move(step, server=server, volume=volume)


def plug(w: World, v: Version) -> Move | None:
    server = w.any("servers")
    body: dict[str, Any] = w.pick(
        {"net_id": "$NETWORK"}, {"port_id": w.ref("ports")}, {"port_id": w.ref("ports")}, {}
    )
    if "net_id" in body and w.maybe(0.2):
        body["fixed_ips"] = [{"ip_address": w.pick("10.0.0.88", "192.0.2.1")}]
    if v >= (2, 49):
        body |= w.some(tag="nic2")
    name = w.next("P")
    step = {
        "POST": f"/v2.1/servers/${server}/os-interface",
        "data": {"interfaceAttachment": body},
        "save": {name: "$.interfaceAttachment.port_id"},
    }
    return Move(step, server=server, makes=("ports", name))


def unplug(w: World, v: Version) -> Move | None:
    server = w.any("servers")
    path = f"/v2.1/servers/${server}/os-interface/{w.ref('ports')}"
    return Move(w.pick({"DELETE": path}, {"GET": path}), server=server)


def moving(w: World, v: Version) -> Move | None:
    """What there is to say to a migration."""
    server = w.any("servers")
    path = f"/v2.1/servers/${server}/migrations/$MIGRATION"
    force = {"POST": f"{path}/action", "data": {"force_complete": None}}
    step = w.pick(force, {"DELETE": path}, {"GET": path})
    step["as"] = w.pick("admin", "admin", "manager", "demo")
    return Move(step, server=server)


def console(w: World, v: Version) -> Move | None:
    server = w.any("servers")
    kinds = {"vnc": "novnc", "spice": "spice-html5", "serial": "serial", "mks": "webmks"}
    protocol = w.pick(*kinds)
    body = {"remote_console": {"protocol": protocol, "type": kinds[protocol]}}
    step = {"POST": f"/v2.1/servers/${server}/remote-consoles", "data": body}
    return Move({**step, "ignore": ["$.remote_console.url"]}, server=server)


def password(w: World, v: Version) -> Move | None:
    server = w.any("servers")
    path = f"/v2.1/servers/${server}/os-server-password"
    return Move(w.pick({"GET": path}, {"DELETE": path}), server=server)


OPERATIONS = (
    (5, metadata),
    (5, tags),
    (8, attach),
    (8, attached),
    (6, plug),
    (5, unplug),
    (3, moving),
    (1, console),
    (1, password),
)
