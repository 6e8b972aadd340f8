"""One random walk through one world: what is drawn, asked, waited for and read afterwards."""

import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.oracle import compared, variations, walk_others, walk_parts, walk_servers
from tests.oracle.differential import Comparison
from tests.oracle.walk_world import HOSTS, Move, Scene, World, beginning

OPERATIONS = (*walk_servers.OPERATIONS, *walk_parts.OPERATIONS, *walk_others.OPERATIONS)
CALLERS = ("admin",) * 6 + ("demo",) * 8 + ("manager",) * 2 + ("demo2", "reader", "other", "alt")
OLDEST, NEWEST = 1, 104
# How long both sides may take, in seconds.
PATIENCE = 12.0
METHODS = ("GET", "POST", "PUT", "DELETE")
# Traces are the program's own.
TRACES = [
    "$.instanceAction.events[*].traceback",
    "$.server.fault.details",
    "$.servers[*].fault.details",
]
# Numbers of rows, which go on where one side made more.
ROWS = ["$.migrations[*].id", "$.migrations[*].links", "$.aggregates[*].id", "$.services[*].id"]
# Keys that the service made itself.
KEYS = ["$.keypairs[*].keypair.public_key", "$.keypairs[*].keypair.fingerprint"]
# What may have changed with a server, and at which versions it is read.
AFTER = (
    ("/v2.1/servers/${}", "demo"),
    ("/v2.1/servers/${}", "admin"),
    ("/v2.1/servers/${}/os-instance-actions", "demo"),
    ("/v2.1/servers/${}/os-instance-actions/$REQUEST", "admin"),
    ("/v2.1/servers/${}/os-instance-actions/$REQUEST", "demo"),
    ("/v2.1/servers/${}/os-volume_attachments", "demo"),
    ("/v2.1/servers/${}/os-interface", "demo"),
    ("/v2.1/servers/${}/ips", "demo"),
    ("/v2.1/os-migrations?instance_uuid=${}", "admin"),
    ("/v2.1/limits?reserved=1", "demo"),
    ("/v2.1/os-quota-sets/$DEMO_PROJECT/detail", "admin"),
    ("/v2.1/servers/detail?all_tenants=1", "admin"),
    ("/v2.1/os-server-groups?all_projects=1", "admin"),
)
# What the server's deeds have left with the neighbours, which are of one kind on both sides.
BESIDE = (
    ("network:/v2.0/ports?device_id=${}", "admin"),
    ("volume:/v3/$ADMIN_PROJECT/volumes/detail?all_tenants=1", "admin"),
    ("image:/v2/images?sort=created_at:asc", "admin"),
)
# How often something was written, and when, is nobody's business.
WRITTEN = ["$.ports[*].revision_number", "$.ports[*].updated_at", "$.volumes[*].updated_at"]
# Lists whose order does not hang on when or by what id each thing was made.
ORDERED = re.compile("hypervisors|services|aggregates|zone|hosts|instance-actions|flavors")
_NAMES = re.compile(r"\$([A-Z]\d+)\b")


@dataclass
class Entry:
    """What a walk has asked, and what was said."""

    step: dict[str, Any]
    statuses: tuple[int, int]
    names: frozenset[str]

    @property
    def asked(self) -> tuple[str, str]:
        return asked(self.step)

    def is_needed(self, names: set[str]) -> bool:
        is_read = "GET" in self.step
        return not is_read and min(self.statuses) < 400 and bool(self.names & names)

    def __str__(self) -> str:
        kept = {key: value for key, value in self.step.items() if value not in ([], {}, None)}
        return f"- {json.dumps(kept)}  # {self.statuses[0]} | {self.statuses[1]}"


