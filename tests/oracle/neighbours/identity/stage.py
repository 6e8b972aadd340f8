"""Gives a real Keystone the people, the grants and the catalog that our cloud is born with."""

from typing import Any

from tests.oracle.sides import Side
from tests.oracle.stage import Stage

# What a thing is made of that both may have; the rest is the service's own.
_PROJECT = ("name", "description", "enabled")
_SERVICE = ("name", "type", "description", "enabled")


def prepare(left: Side, right: Side) -> None:
    """Copy from our side, `right`, to the real one."""
    ours, real = Stage(right), Stage(left)
    same: dict[str, str] = {"default": "default"}

    def make(noun: str, row: dict[str, Any], names: tuple[str, ...], **more: Any) -> str:
        body = {name: row[name] for name in names if name in row} | more
        return str(real.ask("POST", f"/identity/v3/{noun}s", {noun: body})[noun]["id"])

    for project in ours.ask("GET", "/identity/v3/projects")["projects"]:
        found = real.found("/identity/v3/projects", "projects", project["name"])
        same[project["id"]] = found or make("project", project, _PROJECT)
    for user in ours.ask("GET", "/identity/v3/users")["users"]:
        found = real.found("/identity/v3/users", "users", user["name"])
        same[user["id"]] = found or make("user", user, ("name",), password=left.password)
    for role in ours.ask("GET", "/identity/v3/roles")["roles"]:
        found = real.found("/identity/v3/roles", "roles", role["name"])
        same[role["id"]] = found or make("role", role, ("name",))
    for grant in ours.ask("GET", "/identity/v3/role_assignments")["role_assignments"]:
        user, role = same[grant["user"]["id"]], same[grant["role"]["id"]]
        (kind, target), *_ = grant["scope"].items()
        where = "system" if kind == "system" else f"{kind}s/{same[target['id']]}"
        real.ask("PUT", f"/identity/v3/{where}/users/{user}/roles/{role}")
    _copy_catalog(ours, real, make)


def _copy_catalog(ours: Stage, real: Stage, make: Any) -> None:
    for service in real.ask("GET", "/identity/v3/services")["services"]:
        real.ask("DELETE", f"/identity/v3/services/{service['id']}")
    endpoints = ours.ask("GET", "/identity/v3/endpoints")["endpoints"]
    for service in ours.ask("GET", "/identity/v3/services")["services"]:
        made = make("service", service, _SERVICE)
        for endpoint in endpoints:
            if endpoint["service_id"] == service["id"]:
                url = endpoint["url"].replace(str(ours.side.cloud), str(real.side.cloud))
                make("endpoint", endpoint, ("interface", "region_id"), url=url, service_id=made)
