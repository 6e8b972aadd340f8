"""Security groups of the project, until 2.35.  /os-security-groups"""

from typing import Any

from compute.api import types
from compute.api.formats import is_uuid
from compute.api.proxies import group_shapes
from compute.api.proxies.base import LAST, OPEN, PAGE, ProxyViewSet, page_of
from compute.clients.errors import SecurityGroupNotFound
from compute.clients.network import network, quoted
from compute.domain.errors import BadRequest, Conflict, Forbidden, NotFound, Unexpected
from versioned.operation import operation

RULE = "os_compute_api:os-security-groups"

_LIST = {**PAGE, "properties": {**PAGE["properties"], "all_tenants": types.any_text}}
_TEXT = types.text(0, 255)
_GROUP: types.Type = {
    "type": "object",
    "properties": {
        "security_group": {
            "type": "object",
            "properties": {"name": _TEXT, "description": _TEXT},
            "required": ["name", "description"],
            "additionalProperties": True,
        }
    },
    "required": ["security_group"],
    "additionalProperties": True,
}


def checked(id: str) -> str:
    if not is_uuid(id):
        raise BadRequest("Security group id should be uuid")
    return id


def find(request: Any, group_id: str) -> dict[str, Any]:
    try:
        return network().show_security_group(request.context, group_id)
    except SecurityGroupNotFound as exc:
        words = f"Security group {group_id} does not exist"
        raise NotFound(quoted(request.context, words)) from exc


class SecurityGroupViewSet(ProxyViewSet):
    @operation(policy=f"{RULE}:get", query=_LIST, until=LAST)
    def list(self, request: Any) -> Any:
        context = request.context
        everybodys = context.is_admin and "all_tenants" in request.params
        filters = {} if everybodys else {"tenant_id": context.project_id}
        page = page_of(request, network().security_groups(context, **filters))
        shown = group_shapes.shown(context, page, self.ask)
        return {"security_groups": sorted(shown, key=lambda row: (row["tenant_id"], row["name"]))}

    @operation(policy=f"{RULE}:show", query=OPEN, until=LAST)
    def retrieve(self, request: Any, id: str) -> Any:
        return self._shown(find(request, checked(id)))

    @operation(policy=f"{RULE}:create", body=_GROUP, until=LAST)
    def create(self, request: Any, security_group: dict[str, str]) -> Any:
        try:
            made = network().create_security_group(request.context, **_asked(security_group))
        except BadRequest as exc:
            raise BadRequest(quoted(request.context, exc.text)) from exc
        except Conflict as exc:
            # Nova: whatever Network finds to conflict, it takes for a quota.
            raise Forbidden(quoted(request.context, exc.text)) from exc
        return self._shown(made)

    @operation(policy=f"{RULE}:update", body=_GROUP, until=LAST)
    def update(self, request: Any, id: str, security_group: dict[str, str]) -> Any:
        found = find(request, checked(id))
        try:
            changed = network().update_security_group(
                request.context, found["id"], **_asked(security_group)
            )
        except Conflict as exc:
            # Nova: nothing of the kind is foreseen, as that the default group keeps its name.
            raise Unexpected(kind="neutronclient.common.exceptions.Conflict") from exc
        return self._shown(changed)

    @operation(policy=f"{RULE}:delete", status=202, until=LAST)
    def destroy(self, request: Any, id: str) -> None:
        found = find(request, checked(id))
        try:
            network().delete_security_group(request.context, found["id"])
        except Conflict as exc:
            raise BadRequest(quoted(request.context, exc.text)) from exc

    def _shown(self, group: dict[str, Any]) -> Any:
        return {"security_group": group_shapes.shown(self.context, [group], self.ask)[0]}


def _asked(group: dict[str, str]) -> dict[str, str]:
    return {"name": group["name"], "description": group["description"]}