class Walk:
    """One walk through one world."""

    def __init__(self, comparison: Comparison, scenes: tuple[Scene, Scene], seed: int) -> None:
        self.comparison, self.scenes = comparison, scenes
        self.chance = random.Random(seed)
        self.world = World(self.chance)
        self.history: list[Entry] = []
        # Whether the two worlds are still the same.
        self.is_whole = True
        self.broken: set[str] = set()
        self.eventless: Counter[str] = Counter()

    def run(self, steps: int) -> Iterator[tuple[str, list[str]]]:
        """Yield each request's name and its differences."""
        for scene in self.scenes:
            scene.side.variables |= {"MIGRATION": "1", "REQUEST": "nope", "SERVICE": "nope"}
            scene.side.variables["SERVICE"] = scene.at(
                "/v2.1/os-services?host=compute1", "$.services[0].id"
            )
        # Servers boot side by side; only the last one of a host is waited for.
        for move in beginning(self.world):
            yield from self.make(move)
        for _ in range(steps):
            if not self.is_whole:
                return
            self.heal()
            move = self.draw()
            if move is not None:
                yield from self.make(move)
        # Hosts count what they have in use now and then (NOVA_AUDIT_SECONDS).
        waits = (0.1, 5, 10, 10, 0)
        for path, version in (("detail", "2.87"), ("statistics", "2.87"), ("detail", "2.104")):
            yield self.read(f"/v2.1/os-hypervisors/{path}", "admin", version, waits)

    def heal(self) -> None:
        """Take away servers that are not the same on both sides any more."""
        for server in self.broken & set(self.world.things["servers"]):
            for scene in self.scenes:
                path = scene.side.filled(f"/v2.1/servers/${server}/action")
                scene.quietly("POST", path, {"forceDelete": None})
            self.wait(lambda scene, path: scene.look(path) is None, f"/v2.1/servers/${server}")
            self.world.things["servers"].remove(server)

    def draw(self) -> Move | None:
        weights = [weight for weight, _ in OPERATIONS]
        draw = self.chance.choices(OPERATIONS, weights)[0][1]
        # Once to know the operation, then for the version that fits it.
        seed, count = self.chance.random(), self.world.count
        move = self.drawn(draw, NEWEST, seed)
        if move is None:
            return None
        method, path = asked(move.step)
        minor = self.version(method, path, move.step.get("data"))
        # At times the body is one of another version.
        fits = minor if self.chance.random() > 0.06 else self.chance.randint(OLDEST, NEWEST)
        self.world.count = count
        move = self.drawn(draw, fits, seed) or move
        move.step["version"] = f"2.{minor}"
        if "as" not in move.step or self.chance.random() < 0.15:
            move.step["as"] = self.chance.choice((*CALLERS, "service"))
        if "data" in move.step and self.chance.random() < 0.15:
            words, body = variations.bodies(move.step["data"], 1, str(seed))[-1]
            move.step |= {"data": body, "name": words}
        return move

    def drawn(self, draw: Callable[..., Move | None], minor: int, seed: float) -> Move | None:
        self.world.chance = random.Random(seed)
        try:
            return draw(self.world, (2, minor))
        finally:
            self.world.chance = self.chance

    def version(self, method: str, path: str, body: Any) -> int:
        """A minor version, mostly one where the operation changes or the one before."""
        if self.chance.random() < 0.7:
            left = self.comparison.sides[0]
            try:
                found = compared.versions_of(method, left.filled(path), body)
            except LookupError:
                found = []
            minors = [int(text[2:]) for text in found if text.startswith("2.")]
            return self.chance.choice(minors or [NEWEST])
        return self.chance.choice((NEWEST, self.chance.randint(OLDEST, NEWEST)))

    def make(self, move: Move) -> Iterator[tuple[str, list[str]]]:
        released = self.pin(move)
        name, found = self.ask(move.step)
        statuses = self.history[-1].statuses
        yield name, found
        self.keep(move, statuses)
        method, _ = asked(move.step)
        if min(statuses) < 400 and method != "GET" and self.is_whole:
            yield from self.follow(move)
        for host in released:
            self.switch(host, "enable")

    def follow(self, move: Move) -> Iterator[tuple[str, list[str]]]:
        """See what came of it."""
        if "os-migrateLive" in (move.step.get("data") or ()):
            self.wait(self.is_moving, move.server)
            between = self.chance.choice((walk_parts.moving, walk_servers.act, None))
            other = between and self.drawn(between, NEWEST, self.chance.random())
            if other:
                other.step = {"as": "admin", "version": "2.104", **other.step}
                yield self.ask(other.step)
        for volume in filter(None, (move.volume,)):
            self.wait(self.is_volume_settled, volume)
            yield self.read(f"/v2.1/os-volumes/${volume}", "demo", "2.1")
        for path in move.then:
            yield self.read(path, "admin", "2.104")
        if move.server in self.world.things["servers"]:
            self.wait(self.is_settled, move.server)
            self.note(move.server)
            chosen = [AFTER[1], *self.chance.sample(AFTER, 4)]
            yield self.claims(move.server)
            for path, who in BESIDE:
                yield self.read(path.format(move.server), who, None)
            for path, who in chosen:
                path = path.format(move.server)
                version = f"2.{self.version('GET', path, None)}"
                if "?instance_uuid" in path:
                    version = self.chance.choice(("2.59", "2.80", "2.88", "2.104"))
                yield self.read(path, who, version)
            if self.scenes[0].look(f"/v2.1/servers/${move.server}") is None:
                self.world.things["servers"].remove(move.server)
                self.world.things["ghosts"].append(move.server)
                self.world.things["ghosts"][:-3] = []

    def break_off(self, is_read: bool) -> None:
        """Leave what is not the same any more: one server, or all there is."""
        last = self.history[-1]
        is_refused_by_one = (last.statuses[0] < 400) != (last.statuses[1] < 400)
        if "GET" in last.step and not is_read:
            return
        servers = last.names & set(self.world.things["servers"])
        if servers:
            self.broken |= servers
        elif is_read or is_refused_by_one:
            self.is_whole = False

    def ask(self, step: dict[str, Any]) -> tuple[str, list[str]]:
        if not asked(step)[1].startswith("network:"):
            step.setdefault("save", {})["REQUEST"] = "header:x-openstack-request-id"
        method, path = asked(step)
        full = {"headers": {}, "unordered": not ORDERED.search(path), **step}
        full["ignore"] = [*step.get("ignore", ()), *TRACES, *ROWS, *KEYS, *WRITTEN]
        name, found = self.comparison.compare(full, f" as {step['as']}")
        if "data" in step:
            name += f" {json.dumps(step['data'])[:300]}"
        left = self.comparison.last[3] if self.comparison.last else 200
        right = left
        if found and found[0].startswith("status: "):
            left, right = map(int, found[0].removeprefix("status: ").split(" | "))
        shown = {key: value for key, value in step.items() if key not in ("ignore",)}
        shown = {method: path, **shown}
        names = frozenset(_NAMES.findall(json.dumps(step))) | frozenset(step.get("save", ()))
        self.history.append(Entry(shown, (left, right), names - {"REQUEST"}))
        return name, found

    def read(
        self,
        path: str,
        who: str,
        version: str | None,
        waits: tuple[float, ...] = (0.1, 0.4, 1.5, 0),
    ) -> tuple[str, list[str]]:
        """Compare what is there; soon again if it differs, since it may be on its way."""
        for wait in waits:
            step = {"GET": path, "as": who, "version": version}
            if "$REQUEST" in path:
                step["save"] = {"UNUSED": "header:x-openstack-request-id"}
            kept = [scene.side.variables["REQUEST"] for scene in self.scenes]
            name, found = self.ask(step)
            for scene, request in zip(self.scenes, kept, strict=True):
                scene.side.variables["REQUEST"] = request
            if not found or not wait:
                break
            time.sleep(wait)
        return f"{name} (afterwards)", found

    def claims(self, server: str) -> tuple[str, list[str]]:
        """Compare what Placement says that a server holds."""
        for wait in (0.4, 1.5, 0):
            one, other = (scene.claims(server) for scene in self.scenes)
            if one == other or not wait:
                break
            time.sleep(wait)
        found = [] if one == other else [f"claims: {one} | {other}"]
        return f"GET placement of {server} (afterwards)", found

    def keep(self, move: Move, statuses: tuple[int, int]) -> None:
        """Remember what there is now, and what is no more."""
        if max(statuses) >= 400:
            return
        if move.makes:
            noun, name = move.makes
            self.world.things[noun].append(name)
        if move.ends and move.ends[1] in self.world.things[move.ends[0]]:
            self.world.things[move.ends[0]].remove(move.ends[1])

    def note(self, server: str) -> None:
        found = self.scenes[0].at(f"/v2.1/servers/${server}", "$.server.status")
        self.world.status[server] = str(found)

    def pin(self, move: Move) -> list[str]:
        """Leave a scheduler only one host; the hosts that were taken away."""
        if move.pinned is None:
            return []
        path = "/v2.1/os-services?binary=nova-compute"
        services = self.scenes[0].look(path)["services"]
        enabled = [one["host"] for one in services if one["status"] == "enabled"]
        if move.pinned not in enabled:
            return []
        others = [host for host in HOSTS if host != move.pinned and host in enabled]
        for host in others:
            self.switch(host, "disable")
        return others

    def switch(self, host: str, word: str) -> None:
        body = {"host": host, "binary": "nova-compute"}
        step = {"PUT": f"/v2.1/os-services/{word}", "as": "admin", "version": "2.1", "data": body}
        for scene in self.scenes:
            scene.ask("PUT", step["PUT"], body)
        self.history.append(Entry(step, (200, 200), frozenset({"HOSTS"})))

    def wait(self, is_done: Callable[[Scene, Any], bool], what: Any) -> None:
        deadline = time.monotonic() + PATIENCE
        for scene in self.scenes:
            while not is_done(scene, what) and time.monotonic() < deadline:
                # The judge needs its time for the work itself.
                time.sleep(0.3)

    def is_settled(self, scene: Scene, server: str) -> bool:
        """Whether nothing is being done with a server any more."""
        path = f"/v2.1/servers/${server}"
        shown = scene.look(path)
        if shown is not None:
            server_now = shown["server"]
            if server_now["OS-EXT-STS:task_state"] or server_now["status"] == "BUILD":
                return False
        action = scene.at(f"{path}/os-instance-actions/$REQUEST", "$.instanceAction")
        if action is None:
            return True
        events = action.get("events") or []
        if not events and self.eventless[action["action"]] < 3:
            self.eventless[action["action"]] += 0.05
            return False
        status = shown["server"]["status"] if shown else "DELETED"
        if action["action"] == "delete" and status not in ("DELETED", "SOFT_DELETED"):
            return False
        return all(event["finish_time"] for event in events)

    def is_volume_settled(self, scene: Scene, volume: str) -> bool:
        status = scene.at(f"/v2.1/os-volumes/${volume}", "$.volume.status", "2.1")
        return not str(status).endswith("ing")

    def is_moving(self, scene: Scene, server: str) -> bool:
        path = f"/v2.1/servers/${server}/migrations"
        found = scene.at(path, "$.migrations[0]")
        if found is None:
            # It may have been refused already.
            return self.is_settled(scene, server)
        scene.side.variables["MIGRATION"] = found["id"]
        return bool(found["status"] == "running")

    def tail(self) -> list[Entry]:
        """The last request and those before it that made or changed what it names."""
        last = self.history[-1]
        names = set(last.names)
        if not names:
            # About everything: what was done last.
            done = [entry for entry in self.history if entry.is_needed(set(entry.names))]
            return [*done[-6:], last]
        found = [last]
        for entry in reversed(self.history[:-1]):
            if entry.is_needed(names):
                found.append(entry)
                # What was attached to it was made somewhere, too.
                names |= entry.names
        return found[::-1]


def asked(step: dict[str, Any]) -> tuple[str, str]:
    method = next(name for name in METHODS if name in step)
    return method, step[method]
