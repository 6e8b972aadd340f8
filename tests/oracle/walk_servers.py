"""What a random walk asks of servers.

Each function draws a good request of the version; what it is of a version or of a state that it
does not fit is what the walk is for (walks.py).
"""

from collections.abc import Callable
from typing import Any

from tests.oracle.walk_world import HOSTS, NONE, SMALL, Move, World, image_volume

Version = tuple[int, int]
ANY: tuple[str, ...] = ()
RUNS = ("ACTIVE",)
ORDINARY = ("ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED")


def _image_ref(w: World) -> str:
    # Not what servers were made to images: the judge's simulated hosts never write those.
    return w.ref("images", "$IMAGE")


def _reset(w: World, v: Version) -> Any:
    return {"state": w.pick("active", "error")}


def _reboot(w: World, v: Version) -> Any:
    return {"type": w.pick("SOFT", "HARD")}


def _lock(w: World, v: Version) -> Any:
    return w.pick(None, {"locked_reason": "walk"}) if v >= (2, 73) else None


def _rescue(w: World, v: Version) -> Any:
    return w.some(adminPass="secret", rescue_image_ref=_image_ref(w)) or None


def _resize(w: World, v: Version) -> Any:
    more = w.some(**{"OS-DCF:diskConfig": w.pick("AUTO", "MANUAL")})
    return {"flavorRef": w.ref("flavors", *SMALL).lstrip("$"), **more}


def _migrate(w: World, v: Version) -> Any:
    return w.pick(None, {"host": w.pick(*HOSTS, "nope", None)}) if v >= (2, 56) else None


def _live(w: World, v: Version) -> Any:
    body = {"host": w.pick(None, None, *HOSTS), "block_migration": w.pick(True, False)}
    if v >= (2, 25):
        body["block_migration"] = w.pick("auto", "auto", True, False)
    else:
        body["disk_over_commit"] = w.pick(True, False)
    if (2, 30) <= v <= (2, 67):
        body |= w.some(force=w.pick(True, False))
    return body


def _evacuate(w: World, v: Version) -> Any:
    body = w.some(host=w.pick(*HOSTS))
    if v < (2, 14):
        body["onSharedStorage"] = w.pick(True, False)
    if v < (2, 95):
        body |= w.some(adminPass="secret")
    if (2, 29) <= v <= (2, 67):
        body |= w.some(force=w.pick(True, False))
    return body


def _rebuild(w: World, v: Version) -> Any:
    body = {"imageRef": _image_ref(w)}
    body |= w.some(
        name=w.next("r"), adminPass="secret", metadata={"a": "rebuilt"}, accessIPv4="192.0.2.7"
    )
    body |= w.some(**{"OS-DCF:diskConfig": w.pick("AUTO", "MANUAL"), "preserve_ephemeral": True})
    if v >= (2, 19):
        body |= w.some(description=w.pick("rebuilt", None))
    if v >= (2, 54):
        body |= w.some(key_name=w.pick("k1", None))
    if v >= (2, 57):
        body |= w.some(user_data=w.pick("d29yZHM=", None))
    else:
        body |= w.some(personality=[{"path": "/etc/motd", "contents": "d29yZHM="}])
    if v >= (2, 63):
        body |= w.some(trusted_image_certificates=w.pick(None, [NONE]))
    if v >= (2, 90):
        body |= w.some(hostname="rebuilt")
    return body


def _unshelve(w: World, v: Version) -> Any:
    if v < (2, 77):
        return None
    body = w.some(availability_zone=w.pick("nova", "az1", "nope"))
    if v >= (2, 91):
        body |= w.some(host=w.pick(*HOSTS))
        if w.maybe(0.1):
            body["availability_zone"] = None
    return body or None


def _image(w: World, v: Version) -> Any:
    return {"name": w.next("i"), **w.some(metadata={"a": "b"})}


def _backup(w: World, v: Version) -> Any:
    return {"name": w.next("b"), "backup_type": w.pick("daily", "weekly"), "rotation": 1}


def _group(w: World, v: Version) -> Any:
    return {"name": w.pick("default", "default", "nope")}


def _floating(w: World, v: Version) -> Any:
    return {"address": w.pick("172.24.4.99", "nope")}


def _fixed(w: World, v: Version) -> Any:
    return {"networkId": w.pick("$NETWORK", NONE)}


def _other_address(w: World, v: Version) -> Any:
    return {"address": "10.0.0.99"}


def _spice(w: World, v: Version) -> Any:
    return {"type": "spice-html5"}


