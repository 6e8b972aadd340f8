"""Rebuilding a server elsewhere when its host has failed.  /servers/{id}/action"""

from typing import Any

from django.conf import settings

from compute.api import types
from compute.api.servers import ordering
from compute.api.servers.actions.base import ServerActions
from compute.api.types import is_true
from compute.domain import evacuation
from compute.domain.errors import BadRequest
from versioned.operation import operation
from versioned.versions import between, until

EVACUATE: types.Type = types.closed(
    {
        "evacuate": {
            "type": "object",
            "properties": {
                "host": types.fqdn,
                "onSharedStorage": until("2.13", types.boolean),
                "adminPass": types.string,
                "force": between("2.29", "2.67", types.boolean),
            },
            "required": until("2.13", ["onSharedStorage"]),
            "additionalProperties": False,
        }
    },
    ["evacuate"],
)


class Evacuate(ServerActions):
    actions = {"evacuate": "evacuate"}

    @operation(policy="os_compute_api:os-evacuate", target="found", body=EVACUATE)
    def evacuate(self, request: Any, server_id: str, evacuate: dict[str, Any]) -> Any:
        server = self.found(server_id)
        host = evacuate.get("host")
        force = is_true(evacuate.get("force", False))
        if force and not host:
            raise BadRequest("Can't force to a non-provided destination")
        password = self._password(evacuate)
        evacuation.evacuate(
            request.context,
            server,
            host=host,
            # Nova: before 2.29 a named host was never asked of the scheduler.
            is_forced=bool(host) and (force or request.version < (2, 29)),
            admin_password=password,
            is_shared=is_true(evacuate.get("onSharedStorage", False)),
            keeps_stopped=request.version >= (2, 95),
        )
        if request.version <= (2, 13) and getattr(settings, "ENABLE_INSTANCE_PASSWORD", True):
            return {"adminPass": password}
        return None

    def _password(self, evacuate: dict[str, Any]) -> str | None:
        """The password for the new disk; one that is shared keeps its own."""
        is_shared = is_true(evacuate.get("onSharedStorage", False))
        if "adminPass" in evacuate:
            if is_shared:
                raise BadRequest("admin password can't be changed on existing disk")
            return str(evacuate["adminPass"])
        return None if is_shared else ordering.password()
