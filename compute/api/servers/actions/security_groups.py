"""Putting a server into a security group, and out of it.  /servers/{id}/action"""

from typing import Any

from compute.api import types
from compute.api.servers.actions.base import ServerActions
from compute.domain import grouping
from compute.domain.errors import BadRequest
from versioned.operation import operation


def _body(name: str) -> types.Type:
    return {
        "type": "object",
        "properties": {name: types.closed({"name": types.text(1)}, ["name"])},
        "required": [name],
        # Nova: other keys beside the action are let through here.
        "additionalProperties": True,
    }


class SecurityGroups(ServerActions):
    actions = {
        "addSecurityGroup": "add_security_group",
        "removeSecurityGroup": "remove_security_group",
    }

    @operation(
        policy="os_compute_api:os-security-groups:add",
        target="found",
        body=_body("addSecurityGroup"),
        status=202,
    )
    def add_security_group(
        self, request: Any, server_id: str, addSecurityGroup: dict[str, str]
    ) -> None:
        server = self.found(server_id)
        grouping.add(request.context, server, _name(addSecurityGroup))

    @operation(
        policy="os_compute_api:os-security-groups:remove",
        target="found",
        body=_body("removeSecurityGroup"),
        status=202,
    )
    def remove_security_group(
        self, request: Any, server_id: str, removeSecurityGroup: dict[str, str]
    ) -> None:
        server = self.found(server_id)
        grouping.remove(request.context, server, _name(removeSecurityGroup))


def _name(value: dict[str, str]) -> str:
    if not value["name"].strip():
        raise BadRequest("Security group name cannot be empty")
    return value["name"]
