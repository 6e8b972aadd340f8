"""The small world that a random walk lives in: what there is of each noun, by variables' names.

Both sides keep their own ids; the walk knows of `$S1` and what both have said of it.
"""

import random
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.normal import pick
from tests.oracle.stage import FLAVORS, Stage

HOSTS = ("compute1", "compute2")
# Flavors of the stage that are small enough to be had many times.
SMALL = ("6", "1", "2")
NONE = "11111111-1111-4111-8111-111111111111"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqAvJ5hdpXUGzCk6yXpyLkq4L4nRLsZ0nUfZ3s0bQ8W walk"
SERVERS = "/v2.1/servers?all_tenants=1"
PROJECTS = ("DEMO_PROJECT", "ALT_PROJECT", "ADMIN_PROJECT")


@dataclass
class Move:
    """A request of the walk, what it is about, and what comes of it."""

    step: dict[str, Any]
    # The variable of the server that it may change.
    server: str | None = None
    volume: str | None = None
    # Where what is made goes: a noun and the variable or name.
    makes: tuple[str, str] | None = None
    ends: tuple[str, str] | None = None
    # The host on which a guest is to land, where a scheduler has the choice.
    pinned: str | None = None
    # What is asked afterwards: paths.
    then: tuple[str, ...] = ()


@dataclass
class World:
    """What there is, for one walk."""

    chance: random.Random
    things: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    # What the judge said last of each server.
    status: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def next(self, letter: str) -> str:
        """A name for a new thing."""
        self.count += 1
        return f"{letter}{self.count}"

    def any(self, noun: str, *more: str) -> str | None:
        """One of the things there are, or of `more`."""
        found = [*self.things[noun], *more]
        return self.chance.choice(found) if found else None

    def ref(self, noun: str, *more: str) -> str:
        """A reference to one of them, at times to none that there is."""
        if self.maybe(0.04):
            return self.chance.choice((NONE, "nope", "0"))
        found = self.any(noun, *more)
        return NONE if found is None else found if found in more else f"${found}"

    def server(self, *statuses: str) -> str | None:
        """A server, of one of these statuses if there is any."""
        fit = [name for name in self.things["servers"] if self.status.get(name) in statuses]
        return self.chance.choice(fit or self.things["servers"] or [""]) or None

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def pick(self, *values: Any) -> Any:
        return self.chance.choice(values)

    def some(self, **values: Any) -> dict[str, Any]:
        """A few of these keys."""
        return {key: value for key, value in values.items() if self.maybe(0.25)}


class Scene(Stage):
    """Makes a world on one side, and takes it away."""

    def quietly(self, method: str, path: str, body: Any = None, version: str = "") -> Any:
        with suppress(RuntimeError):
            return self.ask(method, path, body, version)
        return None

    def sweep(self) -> None:
        """Take everything away that a walk may have left behind."""
        for host in HOSTS:
            service = {"host": host, "binary": "nova-compute"}
            self.quietly("PUT", "/v2.1/os-services/enable", service)
            self._force_down(host, is_down=False)
        self.clear()
        for server in self.ask("GET", f"{SERVERS}&status=SOFT_DELETED")["servers"]:
            self.quietly("POST", f"/v2.1/servers/{server['id']}/action", {"forceDelete": None})
        projects = [self.side.variables[name] for name in PROJECTS]
        for project in projects:
            self.quietly("DELETE", f"/v2.1/os-quota-sets/{project}")
        self._sweep_volumes()
        ports = "/network/v2.0/ports"
        for port in self.ask("GET", ports)["ports"]:
            if not port["device_owner"].startswith("network:"):
                self.quietly("DELETE", f"{ports}/{port['id']}")
        for group in self.ask("GET", "/v2.1/os-server-groups?all_projects=1")["server_groups"]:
            self.quietly("DELETE", f"/v2.1/os-server-groups/{group['id']}")
        for aggregate in self.ask("GET", "/v2.1/os-aggregates")["aggregates"]:
            path = f"/v2.1/os-aggregates/{aggregate['id']}"
            for host in aggregate["hosts"]:
                self.quietly("POST", f"{path}/action", {"remove_host": {"host": host}})
            self.quietly("DELETE", path)
        for who in ("DEMO_USER", "ADMIN_USER"):
            query = f"?user_id={self.side.variables[who]}"
            found = self.ask("GET", f"/v2.1/os-keypairs{query}", version="2.10")
            for one in found["keypairs"]:
                path = f"/v2.1/os-keypairs/{one['keypair']['name']}{query}"
                self.quietly("DELETE", path, version="2.10")
        self._flavors()

    def _force_down(self, host: str, *, is_down: bool) -> None:
        body = {"host": host, "binary": "nova-compute", "forced_down": is_down}
        self.quietly("PUT", "/v2.1/os-services/force-down", body, version="2.11")

    def _sweep_volumes(self) -> None:
        project = self.side.variables["ADMIN_PROJECT"]
        for noun in ("snapshots", "volumes"):
            path = f"/volume/v3/{project}/{noun}"
            for _ in range(50):
                found = self.ask("GET", f"{path}?all_tenants=1")[noun]
                if not found:
                    break
                for one in found:
                    reset = {"os-reset_status": {"status": "available"}}
                    if noun == "volumes":
                        reset["os-reset_status"]["attach_status"] = "detached"
                    self.quietly("POST", f"{path}/{one['id']}/action", reset)
                    self.quietly("DELETE", f"{path}/{one['id']}")
                time.sleep(0.1)

    def look(self, path: str, version: str = "2.104") -> Any:
        """What there is at a path, or None."""
        with suppress(RuntimeError):
            return self.ask("GET", self.side.filled(path), version=version)
        return None

    def at(self, path: str, place: str, version: str = "2.104") -> Any:
        found = self.look(path, version)
        with suppress(KeyError, IndexError, TypeError):
            return pick(found, place)
        return None

    def claims(self, server: str) -> dict[str, Any]:
        """What a server and each of its moves hold of the hosts, by the hosts' names."""
        providers = self.ask("GET", "/placement/resource_providers")["resource_providers"]
        names = {one["uuid"]: one["name"] for one in providers}
        uuid = self.side.variables[server]
        moves = self.look(f"/v2.1/os-migrations?instance_uuid={uuid}")["migrations"]
        holders = [uuid, *sorted(move["uuid"] for move in moves)]
        held = [self.ask("GET", f"/placement/allocations/{one}")["allocations"] for one in holders]
        own, *others = [
            {names.get(key, key): one["resources"] for key, one in each.items()} for each in held
        ]
        return {"server": own, "moves": sorted(filter(None, others), key=repr)}


