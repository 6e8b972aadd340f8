"""What both clouds hold before they are compared: the cast, and names for what the seed made."""

import json
import time
from contextlib import suppress
from typing import Any

from tests.oracle.sides import CAST, Side, send

# user: roles beside those that the demo cloud is born with
ROLES = {
    "manager": ("manager",),
    "demo2": ("member",),
    "reader": ("reader",),
    "other": ("other",),
    "service": ("service",),
}


# id, name, memory, cpus, disk; small ones first, as quotas are
FLAVORS = (
    ("1", "m1.tiny", 512, 1, 1),
    ("2", "m1.small", 2048, 1, 20),
    ("3", "m1.medium", 4096, 2, 40),
    ("4", "m1.large", 8192, 4, 80),
    ("5", "m1.xlarge", 16384, 8, 160),
    ("6", "m1.least", 64, 1, 1),
)


class Stage:
    """Sets one cloud's stage, as its administrator."""

    def __init__(self, side: Side) -> None:
        self.side = side

    def ask(self, method: str, path: str, body: Any = None, version: str = "") -> Any:
        headers = [
            ("X-Auth-Token", self.side.token("admin")),
            ("Content-Type", "application/json"),
        ]
        if version:
            headers.append(("OpenStack-API-Version", f"compute {version}"))
        raw = None if body is None else json.dumps(body).encode()
        is_own = path.startswith(("/v2.1", "/placement"))
        base = self.side.base if is_own else self.side.cloud
        answer = send(f"{base}{path}", method, headers, raw)
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path} at {base}: {answer.body!r}")
        return json.loads(answer.body) if answer.body else None

    def found(self, path: str, noun: str, name: str) -> str | None:
        """The id of what has this name, if there is one."""
        found = self.ask("GET", f"{path}?name={name}")[noun]
        return found[0]["id"] if found else None

    def set(self) -> None:
        self.people()
        self._flavors()
        say = self.side.variables
        for who in CAST:
            self.side.token(who)
        say["IMAGE"] = self.ask("GET", "/image/v2/images")["images"][0]["id"]
        say["NETWORK"] = self.found("/network/v2.0/networks", "networks", "private")
        say["PUBLIC"] = self.found("/network/v2.0/networks", "networks", "public")
        say["SUBNET"] = self.found("/network/v2.0/subnets", "subnets", "private-subnet")

    def clear(self) -> None:
        """Remove the servers, volumes and images that steps have left behind.

        Lists would be of other things, quotas used up, and each cloud's hosts say other things of
        images.
        """
        for _ in range(300):
            left = self.ask("GET", "/v2.1/servers?all_tenants=1")["servers"]
            for server in left:
                with suppress(RuntimeError):
                    self.ask("DELETE", f"/v2.1/servers/{server['id']}")
            if not left:
                break
            time.sleep(0.2)
        for volume in self.ask("GET", "/volume/v3/volumes?all_tenants=1")["volumes"]:
            with suppress(RuntimeError):
                self.ask("DELETE", f"/volume/v3/volumes/{volume['id']}?cascade=true")
        for image in self.ask("GET", "/image/v2/images?limit=1000")["images"]:
            if image["id"] != self.side.variables["IMAGE"]:
                self.ask("DELETE", f"/image/v2/images/{image['id']}")

    def people(self) -> None:
        """Give the cast its users and roles."""
        for name, roles in ROLES.items():
            user = self.found("/identity/v3/users", "users", name)
            if user is None:
                body = {"user": {"name": name, "password": self.side.password}}
                user = self.ask("POST", "/identity/v3/users", body)["user"]["id"]
            project = self.found("/identity/v3/projects", "projects", CAST[name][1])
            for role in roles:
                role_id = self.found("/identity/v3/roles", "roles", role)
                if role_id is None:
                    body = {"role": {"name": role}}
                    role_id = self.ask("POST", "/identity/v3/roles", body)["role"]["id"]
                self.ask("PUT", f"/identity/v3/projects/{project}/users/{user}/roles/{role_id}")

    def _flavors(self) -> None:
        for flavor in self.ask("GET", "/v2.1/flavors?is_public=none")["flavors"]:
            self.ask("DELETE", f"/v2.1/flavors/{flavor['id']}")
        names = ("id", "name", "ram", "vcpus", "disk")
        for row in FLAVORS:
            self.ask("POST", "/v2.1/flavors", {"flavor": dict(zip(names, row, strict=True))})
