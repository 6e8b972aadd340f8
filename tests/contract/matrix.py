"""The role matrix: who may do what by default, and one request of every operation.

The rows are in requests.yaml; whom an operation lets through is read from its rule.
"""

from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from compute.api import policies
from compute.api.policies import RULES
from compute.api.urls import urlpatterns
from tests.cast import DOMAIN, ELSEWHERE, HERS
from versioned import inspect
from versioned.inspect import Served
from versioned.operation import Variant
from versioned.versions import Version, parse, show

ROWS = Path(__file__).parent / "requests.yaml"

ROLES = {
    "nobody": ("other",),
    "reader": ("reader",),
    "member": ("member", "reader"),
    "manager": ("manager", "member", "reader"),
    "admin": ("admin", "manager", "member", "reader"),
    "service": ("service",),
}
# Whom a rule lets through: the caller, and the project and user of what is asked for.
DEFAULTS = {
    policies.ADMIN: lambda caller, project, user: caller.has("admin"),
    policies.MANAGER: lambda caller, project, user: caller.has("admin", manager=project),
    policies.MEMBER: lambda caller, project, user: caller.has("admin", member=project),
    policies.READER: lambda caller, project, user: caller.has("admin", reader=project),
    policies.SERVICE: lambda caller, project, user: caller.has("admin") or caller.has("service"),
    policies.USER: lambda caller, project, user: caller.has("admin") or caller.name == user,
    policies.ANYBODY: lambda caller, project, user: True,
    policies.NOBODY: lambda caller, project, user: False,
}
CHECKS = {rule.name: rule.check for rule in RULES}


@dataclass(frozen=True)
class Caller:
    """A role in the project that owns everything, or in another one."""

    role: str
    project: str

    @property
    def name(self) -> str:
        return f"{self.role}-{'here' if self.project == HERS else 'elsewhere'}"

    def has(self, anywhere: str, **role_in: str | None) -> bool:
        roles = ROLES[self.role]
        return anywhere in roles or any(
            role in roles and project == self.project for role, project in role_in.items()
        )


CALLERS = tuple(Caller(role, project) for project, role in product((HERS, ELSEWHERE), ROLES))
OWNER = Caller("member", HERS)
BY_NAME = {caller.name: caller for caller in CALLERS}


def validate(token: str) -> dict[str, Any] | None:
    """Stands in for Identity: a token is its caller's name."""
    caller = BY_NAME.get(token)
    return caller and _token(caller)


@cache
def _token(caller: Caller) -> dict[str, Any]:
    return {
        "user": {"id": caller.name, "name": caller.name, "domain": DOMAIN},
        "project": {"id": caller.project, "name": caller.project, "domain": DOMAIN},
        "roles": [{"id": role, "name": role} for role in ROLES[caller.role]],
    }


@dataclass(frozen=True)
class Row:
    """One request of an operation, and what its rule is asked of."""

    served: Served
    variant: Variant
    version: Version
    ids: dict[str, str]
    says: dict[str, Any] = field(hash=False)

    def __str__(self) -> str:
        then = self.says.get("then") or self.says.get("rule") or ""
        return " ".join(filter(None, (str(self.served), show(self.version), then)))

    @property
    def asking(self) -> dict[str, Any]:
        """What the row says, with the path, and the body that an action has if none is told."""
        action = self.served.action
        path = self.served.path.format_map(self.ids) + self.says.get("query", "")
        return {"body": {action: None} if action else None, **self.says, "path": path}

    @property
    def status(self) -> str:
        return str(self.says.get("status") or self.variant.status(self.version))

    @property
    def last_rule(self) -> str | None:
        return self.says.get("then") or self.says.get("rule", self.variant.policy)

    @property
    def asks(self) -> str:
        if self.variant.target == "own":
            usual = "caller"
        elif "{server_id}" in self.served.path:
            # Nova: who may not know of a server does not find it; other things are found by all.
            usual = "owner, if known"
        else:
            usual = "owner"
        return str(self.says.get("asks", usual))

    def answer(self, caller: Caller) -> str:
        """What Nova says to the caller: "yes", "unknown", the rule that says no, or else."""
        for name in (caller.name, caller.role):
            if name in self.says.get("but", {}):
                return str(self.says["but"][name])
        is_stranger = caller.project != HERS and not caller.has("admin")
        is_unknown = is_stranger and self.asks.endswith("if known")
        if is_unknown and self.asks.startswith("owner"):
            return "unknown"
        for rule in self._refusing():
            if not self.lets(rule, caller):
                return rule
        if is_stranger and "strangers" in self.says:
            return str(self.says["strangers"])
        return "unknown" if is_unknown else "yes"

    def lets(self, rule: str, caller: Caller) -> bool:
        whose = caller if self.asks.startswith("caller") else OWNER
        return bool(DEFAULTS[CHECKS[rule]](caller, whose.project, whose.name))

    def _refusing(self) -> list[str]:
        """The rules that are asked, less one that only hides what it does not show."""
        second = None if "shows" in self.says else self.says.get("then")
        return [rule for rule in (self.says.get("rule", self.variant.policy), second) if rule]


OPERATIONS = list(inspect.operations(urlpatterns))


def gone() -> list[Served]:
    return [served for served in OPERATIONS if served.operation.name == "gone"]


def variants() -> set[tuple[str, Variant]]:
    """Every operation that is routed, but those that are gone for good."""
    return {
        (str(served), variant)
        for served in OPERATIONS
        if served.operation.name != "gone"
        for variant in served.operation.variants
    }


def rows() -> list[Row]:
    """The requests of requests.yaml, each with the operation that answers it."""
    by_name = {(served.path, served.action or served.method): served for served in OPERATIONS}
    found = []
    for path, told in yaml.safe_load(ROWS.read_text()).items():
        places = {name: value for name, value in told.items() if f"{{{name}}}" in path}
        for name, requests in told.items():
            if name in places:
                continue
            served = by_name[path, name]
            for says in requests if isinstance(requests, list) else [requests]:
                ids = {"server_id": "$SERVER", **places}
                ids |= {key: says[key] for key in says.keys() & ids.keys()}
                found.append(_row(served, ids, says))
    return found


def _row(served: Served, ids: dict[str, str], says: dict[str, Any]) -> Row:
    if "at" in says:
        version = parse(says["at"])
    else:
        first = min(variant.first for variant in served.operation.variants)
        version = max(first, (2, 1))
    return Row(served, served.operation.at(version), version, ids, says)


def filled(value: Any, known: dict[str, str]) -> Any:
    """Put what is known in the place of $NAMES."""
    if isinstance(value, dict):
        return {key: filled(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, known) for item in value]
    if isinstance(value, str):
        for name in sorted(known, key=len, reverse=True):
            value = value.replace(f"${name}", known[name])
    return value