def sides_agree(scenes: tuple[Scene, Scene], path: str, place: str) -> bool:
    one, other = (scene.at(path, place) for scene in scenes)
    return bool(one == other)


def beginning(world: World) -> list[Move]:
    """The moves that each walk begins with."""
    moves = [
        stage("network:/v2.0/ports", {"port": {"network_id": "$NETWORK"}}, "P", "port", world),
        stage("network:/v2.0/ports", {"port": {"network_id": "$NETWORK"}}, "P", "port", world),
        *(_volume(world) for _ in range(3)),
        made("keypairs", "k1", "/v2.1/os-keypairs", {"keypair": {"name": "k1", "public_key": KEY}}),
    ]
    for policy in ("affinity", "anti-affinity"):
        group = {"name": policy, "policies": [policy]}
        save = world.next("G")
        moves.append(made("groups", save, "/v2.1/os-server-groups", {"server_group": group}))
    flavor = {"id": "own", "name": "own", "ram": 128, "vcpus": 2, "disk": 1}
    flavor |= {"swap": 8, "OS-FLV-EXT-DATA:ephemeral": 1}
    moves.append(made("flavors", "own", "/v2.1/flavors", {"flavor": flavor}, who="admin"))
    closed = {"id": "closed", "name": "closed", "ram": 64, "vcpus": 1, "disk": 1}
    closed["os-flavor-access:is_public"] = False
    moves.append(made("flavors", "closed", "/v2.1/flavors", {"flavor": closed}, who="admin"))
    for host, flavor_id in zip(sorted(HOSTS * 2), ("6", "1", "own", "6"), strict=True):
        name = world.next("S")
        server = {"name": name.lower(), "flavorRef": flavor_id, "networks": [{"uuid": "$NETWORK"}]}
        if len(moves) % 2:
            server["block_device_mapping_v2"] = [image_volume()]
        else:
            server["imageRef"] = "$IMAGE"
        move = made("servers", name, "/v2.1/servers", {"server": server}, version="2.37")
        move.pinned, move.server = host, name
        moves.append(move)
    world.things["flavors"] += [row[0] for row in FLAVORS]
    return moves


def image_volume() -> dict[str, Any]:
    return {
        "boot_index": 0,
        "uuid": "$IMAGE",
        "source_type": "image",
        "destination_type": "volume",
        "volume_size": 1,
        "delete_on_termination": True,
    }


def _volume(world: World) -> Move:
    name = world.next("V")
    move = made("volumes", name, "/v2.1/os-volumes", {"volume": {"size": 1, "display_name": name}})
    move.volume = name
    return move


def stage(path: str, body: Any, letter: str, key: str, world: World) -> Move:
    """A move that a neighbour is asked for, and nobody compares."""
    name = world.next(letter)
    step = {"POST": path, "as": "demo", "data": body, "save": {name: f"$.{key}.id"}}
    return Move({**step, "version": None}, makes=("ports", name))


def made(
    noun: str, name: str, path: str, body: Any, *, who: str = "demo", version: str = "2.1"
) -> Move:
    key = next(iter(body))
    step = {"POST": path, "as": who, "version": version, "data": body}
    # Secrets of the service's own choice.
    step["ignore"] = ["$.server.adminPass", "$.keypair.private_key"]
    if name[:1].isupper():
        step["save"] = {name: f"$.{key}.id"}
    return Move(step, makes=(noun, name))