def nothing(w: World, v: Version) -> Any:
    return None


def always(value: Any) -> Callable[[World, Version], Any]:
    return lambda w, v: value


# name, weight, statuses from which it goes, what it says
# fmt: off
ACTIONS: tuple[tuple[str, int, tuple[str, ...], Callable[[World, Version], Any]], ...] = (
    ("os-start",              4, ("SHUTOFF",),                      nothing),
    ("os-stop",               4, ("ACTIVE", "ERROR"),               nothing),
    ("reboot",                4, (*ORDINARY, "ERROR"),              _reboot),
    ("pause",                 4, RUNS,                              nothing),
    ("unpause",               4, ("PAUSED",),                       nothing),
    ("suspend",               4, RUNS,                              nothing),
    ("resume",                4, ("SUSPENDED",),                    nothing),
    ("lock",                  3, ANY,                               _lock),
    ("unlock",                5, ANY,                               nothing),
    ("rescue",                4, ("ACTIVE", "SHUTOFF", "ERROR"),    _rescue),
    ("unrescue",              5, ("RESCUE",),                       nothing),
    ("shelve",                4, ORDINARY,                          nothing),
    ("shelveOffload",         2, ("SHELVED", "SHELVED_OFFLOADED"),  nothing),
    ("unshelve",              6, ("SHELVED", "SHELVED_OFFLOADED"),  _unshelve),
    ("createImage",           3, ORDINARY,                          _image),
    ("createBackup",          3, ORDINARY,                          _backup),
    ("changePassword",        2, RUNS,                              always({"adminPass": "x"})),
    ("resize",                6, ("ACTIVE", "SHUTOFF"),             _resize),
    ("confirmResize",         5, ("VERIFY_RESIZE",),                nothing),
    ("revertResize",          5, ("VERIFY_RESIZE",),                nothing),
    ("migrate",               5, ("ACTIVE", "SHUTOFF"),             _migrate),
    ("os-migrateLive",        3, ("ACTIVE", "PAUSED"),              _live),
    ("evacuate",              4, ("ACTIVE", "SHUTOFF", "ERROR"),    _evacuate),
    ("rebuild",               6, ("ACTIVE", "SHUTOFF", "ERROR"),    _rebuild),
    ("os-resetState",         3, ANY,                               _reset),
    ("resetNetwork",          1, ANY,                               nothing),
    ("injectNetworkInfo",     1, ANY,                               nothing),
    ("trigger_crash_dump",    2, ("ACTIVE", "PAUSED", "RESCUE"),    nothing),
    ("forceDelete",           1, ANY,                               nothing),
    ("restore",               1, ("SOFT_DELETED",),                 nothing),
    ("addFloatingIp",         1, ANY,                               _floating),
    ("removeFloatingIp",      1, ANY,                               _floating),
    ("addFixedIp",            2, ANY,                               _fixed),
    ("removeFixedIp",         1, ANY,                               _other_address),
    ("addSecurityGroup",      2, ANY,                               _group),
    ("removeSecurityGroup",   2, ANY,                               _group),
    ("os-getConsoleOutput",   1, ANY,                               always({"length": 3})),
    ("os-getVNCConsole",      1, ANY,                               always({"type": "novnc"})),
    ("os-getSPICEConsole",    1, ANY,                               _spice),
    ("os-getSerialConsole",   1, ANY,                               always({"type": "serial"})),
)
# fmt: on
# For administrators only, or for managers.
PRIVILEGED = {"os-migrateLive", "evacuate", "migrate", "os-resetState", "injectNetworkInfo"}


def act(w: World, v: Version) -> Move | None:
    server = w.any("servers")
    if server is None:
        return None
    status = w.status.get(server, "")
    fit = [row for row in ACTIONS if status in row[2]] if w.maybe(0.7) else list(ACTIONS)
    rows = fit or list(ACTIONS)
    name, _, _, body = w.chance.choices(rows, [row[1] for row in rows])[0]
    step = {"POST": f"/v2.1/servers/${server}/action", "data": {name: body(w, v)}}
    step["ignore"] = ["$.console.url", "$.server.adminPass", "header:location"]
    if name in PRIVILEGED:
        step["as"] = w.pick("admin", "admin", "admin", "manager")
    move = Move(step, server=server)
    if name == "unshelve":
        move.pinned = w.pick(*HOSTS)
    return move


