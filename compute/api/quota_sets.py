"""Quotas of projects, and of users in them.  /os-quota-sets"""

from typing import Any

from compute.api import types
from compute.api.base import ComputeViewSet
from compute.api.projects import check_project
from compute.domain import quotas
from versioned.operation import operation
from versioned.schema import body, query
from versioned.shape import Attr, Shape
from versioned.versions import until


class QuotaSet(Shape):
    id = Attr(when=lambda row, ask: "id" in row)
    cores = Attr()
    fixed_ips = Attr(until="2.35")
    floating_ips = Attr(until="2.35")
    injected_file_content_bytes = Attr(until="2.56")
    injected_file_path_bytes = Attr(until="2.56")
    injected_files = Attr(until="2.56")
    instances = Attr()
    key_pairs = Attr()
    metadata_items = Attr()
    ram = Attr()
    security_group_rules = Attr(until="2.35")
    security_groups = Attr(until="2.35")
    server_group_members = Attr()
    server_groups = Attr()


LIMIT = {
    "type": ["integer", "string"],
    "pattern": "^-?[0-9]+$",
    "minimum": -1,
    "maximum": types.MAX_INTEGER,
}


def limits(networks_until: str) -> dict[str, Any]:
    """The limits that may be set: those of networks and files until they went away."""
    return {
        "instances": LIMIT,
        "cores": LIMIT,
        "ram": LIMIT,
        "floating_ips": until(networks_until, LIMIT),
        "fixed_ips": until(networks_until, LIMIT),
        "metadata_items": LIMIT,
        "key_pairs": LIMIT,
        "security_groups": until(networks_until, LIMIT),
        "security_group_rules": until(networks_until, LIMIT),
        "injected_files": until("2.56", LIMIT),
        "injected_file_content_bytes": until("2.56", LIMIT),
        "injected_file_path_bytes": until("2.56", LIMIT),
        "server_groups": LIMIT,
        "server_group_members": LIMIT,
    }


UPDATE = body("quota_set", {**limits("2.35"), "force": types.boolean})
OF_USER = query(closed_since="2.75", user_id=types.many(types.string))


class QuotaSetViewSet(ComputeViewSet):
    @operation(policy="os_compute_api:os-quota-sets:show", target="found", query=OF_USER)
    def retrieve(self, request: Any, id: str) -> Any:
        self._check(id)
        found = quotas.limits(id, user_id=self._user())
        return self._set({"id": id, **found})

    @operation(policy="os_compute_api:os-quota-sets:detail", target="found", query=OF_USER)
    def detail(self, request: Any, id: str) -> Any:
        self._check(id)
        # Nova: of a parameter given twice, the last value counts here, and above the first.
        user_id = (request.params.get("user_id") or [None])[-1]
        found = quotas.limits(id, user_id=user_id)
        used = quotas.in_use(id, user_id=user_id)
        rows = {
            name: {"limit": limit, "in_use": used[name], "reserved": 0}
            for name, limit in found.items()
        }
        return self._set({"id": id, **rows})

    # Nova: this one never refuses an unknown parameter.
    @operation(policy="os_compute_api:os-quota-sets:defaults", target="found", query=query())
    def defaults(self, request: Any, id: str) -> Any:
        self._check(id)
        return self._set({"id": id, **quotas.defaults()})

    @operation(
        policy="os_compute_api:os-quota-sets:update", target="found", query=OF_USER, body=UPDATE
    )
    def update(self, request: Any, id: str, quota_set: dict[str, Any]) -> Any:
        self._check(id)
        user_id = self._user()
        asked = {name: int(value) for name, value in quota_set.items() if name != "force"}
        force = types.is_true(quota_set.get("force", False))
        quotas.change(id, asked, user_id=user_id, force=force)
        return self._set(quotas.limits(id, user_id=user_id))

    @operation(
        policy="os_compute_api:os-quota-sets:delete", target="found", query=OF_USER, status=202
    )
    def destroy(self, request: Any, id: str) -> None:
        self.authorize({"project_id": id})
        quotas.forget(id, user_id=self._user())

    def _check(self, project_id: str) -> None:
        self.authorize({"project_id": project_id})
        check_project(self.context, project_id)

    def _user(self) -> str | None:
        values = [value for value in self.request.params.get("user_id", ()) if value]
        return values[0] if values else None

    def _set(self, row: dict[str, Any]) -> Any:
        return {"quota_set": QuotaSet.render(row, self.ask)}