def boot(w: World, v: Version) -> Move | None:
    if len(w.things["servers"]) > 6:
        return None
    name = w.next("S")
    server: dict[str, Any] = {
        "name": name.lower(),
        "flavorRef": w.any("flavors", *SMALL, *SMALL),
        "networks": _networks(w, v),
    }
    server |= w.some(
        metadata={"a": "b"}, key_name=w.pick("k1", "nope"), security_groups=[{"name": "default"}]
    )
    server |= w.some(adminPass="secret", config_drive=True, user_data="d29yZHM=")
    server |= w.some(accessIPv4="192.0.2.3", availability_zone=w.pick("nova", "az1", "nope"))
    server |= w.some(**{"OS-DCF:diskConfig": w.pick("AUTO", "MANUAL"), "min_count": 1})
    if v >= (2, 19):
        server |= w.some(description="words")
    if v >= (2, 52):
        server |= w.some(tags=["a", "b"])
    if v >= (2, 63) and w.maybe(0.1):
        server["trusted_image_certificates"] = [NONE]
    if v >= (2, 90):
        server |= w.some(hostname="walker")
    if v <= (2, 56):
        server |= w.some(personality=[{"path": "/etc/motd", "contents": "d29yZHM="}])
    _roots(w, v, server)
    body: dict[str, Any] = {"server": server}
    if w.maybe(0.3):
        body["os:scheduler_hints"] = w.pick(
            # Not beside a server: the judge's scheduler learns late of those that have moved.
            {"group": w.ref("groups")},
            {"x": "y"},
        )
    step = {"POST": "/v2.1/servers", "data": body, "save": {name: "$.server.id"}}
    step["ignore"] = ["$.server.adminPass"]
    if w.maybe(0.15):
        step["as"] = "admin"
        if v >= (2, 74):
            server |= w.some(host=w.pick(*HOSTS), hypervisor_hostname=w.pick(*HOSTS))
    return Move(step, server=name, makes=("servers", name), pinned=w.pick(*HOSTS))


def _networks(w: World, v: Version) -> Any:
    one: dict[str, Any] = {"uuid": "$NETWORK"}
    if w.maybe(0.3):
        one = {"port": w.ref("ports")}
    elif w.maybe(0.1):
        one["fixed_ip"] = "10.0.0.77"
    if (2, 32) <= v <= (2, 36) or v >= (2, 42):
        one |= w.some(tag="nic")
    return w.pick("none", "auto", [one], [one]) if v >= (2, 37) else [one]


def _roots(w: World, v: Version, server: dict[str, Any]) -> None:
    """Say what it boots from."""
    if w.maybe(0.6):
        server["imageRef"] = _image_ref(w)
        if w.maybe(0.7):
            return
        first: dict[str, Any] = {
            "boot_index": 0,
            "uuid": server["imageRef"],
            "source_type": "image",
            "destination_type": "local",
        }
    elif w.maybe(0.6):
        first = image_volume()
    else:
        first = {"boot_index": 0, "uuid": w.ref("volumes")}
        first |= {"source_type": "volume", "destination_type": "volume"}
    if v >= (2, 32) and v != (2, 33):
        first |= w.some(tag="root")
    if v >= (2, 67):
        first |= w.some(volume_type=w.pick("lvmdriver-1", "nope"))
    server["block_device_mapping_v2"] = [first]
    if w.maybe(0.3):
        blank = {"source_type": "blank", "boot_index": -1, "delete_on_termination": True}
        blank |= w.pick(
            {"destination_type": "volume", "volume_size": 1},
            {"destination_type": "local", "volume_size": 1},
            {"destination_type": "local", "guest_format": "swap", "volume_size": 1},
        )
        server["block_device_mapping_v2"].append(blank)


def change(w: World, v: Version) -> Move | None:
    server = w.any("servers")
    body = w.some(name=w.next("n"), accessIPv4="192.0.2.4", accessIPv6="2001:db8::4")
    body |= w.some(**{"OS-DCF:diskConfig": w.pick("AUTO", "MANUAL")})
    if v >= (2, 19):
        body |= w.some(description=w.pick("words", None, ""))
    if v >= (2, 90):
        body |= w.some(hostname="renamed")
    body = body or {"name": w.next("n")}
    return Move({"PUT": f"/v2.1/servers/${server}", "data": {"server": body}}, server=server)


def remove(w: World, v: Version) -> Move | None:
    if len(w.things["servers"]) < 4 and w.maybe(0.7):
        return None
    server = w.any("servers")
    return Move({"DELETE": f"/v2.1/servers/${server}"}, server=server)


OPERATIONS = (
    (60, act),
    (9, boot),
    (5, remove),
    (4, change),
)
